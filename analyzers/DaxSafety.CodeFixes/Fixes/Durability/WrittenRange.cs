using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>The range that a diagnostic carries, if its words still mean the same where the flush will stand.</summary>
internal static class WrittenRange
{
    /// <summary><c>offset, length</c> as arguments; null when several writes share the flush, or a word of the range may have changed.</summary>
    public static string? Of(FixSite site, MappingName mapping, SyntaxNode write, IReadOnlyList<FlushPlace> places)
    {
        if (places.Count != 1 || places[0].Writes != 1
            || site[DiagnosticKeys.Offset] is not { } offset || site[DiagnosticKeys.Length] is not { } length
            // An offset counts from what the call is made on, which has to be the view itself.
            || write is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call } || !mapping.IsMapping(call.Expression))
            return null;
        var slot = places[0].Slot;
        return IsStable(site.Model, SyntaxFactory.ParseExpression(offset), write, slot) && IsStable(site.Model, SyntaxFactory.ParseExpression(length), write, slot)
            ? $"{offset}, {length}"
            : null;
    }

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
