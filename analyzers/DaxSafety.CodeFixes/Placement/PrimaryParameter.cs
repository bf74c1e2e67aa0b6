using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>A primary constructor's parameter that only initializers use: to name it in a member would make a second field of it.</summary>
internal static class PrimaryParameter
{
    /// <summary><paramref name="member"/> is the field or property that keeps it, if one does.</summary>
    public static bool IsUncaptured(ISymbol symbol, SemanticModel model, SyntaxNode at, out string? member)
    {
        member = null;
        if (symbol is not IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } constructor }
            || constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not TypeDeclarationSyntax type || !type.Span.Contains(at.Span))
            return false;
        var uses = type.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == symbol.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol, symbol)).ToArray();
        member = uses.Select(KeeperOf).FirstOrDefault(keeper => keeper is not null);
        return !uses.Any(IsInMember);
    }

    private static bool IsInMember(SyntaxNode use) => use.Ancestors().Any(node =>
        node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or ArrowExpressionClauseSyntax { Parent: BasePropertyDeclarationSyntax });

    private static string? KeeperOf(SyntaxNode use) => use.Parent is not EqualsValueClauseSyntax initializer ? null : initializer.Parent switch
    {
        VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax } field => field.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        _ => null,
    };
}
