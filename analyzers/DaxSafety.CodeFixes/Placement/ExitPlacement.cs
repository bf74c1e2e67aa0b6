using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>
/// Where nothing can follow the write itself, because it is part of what decides or of what is returned: the flush comes last before every
/// exit, with the value that is returned kept in a variable, where the write has a part in it.
/// </summary>
internal sealed class ExitPlacement(SemanticModel model, MappingName mapping, Exits exits)
{
    /// <summary>A place at every exit; none if one has none.</summary>
    public IReadOnlyList<FlushPlace> Cover(IReadOnlyList<SyntaxNode> writes)
    {
        var places = new List<FlushPlace>();
        IReadOnlyList<SyntaxNode> all = Slot.After(writes[writes.Count - 1]) is { Shape: SlotShape.Expression } only ? [only.Node] : exits.Nodes();
        foreach (var exit in all)
        {
            if (PlaceAt(exit, writes) is not { } place || !mapping.IsUsableAfter(place.Slot))
                return [];
            places.Add(place);
        }
        return places;
    }

    private FlushPlace? PlaceAt(SyntaxNode exit, IReadOnlyList<SyntaxNode> writes)
    {
        if (writes.Any(write => !IsOver(write, exit)))
            return null;
        if (exit is BlockSyntax block)
            return block.Statements.LastOrDefault() is { } last && IsKept(last, writes) && model.AnalyzeControlFlow(last) is { Succeeded: true, EndPointIsReachable: true }
                ? new FlushPlace(new Slot(last, SlotShape.List), writes) : null;
        var value = exit is ReturnStatementSyntax statement ? statement.Expression : ExpressionBody.ExpressionOf(exit);
        if (value is null || !writes.Any(write => value.Span.Contains(write.Span)))
            return exit is ReturnStatementSyntax && IsKept(exit, writes) ? new FlushPlace(new Slot(exit, SlotShape.Exit), writes) : null;
        return !mapping.IsReboundIn(value) && !mapping.IsReleasedIn(value) && ReturnedValue.Of(exit, value, model) is { } kept
            ? new FlushPlace(new Slot(exit, SlotShape.Value), writes, kept) : null;
    }

    /// <summary>In the same function, not behind the lock or the using that it is in, and no task that may still be writing.</summary>
    private bool IsOver(SyntaxNode write, SyntaxNode exit) =>
        Slot.FunctionOf(write) is { } function && (Slot.FunctionOf(exit) ?? function) == function
        && !write.Ancestors().TakeWhile(node => !node.Span.Contains(exit.Span)).Any(node => node is LockStatementSyntax or UsingStatementSyntax or FixedStatementSyntax)
        && model.GetTypeInfo(write).Type is not INamedTypeSymbol { Name: "Task" or "ValueTask" };

    /// <summary>Whether the mapping is the same, and still there, when the exit is reached.</summary>
    private bool IsKept(SyntaxNode exit, IReadOnlyList<SyntaxNode> writes) =>
        Slot.FunctionOf(writes[0]) is { } function && exit.SpanStart > writes[0].SpanStart && !mapping.IsReboundIn(function) && !mapping.IsReleasedIn(function);
}
