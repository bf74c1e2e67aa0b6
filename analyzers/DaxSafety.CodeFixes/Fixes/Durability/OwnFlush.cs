using Microsoft.CodeAnalysis;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>The member by which a type that keeps a view makes durable what it was given: the one that says <c>[Persists]</c>.</summary>
internal static class OwnFlush
{
    /// <summary>Its name, when there is one that takes nothing and returns nothing.</summary>
    public static string? Of(ITypeSymbol type, SemanticModel model, int position)
    {
        var names = MembersOf(type).OfType<IMethodSymbol>()
            .Where(method => method is { MethodKind: MethodKind.Ordinary, IsStatic: false, ReturnsVoid: true, Parameters.IsEmpty: true, IsGenericMethod: false }
                && method.Name is not ("Dispose" or "Close") && model.IsAccessible(position, method) && IsPromised(method))
            .Select(method => method.Name).Distinct().ToArray();
        return names.Length == 1 ? names[0] : null;
    }

    private static IEnumerable<ISymbol> MembersOf(ITypeSymbol type)
    {
        for (ITypeSymbol? one = type; one is not null; one = one.BaseType)
            foreach (var member in one.GetMembers())
                yield return member;
        foreach (var member in type.AllInterfaces.Where(_ => type.TypeKind == TypeKind.Interface).SelectMany(other => other.GetMembers()))
            yield return member;
    }

    private static bool IsPromised(IMethodSymbol method) => method.GetAttributes().Any(attribute =>
        attribute.AttributeClass is { Name: "PersistsAttribute", ContainingNamespace: { Name: "DaxSafety", ContainingNamespace.IsGlobalNamespace: true } });
}
