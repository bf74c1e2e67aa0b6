using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// <c>if (p &lt; lo) lo = p;</c> and <c>lo = p &lt; lo ? p : lo;</c> are <c>lo = Math.Min(lo, p);</c>: the condition does it, and nothing is left to decide.
/// </summary>
internal sealed partial class BodyLowering
{
    /// <summary>The assignment for which a comparison keeps an extreme; null for any other comparison.</summary>
    private static (AssignmentExpressionSyntax Assignment, bool IsLargest)? ExtremeOf(SyntaxNode? node)
    {
        if (node is not BinaryExpressionSyntax test || !IsPlainSum(test.Left) || !IsPlainSum(test.Right))
            return null;
        var isLess = test.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression;
        if (!isLess && test.Kind() is not (SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression))
            return null;
        var (less, more) = isLess ? (test.Left, test.Right) : (test.Right, test.Left);
        SyntaxNode? decided = test.Parent;
        while (decided is ParenthesizedExpressionSyntax)
            decided = decided.Parent;
        return decided switch
        {
            IfStatementSyntax { Else: null } chosen => AssignmentIn(chosen.Statement, more, less) is { } least ? (least, false) : AssignmentIn(chosen.Statement, less, more) is { } most ? (most, true) : null,
            ConditionalExpressionSyntax choice when AssignmentOf(choice) is { } assignment && (Assigns(assignment, less) || Assigns(assignment, more)) =>
                IsSame(choice.WhenTrue, less) && IsSame(choice.WhenFalse, more) ? (assignment, false) : IsSame(choice.WhenTrue, more) && IsSame(choice.WhenFalse, less) ? (assignment, true) : null,
            _ => null,
        };
    }

    /// <summary>A name, or one and some more, <c>at + length</c>: what reads the same twice.</summary>
    private static bool IsPlainSum(ExpressionSyntax value) => value switch
    {
        IdentifierNameSyntax or LiteralExpressionSyntax => true,
        ParenthesizedExpressionSyntax inner => IsPlainSum(inner.Expression),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } sum => IsPlainSum(sum.Left) && IsPlainSum(sum.Right),
        _ => false,
    };

    private static bool IsSame(ExpressionSyntax a, ExpressionSyntax b) => SyntaxFactory.AreEquivalent(Bare(a), Bare(b));

    private static ExpressionSyntax Bare(ExpressionSyntax value)
    {
        while (value is ParenthesizedExpressionSyntax inner)
            value = inner.Expression;
        return value;
    }

    private static bool Assigns(AssignmentExpressionSyntax assignment, ExpressionSyntax kept) => kept is IdentifierNameSyntax && assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) && IsSame(assignment.Left, kept);

    private static AssignmentExpressionSyntax? AssignmentOf(ExpressionSyntax value)
    {
        while (value.Parent is ParenthesizedExpressionSyntax around)
            value = around;
        return value.Parent as AssignmentExpressionSyntax;
    }

    /// <summary>The statement that keeps it, behind others only that have nothing to do with it.</summary>
    private static AssignmentExpressionSyntax? AssignmentIn(StatementSyntax statement, ExpressionSyntax kept, ExpressionSyntax other)
    {
        if (statement is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment } && Assigns(assignment, kept) && IsSame(assignment.Right, other))
            return assignment;
        if (statement is not BlockSyntax block)
            return PassedThrough.BodyOf(statement) is { } inner ? AssignmentIn(inner, kept, other) : null;
        foreach (var part in block.Statements)
            if (AssignmentIn(part, kept, other) is { } found)
                return found;
            else if (part.DescendantNodes().Any(node => node is IdentifierNameSyntax name && (Names(kept, name) || Names(other, name))))
                return null;
        return null;
    }

    private static bool Names(ExpressionSyntax value, IdentifierNameSyntax name) => value.DescendantNodesAndSelf().Any(node => node is IdentifierNameSyntax other && other.Identifier.ValueText == name.Identifier.ValueText);

    /// <summary>The condition as it is once the variable keeps the extreme; null where it is none.</summary>
    private Condition? ExtremeCondition(IOperation test)
    {
        if (test is not IBinaryOperation { OperatorMethod: null } comparison || ExtremeOf(test.Syntax) is not var (assignment, isLargest) || DecidesMore(assignment))
            return null;
        var (left, right) = (Unconverted(comparison.LeftOperand), Unconverted(comparison.RightOperand));
        var isLeft = left.Syntax is IdentifierNameSyntax name && IsSame(name, assignment.Left);
        var (kept, other) = isLeft ? (left, comparison.RightOperand) : (right, comparison.LeftOperand);
        if (!IsKeptExtreme((kept as ILocalReferenceOperation)?.Local))
            return null;
        var place = LowerPlace(kept);
        if (place.Kind != PlaceKind.Variable)
            return null;
        var extreme = Extreme(Known(Load(place), kept), Known(Lower(other), other), isLargest, test);
        Store(place, _steps.Into(OpCode.Keep, extreme, c: place.Base, scale: isLargest ? 1 : 0, site: AddSite(test)), test);
        return Make(ConditionKind.Opaque, -1, -1, false, test);
    }

    private static bool IsKeptExtreme(ILocalSymbol? kept) => kept is { RefKind: RefKind.None, Type: var type } && IsInteger(type);

    /// <summary>What the condition above it has done already.</summary>
    private bool IsOfExtreme(ISimpleAssignmentOperation assignment)
    {
        if (assignment.Syntax is not AssignmentExpressionSyntax syntax || !IsKeptExtreme(AssignedLocal(assignment.Target)))
            return false;
        var test = Bare(syntax.Right) is ConditionalExpressionSyntax choice ? choice.Condition
            : syntax.Parent is ExpressionStatementSyntax statement && PassedThrough.Deciding(statement) is IfStatementSyntax chosen ? chosen.Condition : null;
        return test is not null && ExtremeOf(Bare(test))?.Assignment == syntax && !DecidesMore(syntax);
    }

    /// <summary><c>if (flushed &lt; written) { view.Flush(); flushed = written; }</c>: what else is done to mappings there, the comparison decides.</summary>
    private bool DecidesMore(AssignmentExpressionSyntax assignment) =>
        assignment.Parent is ExpressionStatementSyntax statement && PassedThrough.Deciding(statement) is IfStatementSyntax { Statement: var decided }
        && decided.DescendantNodes().Any(node => node is InvocationExpressionSyntax)
        && _cfg.OriginalOperation.Descendants().OfType<IInvocationOperation>().Any(call => decided.Span.Contains(call.Syntax.Span) && _context.Matters(call.TargetMethod));
}
