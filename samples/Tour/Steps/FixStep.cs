using DaxSafety.Tour.Terminal;
using DaxSafety.Tour.Toolchain;

namespace DaxSafety.Tour.Steps;

/// <summary>Applies the fixes as a user does, all at once, and shows what they changed.</summary>
internal sealed class FixStep : Step
{
    private const int InPicture = 2;

    private readonly bool _leaveOut;

    public FixStep(bool leaveOut) => _leaveOut = leaveOut;

    public override string Title => "Fix it";

    public override Outcome Show(Screen screen, Workshop workshop)
    {
        CommandResult result = _leaveOut
            ? new CommandResult(0, [])
            : screen.During("dotnet format analyzers", () => workshop.Dotnet.Run("format", "analyzers", "--no-restore"));
        if (result.ExitCode != 0)
            CommandOutput.Show(screen, result);

        int added = 0, removed = 0, hunks = 0;
        foreach (string before in workshop.SourceFiles())
        {
            string name = Path.GetFileName(before);
            IReadOnlyList<DiffLine> lines = TextDiff.Lines(File.ReadAllLines(before), File.ReadAllLines(Path.Combine(workshop.Project, name)));
            added += lines.Count(line => line.Change == Change.Added);
            removed += lines.Count(line => line.Change == Change.Removed);
            foreach (IReadOnlyList<DiffLine> hunk in TextDiff.Hunks(lines, context: 2))
            {
                using IDisposable? gap = hunks++ >= InPicture ? screen.OffPicture() : null;
                ShowHunk(screen, name, hunk);
            }
        }

        return Judge(result.ExitCode, added, removed);
    }

    /// <summary>The fixes add flushes; they never take one of the program's own lines away.</summary>
    internal static Outcome Judge(int exitCode, int added, int removed) =>
        Outcome.Of(exitCode == 0 && added > 0 && removed == 0, $"{added} lines added, {removed} removed{(exitCode == 0 ? "" : $", exit code {exitCode}")}");

    private static void ShowHunk(Screen screen, string file, IReadOnlyList<DiffLine> hunk)
    {
        screen.Line();
        screen.Line("   ", Run.Strong(file));
        int indentation = hunk.Where(line => line.Text.Length > 0).Min(line => line.Text.Length - line.Text.TrimStart().Length);
        foreach (DiffLine line in hunk)
        {
            string code = line.Text.Length > indentation ? line.Text[indentation..] : "";
            Run text = line.Change switch
            {
                Change.Added => Run.Good($"+ {code}"),
                Change.Removed => Run.Bad($"- {code}"),
                _ => Run.Dim($"  {code}"),
            };
            screen.Line(Run.Dim($"   {line.Number,5} "), text);
        }
    }
}
