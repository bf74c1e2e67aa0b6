using DaxSafety.Tour.Steps;
using DaxSafety.Tour.Terminal;

namespace DaxSafety.Tour;

/// <summary>The steps in their order, and the table of what each one proved.</summary>
internal sealed class GuidedTour
{
    private readonly Screen _screen;
    private readonly Workshop _workshop;
    private readonly IReadOnlyList<Step> _steps;

    public GuidedTour(Screen screen, Workshop workshop, TourOptions options)
    {
        _screen = screen;
        _workshop = workshop;
        _steps =
        [
            new PackStep(),
            new CopyStep(),
            new BuildStep(),
            new RunUnsafeStep(),
            new EnforceUnsafeStep(),
            new FixStep(options.LeaveOutFix),
            new EnforceFixedStep(),
            new RunFixedStep(),
        ];
    }

    /// <summary>True when every step holds.</summary>
    public bool Show()
    {
        _screen.Line(Run.Strong("DaxSafety"), ": from a program that loses orders in a power cut to one that cannot, step by step.");
        var outcomes = new List<(Step Step, Outcome Outcome)>();
        foreach (Step step in _steps)
        {
            _screen.Heading(outcomes.Count + 1, step.Title);
            Outcome outcome = step.Show(_screen, _workshop);
            outcomes.Add((step, outcome));
            if (outcome.Verdict == Verdict.Broken)
                _screen.Line("   ", Run.Bad($"✗ {outcome.Evidence}"));
            if (outcome.Verdict == Verdict.Broken && step.OthersNeedIt)
                break;
        }

        ShowTable(outcomes);
        return outcomes.Count == _steps.Count && outcomes.TrueForAll(row => row.Outcome.Verdict != Verdict.Broken);
    }

    private void ShowTable(List<(Step Step, Outcome Outcome)> outcomes)
    {
        _screen.Line();
        _screen.Line(Run.Heading("What was shown"));
        foreach ((Step step, Outcome outcome) in outcomes)
        {
            Run mark = outcome.Verdict switch
            {
                Verdict.Holds => Run.Good("✓"),
                Verdict.Broken => Run.Bad("✗"),
                _ => Run.Warning("?"),
            };
            _screen.Line("   ", mark, $" {step.Title,-40} ", Run.Dim(outcome.Evidence));
        }

        foreach (Step missing in _steps.Skip(outcomes.Count))
            _screen.Line("   ", Run.Bad("✗"), $" {missing.Title,-40} ", Run.Dim("not reached"));
        _screen.Line();
    }
}
