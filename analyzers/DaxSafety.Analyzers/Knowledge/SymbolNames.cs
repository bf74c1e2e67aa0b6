using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>The names under which rows are indexed, and whose they are.</summary>
internal static class SymbolNames
{
    /// <summary>The framework's own: it does nothing that its rows do not say.</summary>
    public static bool IsFramework(IAssemblySymbol? assembly) => assembly?.Name is { } name
        && (name.StartsWith("System.", System.StringComparison.Ordinal) || name.StartsWith("Microsoft.", System.StringComparison.Ordinal)
            || name is "System" or "mscorlib" or "netstandard" or "WindowsBase");

    /// <summary>A member's name in metadata (<c>.ctor</c>, <c>Item</c>), a type's own without arity.</summary>
    public static string MetadataNameOrOwn(this ISymbol symbol) => symbol is INamedTypeSymbol ? symbol.Name : symbol.MetadataName;
}
