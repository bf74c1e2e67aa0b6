using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>One flush.</summary>
/// <param name="Slot">Where it goes.</param>
/// <param name="Writes">How many of the reported writes it covers.</param>
internal sealed record FlushPlace(Slot Slot, int Writes);

/// <summary>
/// Where the flush of a run of writes goes: after the last of them if that covers all, after the branches or loops they are in if
/// nothing is lost by that, and else after each. As early as safe, as late as needed.
/// </summary>
/// <remarks>Without a mapping for a fence, which names none.</remarks>
internal sealed class FlushPlacement(SemanticModel model, MappingName? mapping, bool everyPath = false)
{
    /// <summary>One place for every part of the run, in the order of the source; none if the last write itself cannot be covered, unless a part will do.</summary>
    public IReadOnlyList<FlushPlace> Cover(SyntaxNode last, IEnumerable<SyntaxNode> earlier, bool partly)
    {
        var places = new List<FlushPlace>();
        var rest = earlier.Where(write => write.SpanStart < last.SpanStart).OrderBy(write => write.SpanStart).ToList();
        for (var write = last; write is not null; write = Pop(rest))
        {
            if (Best(write, rest) is not { } slot)
            {
                if (write == last && !partly)
                    return [];
                continue;
            }
            places.Insert(0, new FlushPlace(slot, rest.RemoveAll(other => Covers(slot, other)) + 1));
        }
        return places;
    }

    /// <summary>The place right after one write, for what speaks of that write alone.</summary>
    public Slot? NextTo(SyntaxNode write) =>
        Beside(write) is { } own && !(own.Node is StatementSyntax statement && IsCompound(statement)) && CanStandAt(own) ? own : null;

    private static SyntaxNode? Pop(List<SyntaxNode> writes)
    {
        if (writes.Count == 0)
            return null;
        var last = writes[writes.Count - 1];
        writes.RemoveAt(writes.Count - 1);
        return last;
    }

    private Slot? Best(SyntaxNode write, List<SyntaxNode> others)
    {
        SyntaxNode[] writes = [.. others, write];
        Slot? best = null;
        var covered = -1;
        foreach (var slot in Reachable(write, writes))
        {
            var count = others.Count(other => Covers(slot, other));
            if (slot.SplitsElseIf && best is not null || count <= covered && !Jumps.IsLoop(slot.Node))
                continue;
            best = slot;
            covered = count;
        }
        return best;
    }

    /// <summary>The place next to a write and those further out, as far as a flush may go.</summary>
    private IEnumerable<Slot> Reachable(SyntaxNode write, IReadOnlyList<SyntaxNode> writes)
    {
        if (Beside(write) is not { } own)
            yield break;
        if (own.Node is StatementSyntax header && IsCompound(header) && !Hoisting.MayLeave(header, mapping, writes, model))
            yield break;
        if (CanStandAt(own))
            yield return own;
        foreach (var slot in own.Outward())
        {
            if (!Hoisting.MayLeave((StatementSyntax)slot.Node, mapping, writes, model))
                yield break;
            if (CanStandAt(slot))
                yield return slot;
        }
    }

    /// <summary>
    /// Whether a flush in that place is for this write too. A diagnostic that is about one exit does not ask whether the write
    /// has others, which would be reported for themselves; one that is about no exit does.
    /// </summary>
    private bool Covers(Slot slot, SyntaxNode write) =>
        slot.IsAfter(write) && !(everyPath && slot.Between(write).Any(statement => Jumps.Bypass(statement, [write])));

    /// <summary>The place next to a write, if the write is over there.</summary>
    private Slot? Beside(SyntaxNode write) =>
        Slot.After(write) is { Node: not YieldStatementSyntax } own && IsComplete(write, own) ? own : null;

    private bool CanStandAt(Slot slot)
    {
        if (slot.Node.GetLastToken(includeZeroWidth: true).IsMissing || mapping is not null && !mapping.IsUsableAfter(slot))
            return false;
        return slot.Node is StatementSyntax statement
            ? model.AnalyzeControlFlow(statement) is { Succeeded: true, EndPointIsReachable: true } && (slot.Shape == SlotShape.List || !HasDirectives(statement))
            : ExpressionBody.CanBecomeBlock(slot.Node, model);
    }

    private static bool IsCompound(StatementSyntax statement) => Jumps.IsLoop(statement)
        || statement is IfStatementSyntax or SwitchStatementSyntax or UsingStatementSyntax or LockStatementSyntax or FixedStatementSyntax;

    /// <summary>Braces around something that <c>#if</c> takes apart may end in the wrong half.</summary>
    private static bool HasDirectives(SyntaxNode node) => node.ContainsDirectives;

    /// <summary>A task that nobody has awaited yet may still be writing when the statement is over.</summary>
    private bool IsComplete(SyntaxNode write, Slot own)
    {
        if (write is not ExpressionSyntax expression || model.GetTypeInfo(expression).Type is not INamedTypeSymbol { Name: "Task" or "ValueTask" })
            return true;
        return write.Ancestors().TakeWhile(node => node != own.Node)
            .FirstOrDefault(node => node is not ParenthesizedExpressionSyntax and not ConditionalAccessExpressionSyntax) is AwaitExpressionSyntax or MemberAccessExpressionSyntax;
    }
}
