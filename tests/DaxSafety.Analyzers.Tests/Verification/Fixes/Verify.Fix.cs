using Microsoft.CodeAnalysis.CodeFixes;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>The other half: what a fix makes of a source.</summary>
internal static partial class Verify
{
    /// <summary>
    /// The diagnostics marked in <paramref name="before"/>, fixed one by one and then by Fix All, give <paramref name="after"/>. It
    /// compiles, and has exactly the diagnostics that are marked in it: none, as a rule. Applying the fix again changes nothing.
    /// </summary>
    public static async Task Fix(string before, string after, FixOptions? options = null)
    {
        options ??= FixOptions.Default;
        await Analyzer(before, options.Verify);
        await Gives(before, after, options, "Fixing one by one", async run =>
        {
            if (await run.OneByOne() == 0)
                throw new VerificationFailure("No action was offered for any of the marked diagnostics.");
        });

        if (!options.FixAll || options.Times is not null)
            return;
        foreach (var scope in new[] { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution })
            if (scope != FixAllScope.Document || options.Verify.Documents.IsEmpty)
                await Gives(before, options.AfterFixAll ?? after, options, $"Fix All in the {scope}", run => run.All(scope));
    }

    /// <summary>The marked diagnostics are reported, and no fix is offered for them.</summary>
    public static async Task NoFix(string source, FixOptions? options = null)
    {
        options ??= FixOptions.Default;
        await Analyzer(source, options.Verify);
        await Gives(source, source, options with { FixAll = false }, "Fixing", async run =>
        {
            if (await run.OneByOne() is var count and > 0)
                throw new VerificationFailure($"A fix was offered and applied {count} times, where none should be.");
        });
    }

    /// <summary>The titles in the light bulb of the diagnostic with that label are these, in this order.</summary>
    public static async Task Offers(string source, string label, FixOptions? options, params string[] titles)
    {
        options ??= FixOptions.Default;
        await Analyzer(source, options.Verify);
        var test = TestCompilation.From(source, options.Verify);
        using var workspace = new TestWorkspace(test);
        var found = new Findings(await workspace.Analyze("The source"), [.. test.Marks]);
        var offered = await new FixRun(workspace, options).ActionsAt(found[label].Diagnostic);
        if (!offered.Select(offer => offer.Action.Title).SequenceEqual(titles))
            throw new VerificationFailure("The light bulb offers:\n" + string.Join("\n", offered.Select(offer => $"  {offer.Action.Title} ({offer.Action.EquivalenceKey})")));
    }

    private static async Task Gives(string before, string after, FixOptions options, string what, Func<FixRun, Task> fix)
    {
        using var workspace = new TestWorkspace(TestCompilation.From(before, options.Verify));
        await fix(new FixRun(workspace, options));

        var expected = TestCompilation.From(after, options.Verify with { Documents = DocumentsAfter(options) });
        foreach (var document in expected.Documents)
            if (await workspace.TextOf(document.Path) is var text && text != document.Text)
                throw new VerificationFailure($"{what} gives another text in {document.Path.TrimStart('/')} (- expected, + fixed):\n{TextDiff.Of(document.Text, text)}");

        Expectations.Require(expected, await workspace.Analyze($"{what}: the fixed source"), $"{what}: the fixed source");
        if (options.Times is null)
            await RequireIdempotent(workspace, options, what);
    }

    private static async Task RequireIdempotent(TestWorkspace workspace, FixOptions options, string what)
    {
        if (await new FixRun(workspace, options with { Times = 1 }).OneByOne() != 0)
            throw new VerificationFailure($"{what}: the fix is offered again on what it made.");
    }

    private static System.Collections.Immutable.ImmutableArray<TestFile> DocumentsAfter(FixOptions options) =>
        [.. options.Verify.Documents.Select(before =>
            options.DocumentsAfter.FirstOrDefault(after => after.Path == before.Path) is { Path: not null } changed ? changed : before)];
}
