using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;

namespace DaxSafety.CodeFixes.Fixes;

/// <summary>Whether the runtime library can be called where a diagnostic stands, and what that takes.</summary>
internal static class RuntimeLibrary
{
    /// <summary>Whether <c>view.Persist()</c> can be called on a mapping of that type; <paramref name="import"/> when it needs a using directive.</summary>
    public static bool HasPersist(FixSite site, ITypeSymbol type, int position, out bool import)
    {
        // The runtime's own map brings it along.
        import = false;
        if (IsMap(type))
            return true;
        import = site.Model.LookupSymbols(position, (INamespaceOrTypeSymbol)type, "Persist", includeReducedExtensionMethods: true).Length == 0;
        return type.Name is "MemoryMappedViewAccessor" or "MemoryMappedViewStream" or "SafeMemoryMappedViewHandle"
            && IsReferenced(site, "ViewExtensions") && (!import || RuntimeImport.IsPossible(site.Root));
    }

    public static bool IsMap(ITypeSymbol type) => type is { Name: "DurableMap", ContainingNamespace: { Name: RuntimeImport.Namespace, ContainingNamespace.IsGlobalNamespace: true } };

    /// <summary>Whether <c>PersistentMemory</c> can be named.</summary>
    public static bool HasPersistentMemory(FixSite site, int position, out bool import)
    {
        import = site.Model.LookupNamespacesAndTypes(position, name: "PersistentMemory").Length == 0;
        return IsReferenced(site, "PersistentMemory") && (!import || RuntimeImport.IsPossible(site.Root));
    }

    private static bool IsReferenced(FixSite site, string type) =>
        site.Model.Compilation.GetTypeByMetadataName($"{RuntimeImport.Namespace}.{type}") is { DeclaredAccessibility: Accessibility.Public };
}
