using System.Collections.Immutable;
using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>DAX1001 and DAX1002: puts a durable flush behind the write, or behind the run of writes that it is the last of.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InsertFlush))]
internal sealed class InsertFlush : DaxFix
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.WriteNotFlushed, RuleIds.MappingNeverFlushed);

    protected override IEnumerable<Offer> OffersFor(FixSite site)
    {
        if (site.Node is not { } write || MappingName.Bind(site.Model, site[DiagnosticKeys.Mapping], write) is not { } mapping)
            yield break;
        var companions = site.Companions.Select(other => site.NodeAt(other.Location)).OfType<SyntaxNode>().ToArray();
        // The last of those that miss the same flush speaks for all.
        if (companions.Any(other => other.SpanStart > write.SpanStart && IsInReach(write, other)))
            yield break;
        var earlier = site.FurtherNodes.Concat(companions).Where(node => IsEarlierWrite(node, write)).Distinct().ToArray();
        var places = new FlushPlacement(site.Model, mapping, everyPath: site.Diagnostic.Id == RuleIds.MappingNeverFlushed).Cover(write, earlier, partly: companions.Length > 0);
        var calls = new FlushCalls(site, mapping, write);
        var byFramework = calls.ByFramework(places);
        var byRuntime = calls.ByRuntime(places) ?? calls.ByAddress(earlier);
        if (calls.IsFrameworkEnough && byFramework is not null)
            yield return byFramework;
        if (byRuntime is not null)
            yield return byRuntime;
        if (!calls.IsFrameworkEnough && byFramework is not null)
            yield return byFramework;
    }

    /// <summary>An additional location can also be the exit, which is a statement or a brace, or a write inside the method that is called here.</summary>
    private static bool IsEarlierWrite(SyntaxNode node, SyntaxNode write) =>
        node is ExpressionSyntax and not AnonymousFunctionExpressionSyntax && node.SpanStart < write.SpanStart && !node.Span.Contains(write.Span)
        && IsInReach(node, write);

    private static bool IsInReach(SyntaxNode earlier, SyntaxNode later) =>
        Slot.FunctionOf(earlier) is { } function && function.Span.Contains(later.Span);
}
