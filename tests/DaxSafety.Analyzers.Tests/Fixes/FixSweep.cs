using System.Collections.Immutable;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>What one action, or one Fix All, made of a program, and what is wrong with that.</summary>
internal sealed record FixOutcome(string Program, string What, string Before, string After, IReadOnlyList<string> Faults)
{
    public override string ToString() => $"{Program}, {What}:\n  {string.Join("\n  ", Faults)}\n{TextDiff.Of(Before, After)}";
}

/// <summary>
/// Applies every action that is offered in a program, each alone and each as Fix All, and looks at what comes out as a wary
/// reviewer would (<see cref="FixFaults"/>). The same once more with tabs and other line breaks, which must make no
/// other difference.
/// </summary>
internal sealed class FixSweep(string name, string source, VerifyOptions options)
{
    private const string Path = "/Test.cs";

    private readonly TestCompilation _test = TestCompilation.From(source, options);
    private readonly Dictionary<string, Examined> _examined = [];
    private readonly List<Diagnostic> _unfixed = [];

    /// <summary>What is reported.</summary>
    public IReadOnlyList<Diagnostic> Found { get; private set; } = [];

    /// <summary>The diagnostics for which nothing is offered.</summary>
    public IReadOnlyList<Diagnostic> Unfixed => _unfixed;

    public async Task<IReadOnlyList<FixOutcome>> Run()
    {
        var outcomes = new List<FixOutcome>();
        await ForEachFix(text => text, async (workspace, found, fix) =>
        {
            _examined.TryAdd(fix.Before.ToString(), found);
            var after = await Examine(workspace, fix.After.ToString());
            outcomes.Add(new(name, fix.What, fix.Before.ToString(), fix.After.ToString(), [.. FixFaults.Of(found, after, fix.Fixed, fix.Before, fix.After)]));
        });
        var other = 0;
        if (outcomes.Count > 0 && _test.Documents[0].Text.Split('\n').All(line => (line.Length - line.TrimStart(' ').Length) % 4 == 0))
            await ForEachFix(WithTabs, (_, _, fix) =>
            {
                var plain = outcomes[other];
                if (fix.After.ToString() is var text && text != WithTabs(plain.After))
                    outcomes[other] = plain with { Faults = [.. plain.Faults, "another text with tabs:\n" + TextDiff.Of(WithTabs(plain.After), text)] };
                other++;
                return Task.CompletedTask;
            });
        return outcomes;
    }

    private async Task ForEachFix(Func<string, string> layout, Func<TestWorkspace, Examined, Fix, Task> visit)
    {
        using var workspace = new TestWorkspace(_test);
        var before = SourceText.From(layout(_test.Documents[0].Text));
        workspace.Apply(workspace.DocumentAt(Path).WithText(before).Project.Solution);
        var start = workspace.Solution;
        var run = new FixRun(workspace, FixOptions.Default);
        var found = await workspace.Examine();
        var offers = new List<(Diagnostic Diagnostic, CodeFixProvider Provider, string Key)>();
        Found = found.ByUs;
        _unfixed.Clear();
        foreach (var diagnostic in found.ByUs)
        {
            var actions = await run.ActionsAt(diagnostic);
            if (actions.IsEmpty)
                _unfixed.Add(diagnostic);
            foreach (var (provider, action) in actions)
            {
                offers.Add((diagnostic, provider, action.EquivalenceKey!));
                await Visit($"{diagnostic.Id} {action.Title}", [diagnostic], () => run.Apply(action));
            }
        }
        foreach (var all in offers.GroupBy(offer => (offer.Diagnostic.Id, offer.Key)).Where(_ => found.ByUs.Length > 1))
        {
            var (diagnostic, provider, key) = all.First();
            var meant = offers.Select(offer => offer.Diagnostic).Where(other => other.Id == diagnostic.Id).Distinct().ToArray();
            await Visit($"{diagnostic.Id} Fix All {key}", meant, () => run.All(FixAllScope.Document, provider, key, diagnostic, found.ByUs));
        }

        async Task Visit(string what, IReadOnlyList<Diagnostic> meant, Func<Task> apply)
        {
            await apply();
            var after = await workspace.DocumentAt(Path).GetTextAsync();
            await visit(workspace, found, new(what, meant, before, after));
            workspace.Apply(start);
        }
    }

    private async Task<Examined> Examine(TestWorkspace workspace, string text) =>
        _examined.TryGetValue(text, out var known) ? known : _examined[text] = await workspace.Examine();

    private static string WithTabs(string text) =>
        string.Join("\r\n", text.Split('\n').Select(line => line.TrimStart(' ') is var rest ? new string('\t', (line.Length - rest.Length) / 4) + rest : line));

    private sealed record Fix(string What, IReadOnlyList<Diagnostic> Fixed, SourceText Before, SourceText After);
}
