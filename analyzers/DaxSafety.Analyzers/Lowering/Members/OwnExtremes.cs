using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Methods that return the smaller or the larger of two numbers: the library's, and <c>static long Lower(long a, long b) =&gt; a &lt; b ? a : b;</c>
/// </summary>
internal sealed partial class LoweringContext
{
    private readonly ConcurrentDictionary<IMethodSymbol, bool?> _extremes = new(SymbolEqualityComparer.Default);

    /// <summary>Whether it is the larger; null for any other method.</summary>
    public bool? ReturnsLarger(IMethodSymbol method) =>
        method is not { IsStatic: true, Parameters.Length: 2 } || !BodyLowering.IsInteger(method.ReturnType) ? null
        : IsOwn(method) ? _extremes.GetOrAdd(method.OriginalDefinition, FindExtreme)
        : method is { Name: "Min" or "Max", ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } or { SpecialType: not SpecialType.None } }
            ? method.Name == "Max" : null;

    private static bool? FindExtreme(IMethodSymbol method)
    {
        var declaration = method.DeclaringSyntaxReferences[0].GetSyntax() as MethodDeclarationSyntax;
        return ((SyntaxNode?)declaration?.ExpressionBody?.Expression ?? declaration?.Body) switch
        {
            ConditionalExpressionSyntax choice => Chosen(choice.Condition, choice.WhenTrue, choice.WhenFalse),
            InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 2 } given } call when Names(given[0].Expression, given[1].Expression) =>
                NameOf(call) switch { "Min" => false, "Max" => true, _ => null },
            BlockSyntax { Statements: { Count: 1 } only } => only[0] switch
            {
                ReturnStatementSyntax { Expression: ConditionalExpressionSyntax choice } => Chosen(choice.Condition, choice.WhenTrue, choice.WhenFalse),
                IfStatementSyntax { Else.Statement: var other } choice => Chosen(choice.Condition, Returned(choice.Statement), Returned(other)),
                _ => null,
            },
            BlockSyntax { Statements: { Count: 2 } both } when both[0] is IfStatementSyntax { Else: null } choice =>
                Chosen(choice.Condition, Returned(choice.Statement), Returned(both[1])),
            _ => null,
        };

        bool Names(ExpressionSyntax? a, ExpressionSyntax? b) =>
            a is IdentifierNameSyntax x && b is IdentifierNameSyntax y && (IsNamed(0, x) && IsNamed(1, y) || IsNamed(1, x) && IsNamed(0, y));

        bool IsNamed(int ordinal, IdentifierNameSyntax name) => method.Parameters[ordinal].Name == name.Identifier.ValueText;

        bool? Chosen(ExpressionSyntax condition, ExpressionSyntax? whenTrue, ExpressionSyntax? whenFalse)
        {
            if (condition is not BinaryExpressionSyntax test || !Names(whenTrue, whenFalse) || ComparedIn(test) is not var (left, right) || !Names(left, right))
                return null;
            var isFirst = SyntaxFactory.AreEquivalent(left, whenTrue!);
            return test.Kind() switch
            {
                SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression => !isFirst,
                SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression => isFirst,
                _ => null,
            };
        }
    }

    /// <summary>What <c>a &lt; b</c> or <c>a.CompareTo(b) &lt; 0</c> compares.</summary>
    private static (ExpressionSyntax Left, ExpressionSyntax Right)? ComparedIn(BinaryExpressionSyntax test) => test.Left switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var left }, ArgumentList.Arguments: { Count: 1 } right } call
            when IsZero(test.Right) && NameOf(call) == "CompareTo" => (left, right[0].Expression),
        InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 2 } both } call when IsZero(test.Right) && NameOf(call) == "Compare" =>
            (both[0].Expression, both[1].Expression),
        var left => (left, test.Right),
    };

    private static bool IsZero(ExpressionSyntax value) => value is LiteralExpressionSyntax { Token.ValueText: "0" };

    private static string? NameOf(InvocationExpressionSyntax call) => (call.Expression as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText;

    private static ExpressionSyntax? Returned(StatementSyntax statement) => statement switch
    {
        ReturnStatementSyntax { Expression: { } value } => value,
        BlockSyntax { Statements: { Count: 1 } only } => Returned(only[0]),
        _ => null,
    };
}
