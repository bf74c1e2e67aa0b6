using System.Collections.Immutable;
using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>DAX1004: fences what was written back; once after a loop, not once a line.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InsertFence))]
internal sealed class InsertFence : DaxFix
{
    private const string Statement = "PersistentMemory.Fence();";

    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.WriteBackNotFenced);

    protected override IEnumerable<Offer> OffersFor(FixSite site)
    {
        if (site.Node is not { } writeBack || !RuntimeLibrary.HasPersistentMemory(site, writeBack.SpanStart, out var import))
            yield break;
        var companions = site.Companions.Select(other => site.NodeAt(other.Location)).OfType<SyntaxNode>().Where(node => Slot.FunctionOf(node) == Slot.FunctionOf(writeBack)).ToArray();
        if (companions.Any(other => other.SpanStart > writeBack.SpanStart))
            yield break;
        var places = new FlushPlacement(site.Model, mapping: null, everyPath: true).Cover(writeBack, companions, partly: companions.Length > 0);
        if (places.Count == 0 || places.All(place => place.Slot.IsFollowedBy(Statement)))
            yield break;
        yield return new Offer(FixKeys.Fence, "Fence the write-back", edits =>
        {
            foreach (var place in places)
                edits.Insert(place.Slot, Statement);
            if (import)
                edits.ImportRuntime();
        });
    }
}
