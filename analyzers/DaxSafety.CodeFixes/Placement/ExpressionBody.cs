using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>Turns <c>=> view.Write(0, 1)</c> of a member or a lambda into a block that another statement fits in.</summary>
internal static class ExpressionBody
{
    /// <summary>Whether the expression is all that is done, and its value goes nowhere.</summary>
    public static bool CanBecomeBlock(SyntaxNode body, SemanticModel model)
    {
        if (body.ContainsDirectives || ExpressionOf(body) is not { } expression || !IsStatement(expression))
            return false;
        if (body is LambdaExpressionSyntax lambda)
            return model.GetSymbolInfo(lambda).Symbol is IMethodSymbol function && ReturnsNothing(function)
                && model.GetTypeInfo(lambda).ConvertedType is INamedTypeSymbol { TypeKind: TypeKind.Delegate };
        return body.Parent is { } member && !body.GetLastToken().GetNextToken().IsMissing
            && model.GetDeclaredSymbol(member) is IMethodSymbol method && ReturnsNothing(method);
    }

    public static ExpressionSyntax? ExpressionOf(SyntaxNode body) =>
        body is LambdaExpressionSyntax lambda ? lambda.ExpressionBody : (body as ArrowExpressionClauseSyntax)?.Expression;

    /// <summary>A lambda stays on its line; a member gets a block of the usual form, unless other code shares its line.</summary>
    public static void Edit(SyntaxNode body, IReadOnlyList<string> statements, Layout layout, EditPieces pieces, string prefix = "")
    {
        var expression = ExpressionOf(body)!;
        if (body is not ArrowExpressionClauseSyntax arrow)
        {
            pieces.Open(expression.SpanStart, "{ " + prefix, body);
            pieces.Close(expression.Span.End, "; " + string.Join(" ", statements) + " }", body);
            return;
        }
        var owner = arrow.Parent!.GetFirstToken();
        var semicolon = arrow.GetLastToken().GetNextToken();
        if (!layout.IsFirstOnLine(owner) || !Layout.IsLastOnLine(semicolon))
        {
            pieces.Replace(arrow.ArrowToken.Span, "{");
            pieces.Open(expression.SpanStart, prefix, body);
            pieces.Close(semicolon.Span.End, " " + string.Join(" ", statements) + " }", body);
            return;
        }
        var indent = layout.LineBreak + layout.IndentOf(owner);
        var inner = indent + layout.StepAt(arrow.Parent!);
        var before = arrow.ArrowToken.GetPreviousToken();
        pieces.Replace(TextSpan.FromBounds(before.Span.End, arrow.ArrowToken.SpanStart), Comments(before.TrailingTrivia.Concat(arrow.ArrowToken.LeadingTrivia), " ", " ") + indent);
        pieces.Replace(arrow.ArrowToken.Span, "{");
        pieces.Replace(TextSpan.FromBounds(arrow.ArrowToken.Span.End, expression.SpanStart),
            Comments(arrow.ArrowToken.TrailingTrivia.Concat(expression.GetLeadingTrivia()), inner, inner) + inner + prefix);
        pieces.Close(Layout.EndOfLine(semicolon), string.Concat(statements.Select(statement => inner + statement)) + indent + "}", body);
    }

    private static string Comments(IEnumerable<SyntaxTrivia> trivia, string first, string between)
    {
        var comments = trivia.Where(piece => !piece.IsKind(SyntaxKind.WhitespaceTrivia) && !piece.IsKind(SyntaxKind.EndOfLineTrivia)).Select(piece => piece.ToString()).ToArray();
        return comments.Length == 0 ? "" : first + string.Join(between, comments);
    }

    private static bool ReturnsNothing(IMethodSymbol method) =>
        method.ReturnsVoid || method.IsAsync && method.ReturnType is INamedTypeSymbol { IsGenericType: false };

    private static bool IsStatement(ExpressionSyntax expression) => expression switch
    {
        AssignmentExpressionSyntax or InvocationExpressionSyntax or AwaitExpressionSyntax or BaseObjectCreationExpressionSyntax => true,
        ConditionalAccessExpressionSyntax access => IsStatement(access.WhenNotNull),
        _ => expression.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression
            or SyntaxKind.PostIncrementExpression or SyntaxKind.PostDecrementExpression,
    };
}
