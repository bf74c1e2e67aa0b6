using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Tells a property that is only a field with manners from one that runs code.</summary>
internal static class PropertyShapes
{
    /// <summary>A field, and no code of the program's own around it.</summary>
    public static bool IsAutomatic(IPropertySymbol property) =>
        HasField(property) && !(property.GetMethod is { } getter && HasBody(getter)) && !(property.SetMethod is { } setter && HasBody(setter));

    /// <summary>An accessor that only reads or assigns the property's field, whatever the other one does.</summary>
    public static bool IsAutomatic(IMethodSymbol accessor) => accessor.OriginalDefinition is { AssociatedSymbol: IPropertySymbol property } definition && HasField(property) && !HasBody(definition);

    private static bool HasField(IPropertySymbol property)
    {
        if (property.IsAbstract || property.ContainingType.TypeKind == TypeKind.Interface)
            return false;
        if (property.ContainingType.IsAnonymousType)
            return true;
        foreach (var member in property.ContainingType.GetMembers($"<{property.Name}>k__BackingField"))
            if (member is IFieldSymbol { AssociatedSymbol: { } owner } && SymbolEqualityComparer.Default.Equals(owner, property))
                return true;
        return false;
    }

    /// <summary>It says itself what it does (<c>set { field?.Flush(); field = value; }</c>).</summary>
    private static bool HasBody(IMethodSymbol accessor)
    {
        foreach (var reference in (accessor.PartialImplementationPart ?? accessor).DeclaringSyntaxReferences)
            if (reference.GetSyntax() is AccessorDeclarationSyntax { Body: not null } or AccessorDeclarationSyntax { ExpressionBody: not null } or ArrowExpressionClauseSyntax)
                return true;
        return false;
    }
}
