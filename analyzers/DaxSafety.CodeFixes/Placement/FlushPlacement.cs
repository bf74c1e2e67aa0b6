using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>One flush.</summary>
/// <param name="Slot">Where it goes.</param>
/// <param name="Writes">Which of the reported writes it covers.</param>
/// <param name="Value">What is returned there, if the flush has to come between its making and the return.</param>
internal sealed record FlushPlace(Slot Slot, IReadOnlyList<SyntaxNode> Writes, ReturnedValue? Value = null);

/// <summary>
/// Where the flush of a run of writes goes: after the last of them if that covers all, after the branches or loops they are in if
/// nothing is lost by that, and else after each. As early as safe, as late as needed.
/// </summary>
/// <remarks>Without a mapping for a fence, which names none.</remarks>
internal sealed class FlushPlacement(SemanticModel model, MappingName? mapping, Exits exits, bool everyPath = false)
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
            var covered = rest.Where(other => Covers(slot, other)).ToArray();
            rest.RemoveAll(covered.Contains);
            places.Insert(0, new FlushPlace(slot, [.. covered, write]));
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
        foreach (var (slot, isOnceForMany) in Reachable(write, writes))
        {
            var count = others.Count(other => Covers(slot, other));
            if (slot.SplitsElseIf && best is not null || count <= covered && !isOnceForMany)
                continue;
            best = slot;
            covered = count;
        }
        return best;
    }

    /// <summary>The place next to a write and those further out, as far as a flush may go; with whether that is behind a loop.</summary>
    private IEnumerable<(Slot Slot, bool IsOnceForMany)> Reachable(SyntaxNode write, IReadOnlyList<SyntaxNode> writes)
    {
        if (Beside(write) is { } own)
        {
            if (own.Node is StatementSyntax header && IsCompound(header) && !Hoisting.MayLeave(header, mapping, writes, exits, model))
                yield break;
            if (CanStandAt(own))
                yield return (own, Jumps.IsLoop(own.Node));
            foreach (var slot in own.Outward())
            {
                if (!Hoisting.MayLeave((StatementSyntax)slot.Node, mapping, writes, exits, model))
                    yield break;
                if (CanStandAt(slot))
                    yield return (slot, Jumps.IsLoop(slot.Node));
            }
        }
        if (Slot.FunctionOf(write) is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax argument } function
            && DelegateRuns.Of(function, model) is var run and not DelegateRun.Elsewhere && Hoisting.MayLeave(function, mapping))
            foreach (var (slot, isOnceForMany) in Reachable(argument, writes))
                yield return (slot, isOnceForMany || run == DelegateRun.ManyTimes);
    }

    /// <summary>
    /// Whether a flush in that place is for this write too. A diagnostic that is about one exit does not ask whether the write
    /// has others, which would be reported for themselves; one that is about no exit does.
    /// </summary>
    private bool Covers(Slot slot, SyntaxNode write) =>
        slot.IsAfter(RunBy(write, slot)) && mapping?.IsAssignedBetween(write, slot) != true
        && !(everyPath && slot.Between(write).Any(statement => Jumps.Bypass(statement, [write], exits)));

    /// <summary>The write, or the argument of the call beside the place that runs it.</summary>
    private SyntaxNode RunBy(SyntaxNode write, Slot slot) =>
        !slot.Node.Span.Contains(write.Span) && Slot.FunctionOf(write) is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax argument } function
            && !function.Span.Contains(slot.Node.Span) && DelegateRuns.Of(function, model) != DelegateRun.Elsewhere && Hoisting.MayLeave(function, mapping) ? RunBy(argument, slot) : write;

    /// <summary>The place next to a write, or next to where the task that writes is awaited.</summary>
    private Slot? Beside(SyntaxNode write)
    {
        if (Slot.After(write) is not { Node: not YieldStatementSyntax } own)
            return null;
        return Completion.IsCertain(write, own, model) ? own : WhereAwaited(write, own);
    }

    /// <summary><c>var task = WriteAsync(…);</c> is over behind the statement of the same list that awaits it.</summary>
    private static Slot? WhereAwaited(SyntaxNode write, Slot own) =>
        own is { Shape: SlotShape.List, Node: LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables } declaration } && variables[0].Initializer?.Value == write
            ? declaration.Parent!.ChildNodes().SkipWhile(node => node != declaration).OfType<StatementSyntax>()
                .Where(statement => statement is ExpressionStatementSyntax or LocalDeclarationStatementSyntax && Jumps.OwnNodes(statement).OfType<AwaitExpressionSyntax>()
                    .Any(wait => wait.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == variables[0].Identifier.ValueText)))
                .Select(statement => (Slot?)new Slot(statement, SlotShape.List)).FirstOrDefault()
            : null;

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
}
