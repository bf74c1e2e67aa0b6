using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>A task that nobody has awaited yet may still be writing when the statement is over.</summary>
internal static class Completion
{
    public static bool IsCertain(SyntaxNode write, Slot own, SemanticModel model)
    {
        if (write is not ExpressionSyntax expression || model.GetTypeInfo(expression).Type is not INamedTypeSymbol { Name: "Task" or "ValueTask" })
            return true;
        return write.Ancestors().TakeWhile(node => node != own.Node)
            .FirstOrDefault(node => node is not ParenthesizedExpressionSyntax and not ConditionalAccessExpressionSyntax) is AwaitExpressionSyntax or MemberAccessExpressionSyntax;
    }
}
