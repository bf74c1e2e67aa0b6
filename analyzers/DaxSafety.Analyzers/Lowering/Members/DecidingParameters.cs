using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Numbers and flags by which a helper decides what it calls: <c>void Finish(View view, bool dirty) { if (dirty) view.Flush(); }</c></summary>
internal sealed partial class LoweringContext
{
    private readonly ConcurrentDictionary<IParameterSymbol, bool> _decides = new(SymbolEqualityComparer.Default);

    /// <summary>Whoever passes a variable for the parameter has it tested.</summary>
    public bool Decides(IParameterSymbol parameter) =>
        TypeFacts.IsScalar(parameter.Type) && IsOwn(parameter.ContainingSymbol) && _decides.GetOrAdd(parameter.OriginalDefinition, FindDecision);

    private static bool FindDecision(IParameterSymbol parameter)
    {
        foreach (var declaration in parameter.ContainingSymbol.DeclaringSyntaxReferences)
            foreach (var node in declaration.GetSyntax().DescendantNodes())
                if (Question(node) is { } question && Names(question, parameter.Name))
                    return true;
        return false;
    }

    /// <summary>What a choice between things to do is decided by, or what a flag holds.</summary>
    private static ExpressionSyntax? Question(SyntaxNode node) => node switch
    {
        IfStatementSyntax choice when Acts(choice.Statement) || (choice.Else is { } other && Acts(other)) => choice.Condition,
        SwitchStatementSyntax choice when choice.Sections.Any(Acts) => choice.Expression,
        EqualsValueClauseSyntax { Value: var flag } when IsTest(flag) => flag,
        _ => null,
    };

    private static bool Acts(SyntaxNode arm) => arm.DescendantNodesAndSelf().Any(part => part is InvocationExpressionSyntax or ReturnStatementSyntax);

    private static bool IsTest(ExpressionSyntax value) => value.Kind() is SyntaxKind.LogicalOrExpression or SyntaxKind.LogicalAndExpression
        or SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression or SyntaxKind.LessThanExpression or SyntaxKind.LessThanOrEqualExpression
        or SyntaxKind.GreaterThanExpression or SyntaxKind.GreaterThanOrEqualExpression or SyntaxKind.LogicalNotExpression or SyntaxKind.IsPatternExpression;

    private static bool Names(SyntaxNode condition, string name) =>
        condition.DescendantNodesAndSelf().Any(node => node is IdentifierNameSyntax read && read.Identifier.ValueText == name);
}
