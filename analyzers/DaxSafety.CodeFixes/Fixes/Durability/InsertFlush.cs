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
        if (site.Node is not { } write || IsDisposedAtTheEnd(write) || MappingName.Of(site.Model, site[DiagnosticKeys.Mapping], write) is not { } mapping)
            yield break;
        var together = site.Companions.Where(other => site.NodeAt(other.Location) is { } node && mapping.IsCalledBy(node)).ToArray();
        var companions = together.Select(other => site.NodeAt(other.Location)).OfType<SyntaxNode>().ToArray();
        // The last of those that miss the same flush speaks for all.
        if (companions.Any(other => other.SpanStart > write.SpanStart && IsInReach(write, other)))
            yield break;
        var earlier = site.FurtherNodes.Concat(companions).Where(node => IsEarlierWrite(node, write)).Distinct().ToArray();
        if (!earlier.All(mapping.IsCalledBy))
            yield break;
        var exits = site.Diagnostic.Id == RuleIds.WriteNotFlushed ? Exits.At(site.Root, together.Append(site.Diagnostic).Select(one => one.Properties.GetValueOrDefault(DiagnosticKeys.Exits))) : Exits.Unknown;
        var offers = companions.Length == 0 ? OfTheMember(site, mapping, write) : [];
        foreach (var offer in offers.Length > 0 ? offers : FlushAfterWrites.Offers(site, mapping, write, earlier, exits, partly: companions.Length > 0))
            yield return offer;
    }

    /// <summary>
    /// One of several writes of a member, of which none is flushed: all are, since a member that flushes one of them and not the others would be
    /// the next to report.
    /// </summary>
    private static Offer[] OfTheMember(FixSite site, MappingName mapping, SyntaxNode write)
    {
        var function = Slot.FunctionOf(write);
        var others = site.OtherWrites
            .Where(other => Slot.FunctionOf(other) == function && IsDirect(other, mapping) && !other.Span.OverlapsWith(write.Span)).ToArray();
        if (others.Length == 0 || !IsDirect(write, mapping))
            return [];
        SyntaxNode[] all = [.. others.Append(write).OrderBy(one => one.SpanStart)];
        return FlushAfterWrites.Offers(site, mapping, all[all.Length - 1], all.Take(all.Length - 1).ToArray(), Exits.Unknown, needed: write).ToArray();
    }

    /// <summary>Not by a writer, which may hold something back.</summary>
    private static bool IsDirect(SyntaxNode write, MappingName mapping) => write is not InvocationExpressionSyntax call
        ? mapping.IsCalledBy(write) : call.Expression is MemberAccessExpressionSyntax access && mapping.IsMapping(access.Expression);

    /// <summary><c>using var zip = …;</c> writes its last bytes where its scope ends: behind them is no place for a statement.</summary>
    private static bool IsDisposedAtTheEnd(SyntaxNode write) => write is VariableDeclaratorSyntax { Parent.Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } };

    /// <summary>An additional location can also be the exit, which is a statement or a brace, or a write inside the method that is called here.</summary>
    private static bool IsEarlierWrite(SyntaxNode node, SyntaxNode write) =>
        node is ExpressionSyntax and not AnonymousFunctionExpressionSyntax && node.SpanStart < write.SpanStart && !node.Span.Contains(write.Span)
        && IsInReach(node, write);

    /// <summary>In the same function or one around it, or in one that is handed to a call beside.</summary>
    private static bool IsInReach(SyntaxNode earlier, SyntaxNode later) =>
        earlier.Ancestors().Where(Slot.IsFunction).SkipWhile(function => function is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax }).FirstOrDefault() is { } function && function.Span.Contains(later.Span);
}
