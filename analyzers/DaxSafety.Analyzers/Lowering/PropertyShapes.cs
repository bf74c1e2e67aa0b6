using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Tells a property that is only a field with manners from one that runs code.</summary>
internal static class PropertyShapes
{
    public static bool IsAutomatic(IPropertySymbol property)
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
}
