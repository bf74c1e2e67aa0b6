using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary><c>if (p &lt; lo) lo = p;</c> is <c>lo = Math.Min(lo, p);</c>: the condition does it, and nothing is left to decide.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>The condition that keeps an extreme, with the variable and what it is compared with by the names of the source; null for any other <c>if</c>.</summary>
    private static (string Kept, string Other, bool IsLargest)? ExtremeOf(SyntaxNode? node)
    {
        if (node is not IfStatementSyntax { Else: null, Condition: BinaryExpressionSyntax test } statement
            || AssignmentIn(statement.Statement) is not { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: IdentifierNameSyntax target, Right: var source } || !IsPlainSum(source))
            return null;
        var isLess = test.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression;
        if (!isLess && test.Kind() is not (SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression))
            return null;
        var (kept, other) = (target.Identifier.ValueText, source.ToString());
        return SyntaxFactory.AreEquivalent(test.Left, source) && test.Right is IdentifierNameSyntax { Identifier.ValueText: var right } && right == kept ? (kept, other, !isLess)
            : SyntaxFactory.AreEquivalent(test.Right, source) && test.Left is IdentifierNameSyntax { Identifier.ValueText: var left } && left == kept ? (kept, other, isLess)
            : null;
    }

    /// <summary>A name, or one and some more, <c>at + length</c>: what reads the same twice.</summary>
    private static bool IsPlainSum(ExpressionSyntax value) => value switch
    {
        IdentifierNameSyntax or LiteralExpressionSyntax => true,
        ParenthesizedExpressionSyntax inner => IsPlainSum(inner.Expression),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } sum => IsPlainSum(sum.Left) && IsPlainSum(sum.Right),
        _ => false,
    };

    private static AssignmentExpressionSyntax? AssignmentIn(StatementSyntax statement)
    {
        while (PassedThrough.BodyOf(statement) is { } inner)
            statement = inner;
        return (statement as ExpressionStatementSyntax)?.Expression as AssignmentExpressionSyntax;
    }

    /// <summary>The condition as it is once the variable keeps the extreme; null where it is none.</summary>
    private Condition? ExtremeCondition(IOperation test)
    {
        if (test is not IBinaryOperation { OperatorMethod: null } comparison || ExtremeOf(test.Syntax.Parent) is not var (name, _, isLargest))
            return null;
        var (left, right) = (Unconverted(comparison.LeftOperand), Unconverted(comparison.RightOperand));
        var (kept, other) = left is ILocalReferenceOperation { Local: var local } && local.Name == name ? (left, comparison.RightOperand) : (right, comparison.LeftOperand);
        if (!IsKeptExtreme(kept))
            return null;
        var place = LowerPlace(kept);
        if (place.Kind != PlaceKind.Variable)
            return null;
        var extreme = _steps.Into(OpCode.Extreme, Known(Load(place), kept), Known(Lower(other), other), c: isLargest ? 1 : 0, site: AddSite(test));
        Store(place, _steps.Into(OpCode.Keep, extreme, c: place.Base, scale: isLargest ? 1 : 0, site: AddSite(test)), test);
        return Make(ConditionKind.Opaque, -1, -1, false, test);
    }

    private static bool IsKeptExtreme(IOperation kept) => kept is ILocalReferenceOperation { Local: { RefKind: RefKind.None, Type: var type } } && IsInteger(type);

    /// <summary>What the condition above it has done already.</summary>
    private static bool IsOfExtreme(ISimpleAssignmentOperation assignment)
    {
        if (!IsKeptExtreme(assignment.Target) || assignment.Syntax.Parent is not ExpressionStatementSyntax statement)
            return false;
        return PassedThrough.Deciding(statement) is IfStatementSyntax chosen && AssignmentIn(chosen.Statement) == assignment.Syntax && ExtremeOf(chosen) is not null;
    }
}
