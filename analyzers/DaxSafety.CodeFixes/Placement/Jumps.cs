using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>
/// Whether something leaves a construct other than by its end, so that a statement after the construct would not run.
/// <c>throw</c> does not count: a path that fails owes no flush.
/// </summary>
internal static class Jumps
{
    /// <summary>Whether a jump bypasses the end of <paramref name="construct"/> once one of the writes in it, or before it, has run.</summary>
    public static bool Bypass(SyntaxNode construct, IReadOnlyList<SyntaxNode> writes, Exits exits)
    {
        var inside = writes.Where(write => construct.Span.Contains(write.Span)).ToArray();
        var first = inside.Length == 0 ? construct.SpanStart : inside.Min(write => write.SpanStart);
        // Only a loop or a label leads from a later place back to an earlier one.
        var runsOnce = inside.Length > 0 && !IsLoop(construct) && !construct.DescendantNodes().OfType<LabeledStatementSyntax>().Any();
        return JumpsIn(construct).Any(jump => !(jump is ReturnStatementSyntax way && !exits.MayBe(way)) && !(runsOnce && (jump.Span.End <= first || IsInAnotherBranch(construct, jump, inside))) && !StaysIn(construct, jump));
    }

    /// <summary>Every jump that leaves a construct other than by its end, and may leave something undone.</summary>
    public static IEnumerable<SyntaxNode> OutOf(SyntaxNode construct, Exits exits) =>
        JumpsIn(construct).Where(jump => !(jump is ReturnStatementSyntax way && !exits.MayBe(way)) && !StaysIn(construct, jump));

    public static bool IsLoop(SyntaxNode node) =>
        node is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax;

    /// <summary>The parts of a construct that run in this function: not the bodies of functions inside it.</summary>
    public static IEnumerable<SyntaxNode> OwnNodes(SyntaxNode construct) =>
        construct.DescendantNodesAndSelf(node => node == construct || node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax));

    private static IEnumerable<SyntaxNode> JumpsIn(SyntaxNode construct) =>
        OwnNodes(construct).Where(node => node is ReturnStatementSyntax or YieldStatementSyntax or GotoStatementSyntax or BreakStatementSyntax or ContinueStatementSyntax);

    /// <summary>In a branch of an <c>if</c> or a section of a <c>switch</c> in which nothing is written.</summary>
    private static bool IsInAnotherBranch(SyntaxNode construct, SyntaxNode jump, SyntaxNode[] writes)
    {
        SyntaxNode? branch = construct switch
        {
            IfStatementSyntax fork => jump.Ancestors().FirstOrDefault(node => node == fork.Statement || node == fork.Else) ?? (jump.Parent == fork ? jump : null),
            SwitchStatementSyntax when !construct.DescendantNodes().OfType<GotoStatementSyntax>().Any() =>
                jump.Ancestors().FirstOrDefault(node => node is SwitchSectionSyntax && node.Parent == construct),
            _ => null,
        };
        return branch is not null && !writes.Any(write => branch.Span.Contains(write.Span) || IsInCondition(construct, write));
    }

    private static bool IsInCondition(SyntaxNode construct, SyntaxNode write) => construct switch
    {
        IfStatementSyntax fork => fork.Condition.Span.Contains(write.Span),
        SwitchStatementSyntax fork => fork.Expression.Span.Contains(write.Span),
        _ => true,
    };

    private static bool StaysIn(SyntaxNode construct, SyntaxNode jump) => jump switch
    {
        BreakStatementSyntax => IsInside(construct, jump.Ancestors().FirstOrDefault(node => IsLoop(node) || node is SwitchStatementSyntax)),
        ContinueStatementSyntax => IsInside(construct, jump.Ancestors().FirstOrDefault(IsLoop)),
        GotoStatementSyntax { RawKind: (int)SyntaxKind.GotoStatement, Expression: IdentifierNameSyntax name } =>
            OwnNodes(construct).OfType<LabeledStatementSyntax>().Any(label => label.Identifier.ValueText == name.Identifier.ValueText),
        GotoStatementSyntax => IsInside(construct, jump.Ancestors().FirstOrDefault(node => node is SwitchStatementSyntax)),
        _ => false,
    };

    private static bool IsInside(SyntaxNode construct, SyntaxNode? target) => target is not null && construct.Span.Contains(target.Span);
}
