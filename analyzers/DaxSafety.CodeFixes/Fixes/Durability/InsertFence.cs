using System.Collections.Immutable;
using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>DAX1004: fences what was written back; once after a loop, not once a line.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InsertFence))]
internal sealed class InsertFence : DaxFix
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.WriteBackNotFenced);

    protected override IEnumerable<Offer> OffersFor(FixSite site)
    {
        if (site.Node is not { } writeBack || FenceOf(site, writeBack, out var import) is not { } fence)
            yield break;
        var companions = site.Companions.Select(other => site.NodeAt(other.Location)).OfType<SyntaxNode>().Where(node => Slot.FunctionOf(node) == Slot.FunctionOf(writeBack)).ToArray();
        if (companions.Any(other => other.SpanStart > writeBack.SpanStart))
            yield break;
        var places = new FlushPlacement(site.Model, mapping: null, Exits.Unknown, everyPath: true).Cover(writeBack, companions, partly: companions.Length > 0);
        if (places.Count == 0 || places.All(place => place.Slot.IsFollowedBy(fence)))
            yield break;
        yield return new Offer(FixKeys.Fence, "Fence the write-back", edits =>
        {
            foreach (var place in places)
                edits.Insert(place.Slot, fence);
            if (import)
                edits.ImportRuntime();
        });
    }

    /// <summary>That of the library which has written back, where the program declares it, else the runtime's.</summary>
    private static string? FenceOf(FixSite site, SyntaxNode writeBack, out bool import)
    {
        import = false;
        if (writeBack is InvocationExpressionSyntax call && site.Model.GetSymbolInfo(call).Symbol is IMethodSymbol { IsExtern: true, ContainingType: { } library }
            && library.GetMembers("pmem_drain").OfType<IMethodSymbol>().Any(drain => drain is { IsExtern: true, IsStatic: true, Parameters.IsEmpty: true } && site.Model.IsAccessible(call.SpanStart, drain)))
            return call.Expression is MemberAccessExpressionSyntax access ? $"{access.Expression}.pmem_drain();" : "pmem_drain();";
        return RuntimeLibrary.HasPersistentMemory(site, writeBack.SpanStart, out import) ? "PersistentMemory.Fence();" : null;
    }
}
