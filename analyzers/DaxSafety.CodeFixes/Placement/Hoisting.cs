using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>
/// Whether a flush may stand after a construct instead of inside it, next to the write: it still runs after every write, on the same
/// view, and does nothing where nothing was written.
/// </summary>
internal static class Hoisting
{
    public static bool MayLeave(StatementSyntax construct, MappingName? mapping, IReadOnlyList<SyntaxNode> writes, Exits exits, SemanticModel model)
    {
        if (construct is LockStatementSyntax or UsingStatementSyntax && !IsInHeader(construct, writes))
            return false;
        if (Jumps.Bypass(construct, writes, exits) || mapping is not null && !MayLeave(construct, mapping))
            return false;
        return !Jumps.IsLoop(construct) || EndsSoon(construct, model);
    }

    /// <summary>A function that is run to its end, as often as need be, where it is written.</summary>
    public static bool MayLeave(AnonymousFunctionExpressionSyntax function, MappingName? mapping) =>
        mapping is null || !mapping.IsReboundIn(function) && !mapping.IsReleasedIn(function) && mapping.HasValueAlsoBeside(function);

    private static bool MayLeave(StatementSyntax construct, MappingName mapping) =>
        !mapping.IsReboundIn(construct) && !mapping.IsReleasedIn(construct) && (!IsConditional(construct) || mapping.HasValueAlsoBeside(construct));

    private static bool IsInHeader(StatementSyntax construct, IReadOnlyList<SyntaxNode> writes)
    {
        var body = construct is LockStatementSyntax held ? held.Statement : ((UsingStatementSyntax)construct).Statement;
        return !writes.Any(write => body.Span.Contains(write.Span));
    }

    private static bool IsConditional(StatementSyntax construct) =>
        construct is IfStatementSyntax or SwitchStatementSyntax or TryStatementSyntax || Jumps.IsLoop(construct);

    /// <summary>
    /// A loop that waits (for the next message, for a consumer) may go on for hours: what it wrote has to be durable before it
    /// waits, not when it ends.
    /// </summary>
    public static bool EndsSoon(StatementSyntax loop, SemanticModel model) =>
        model.AnalyzeControlFlow(loop) is { Succeeded: true, EndPointIsReachable: true }
        && loop is not CommonForEachStatementSyntax { AwaitKeyword.RawKind: (int)SyntaxKind.AwaitKeyword }
        && !Jumps.OwnNodes(loop).Any(node => node is AwaitExpressionSyntax or YieldStatementSyntax
            or InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetConsumingEnumerable" } });
}
