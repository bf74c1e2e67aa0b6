using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>How the value of a <c>return</c> or an <c>=></c> is kept while something else is done first.</summary>
/// <param name="Type"><c>var</c>, or the type where the expression alone has none.</param>
/// <param name="Names">What the variable may be called: names that mean nothing there yet.</param>
internal sealed record ReturnedValue(string Type, IReadOnlyList<string> Names)
{
    private static readonly string[] Wanted = ["result", "outcome", "returned", "kept"];

    /// <summary>Null when the value is none that a variable can hold.</summary>
    public static ReturnedValue? Of(SyntaxNode exit, ExpressionSyntax value, SemanticModel model)
    {
        var info = model.GetTypeInfo(value);
        if (value is RefExpressionSyntax or ThrowExpressionSyntax || exit.ContainsDirectives || Slot.FunctionOf(value) is not { } function
            || info.ConvertedType is not { SpecialType: not SpecialType.System_Void, TypeKind: not TypeKind.Error } needed
            || model.GetEnclosingSymbol(value.SpanStart) is not IMethodSymbol { ReturnsByRef: false, ReturnsByRefReadonly: false })
            return null;
        var type = SaysItsType(value) && SymbolEqualityComparer.Default.Equals(info.Type, needed) ? "var" : needed.ToMinimalDisplayString(model, value.SpanStart);
        var used = new HashSet<string>(function.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText));
        var names = Wanted.Where(name => !used.Contains(name) && model.LookupSymbols(value.SpanStart, name: name).IsEmpty).ToArray();
        return names.Length == 0 ? null : new ReturnedValue(type, names);
    }

    private static bool SaysItsType(ExpressionSyntax value) => value is not (ImplicitObjectCreationExpressionSyntax or CollectionExpressionSyntax or SwitchExpressionSyntax
        or ConditionalExpressionSyntax or AnonymousFunctionExpressionSyntax or LiteralExpressionSyntax or StackAllocArrayCreationExpressionSyntax);
}
