using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>Applies fixes to a workspace the way an editor and <c>dotnet format</c> do: one light bulb at a time, or all at once.</summary>
internal sealed class FixRun(TestWorkspace workspace, FixOptions options)
{
    /// <summary>Every fix we ship.</summary>
    public static readonly ImmutableArray<CodeFixProvider> Ours = ShippedIn("DaxSafety.CodeFixes");

    private readonly ImmutableArray<CodeFixProvider> _providers = options.Providers ?? Ours;

    /// <summary>Fixes the first diagnostic that has the wanted action, again and again. Returns how many were fixed.</summary>
    public async Task<int> OneByOne()
    {
        var limit = options.Times ?? 2 * (await workspace.Analyze("The source")).Length + 2;
        for (var applied = 0; applied < limit; applied++)
            if (!await ApplyFirst())
                return applied;

        if (options.Times is null && await FirstFixable() is { } still)
            throw new VerificationFailure($"The fix does not come to an end: after {limit} applications it is still offered.\n{DiagnosticText.Describe(still.Diagnostic)}");
        return limit;
    }

    /// <summary>Fix All, started where the first fixable diagnostic is.</summary>
    public async Task All(FixAllScope scope)
    {
        if (await FirstFixable() is var (provider, action, diagnostic))
            await All(scope, provider, action.EquivalenceKey!, diagnostic, await workspace.Analyze("The source"));
    }

    /// <summary>Fix All of what is found, started with an action of that key at one of the diagnostics.</summary>
    public async Task All(FixAllScope scope, CodeFixProvider provider, string key, Diagnostic diagnostic, ImmutableArray<Diagnostic> found)
    {
        var fixAll = provider.GetFixAllProvider()
            ?? throw new VerificationFailure($"{provider.GetType().Name} has no Fix All provider.");
        if (!fixAll.GetSupportedFixAllScopes().Contains(scope))
            throw new VerificationFailure($"{fixAll.GetType().Name} does not support {scope}.");

        var source = new TestDiagnostics(found);
        var document = workspace.DocumentAt(diagnostic.Location.SourceTree!.FilePath);
        var ids = provider.FixableDiagnosticIds.Where(id => id == diagnostic.Id);
        var context = scope == FixAllScope.Document
            ? new FixAllContext(document, provider, scope, key, ids, source, CancellationToken.None)
            : new FixAllContext(workspace.Project, provider, scope, key, ids, source, CancellationToken.None);
        var change = await fixAll.GetFixAsync(context)
            ?? throw new VerificationFailure($"Fix All ({scope}) of {provider.GetType().Name} offers nothing.");
        await Apply(change);
    }

    /// <summary>The light bulb at a diagnostic: all actions of all providers, in the order a user sees them.</summary>
    public async Task<ImmutableArray<(CodeFixProvider Provider, CodeAction Action)>> ActionsAt(Diagnostic diagnostic)
    {
        var actions = ImmutableArray.CreateBuilder<(CodeFixProvider, CodeAction)>();
        if (diagnostic.Location.SourceTree is not { } tree)
            return [];
        var document = workspace.DocumentAt(tree.FilePath);
        foreach (var provider in _providers.Where(provider => provider.FixableDiagnosticIds.Contains(diagnostic.Id)))
            await provider.RegisterCodeFixesAsync(new CodeFixContext(
                document, diagnostic, (action, _) => actions.Add((provider, action)), CancellationToken.None));
        return actions.ToImmutable();
    }

    private async Task<bool> ApplyFirst()
    {
        if (await FirstFixable() is not var (_, action, _))
            return false;
        await Apply(action);
        return true;
    }

    private async Task<(CodeFixProvider Provider, CodeAction Action, Diagnostic Diagnostic)?> FirstFixable()
    {
        foreach (var diagnostic in await workspace.Analyze("What the fix made"))
        {
            var offered = await ActionsAt(diagnostic);
            var wanted = options.EquivalenceKey is { } key
                ? offered.Where(offer => offer.Action.EquivalenceKey == key)
                : offered.Skip(options.Index);
            foreach (var (provider, action) in wanted)
            {
                if (action.EquivalenceKey is null)
                    throw new VerificationFailure($"The action \"{action.Title}\" of {provider.GetType().Name} has no equivalence key.");
                return (provider, action, diagnostic);
            }
        }

        return null;
    }

    public async Task Apply(CodeAction action)
    {
        var operations = await action.GetOperationsAsync(CancellationToken.None);
        var change = operations.OfType<ApplyChangesOperation>().SingleOrDefault()
            ?? throw new VerificationFailure($"The action \"{action.Title}\" changes nothing.");
        workspace.Apply(change.ChangedSolution);
    }

    private static ImmutableArray<CodeFixProvider> ShippedIn(string assembly) =>
        [.. System.Reflection.Assembly.Load(assembly).GetTypes()
            .Where(type => type.IsSubclassOf(typeof(CodeFixProvider)) && !type.IsAbstract)
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (CodeFixProvider)Activator.CreateInstance(type, nonPublic: true)!)];

    private sealed class TestDiagnostics(ImmutableArray<Diagnostic> diagnostics) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult(diagnostics.Where(diagnostic => diagnostic.Location.SourceTree?.FilePath == document.FilePath));

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(diagnostics.Where(diagnostic => !diagnostic.Location.IsInSource));

        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(diagnostics.AsEnumerable());
    }
}
