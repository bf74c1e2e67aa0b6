using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>The names under which rows are indexed, and whose they are.</summary>
internal static class SymbolNames
{
    /// <summary>The framework's own: it does nothing that its rows do not say.</summary>
    public static bool IsFramework(IAssemblySymbol? assembly) =>
        assembly is not null && (IsSystem(assembly) || assembly.Name.StartsWith("Microsoft.", System.StringComparison.Ordinal) || assembly.Name == "WindowsBase");

    /// <summary>One of the class library's own, which makes no promises about mappings. (One of Microsoft's might.)</summary>
    public static bool IsSystem(IAssemblySymbol assembly) =>
        assembly.Name.StartsWith("System.", System.StringComparison.Ordinal) || assembly.Name is "System" or "mscorlib" or "netstandard";

    /// <summary>A member's name in metadata (<c>.ctor</c>, <c>Item</c>), a type's own without arity.</summary>
    public static string MetadataNameOrOwn(this ISymbol symbol) => symbol is INamedTypeSymbol ? symbol.Name : symbol.MetadataName;
}
