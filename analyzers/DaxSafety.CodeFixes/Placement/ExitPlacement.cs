using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>
/// Where nothing can follow the write itself, because it is part of what decides or of what is returned: the flush comes last on every way out of
/// the statement. A value that the write has a part in is kept meanwhile.
/// </summary>
internal sealed class ExitPlacement(SemanticModel model, MappingName mapping, Exits exits)
{
    /// <summary>A place on every way out; none if one has none.</summary>
    public IReadOnlyList<FlushPlace> Cover(SyntaxNode last, IReadOnlyList<SyntaxNode> earlier)
    {
        var write = OutOfFinishedFunctions(last);
        if (Slot.After(write) is not { } own || own.Node.GetLastToken(includeZeroWidth: true).IsMissing || own.Node.ContainsDirectives
            || !Completion.IsCertain(write, own, model) || !earlier.All(other => own.IsAfter(OutOfFinishedFunctions(other)))
            || mapping.IsReboundIn(own.Node) || mapping.IsReleasedIn(own.Node))
            return [];
        SyntaxNode[] writes = [.. earlier, last];
        if (ValueOf(own.Node) is { } value)
            return value.Span.Contains(write.Span) && ReturnedValue.Of(own.Node, value, model) is { } kept
                ? Usable([new FlushPlace(new Slot(own.Node, SlotShape.Value), writes, kept)]) : [];
        if (own.Node is not StatementSyntax statement || Jumps.IsLoop(statement) && !Hoisting.EndsSoon(statement, model) || !mapping.HasValueAlsoBeside(statement))
            return [];
        var places = Jumps.OutOf(statement, exits).Where(jump => !writes.Any(one => jump.Span.Contains(one.Span)))
            .Select(jump => new FlushPlace(new Slot(jump, SlotShape.Exit), writes)).ToList();
        if (model.AnalyzeControlFlow(statement) is { Succeeded: true, EndPointIsReachable: true })
            places.Add(new FlushPlace(own, writes));
        return Usable(places);
    }

    private IReadOnlyList<FlushPlace> Usable(IReadOnlyList<FlushPlace> places) => places.All(place => mapping.IsUsableAfter(place.Slot)) ? places : [];

    private static ExpressionSyntax? ValueOf(SyntaxNode way) => way switch
    {
        ReturnStatementSyntax statement => statement.Expression,
        YieldStatementSyntax statement => statement.Expression,
        _ => ExpressionBody.ExpressionOf(way),
    };

    private SyntaxNode OutOfFinishedFunctions(SyntaxNode write) =>
        Slot.FunctionOf(write) is AnonymousFunctionExpressionSyntax { Parent: ArgumentSyntax argument } function && DelegateRuns.Of(function, model) != DelegateRun.Elsewhere
            && Hoisting.MayLeave(function, mapping) ? OutOfFinishedFunctions(argument) : write;
}
