using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Parameters that are passed <c>in</c> and only read: <c>in bool flush</c> is a value like any other. One whose reference is taken may name mapped memory, as
/// <c>in long cell</c> does in <c>Unsafe.AsRef(in cell) = 1</c>.
/// </summary>
internal static class ReadOnlyReferences
{
    public static bool IsValue(IParameterSymbol parameter) =>
        parameter.RefKind is RefKind.In or RefKind.RefReadOnlyParameter && (parameter.Type.IsReferenceType || TypeFacts.IsScalar(parameter.Type))
        && parameter.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax().Parent?.Parent is { } owner && !TakesReference(owner, parameter.Name);

    private static bool TakesReference(SyntaxNode owner, string name) => owner.DescendantNodes().Any(node => node is IdentifierNameSyntax read && read.Identifier.ValueText == name
        && read.Parent is RefExpressionSyntax or ArgumentSyntax { RefKindKeyword.RawKind: not (int)SyntaxKind.None } or PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.AddressOfExpression });
}
