using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>Whether an expression that a write is made with can be said again behind it.</summary>
internal static class Repetition
{
    /// <summary>Whether an expression that stands at a write has the same value after a statement.</summary>
    public static bool IsStable(SemanticModel model, ExpressionSyntax expression, SyntaxNode write, Slot slot)
    {
        var names = expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().ToArray();
        if (names.Length == 0)
            return true;
        var flow = slot.Node is StatementSyntax statement ? model.AnalyzeDataFlow(statement) : model.AnalyzeDataFlow(ExpressionBody.ExpressionOf(slot.Node)!);
        return flow is { Succeeded: true } && names.Where(name => name.Parent is not MemberAccessExpressionSyntax access || access.Expression == name)
            .All(name => IsStable(model, name, write, slot, flow));
    }

    private static bool IsStable(SemanticModel model, IdentifierNameSyntax name, SyntaxNode write, Slot slot, DataFlowAnalysis flow)
    {
        var symbol = SymbolAt(model, name, write.SpanStart);
        if (symbol is null || !SymbolEqualityComparer.Default.Equals(symbol, SymbolAt(model, name, slot.Position)))
            return false;
        return symbol switch
        {
            ILocalSymbol or IParameterSymbol => !flow.WrittenInside.Contains(symbol, SymbolEqualityComparer.Default),
            IFieldSymbol { IsConst: true } or IFieldSymbol { IsReadOnly: true } or INamedTypeSymbol or INamespaceSymbol => true,
            // A field may be changed by anything; not by a statement that is the write and no more.
            _ => slot.Node is ExpressionStatementSyntax only && only.Expression == write,
        };
    }

    private static ISymbol? SymbolAt(SemanticModel model, IdentifierNameSyntax name, int position)
    {
        var fresh = SyntaxFactory.IdentifierName(name.Identifier.WithoutTrivia());
        return model.GetSpeculativeSymbolInfo(position, fresh, SpeculativeBindingOption.BindAsExpression).Symbol
            ?? model.GetSpeculativeSymbolInfo(position, fresh, SpeculativeBindingOption.BindAsTypeOrNamespace).Symbol;
    }
}
