using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>The names under which rows are indexed.</summary>
internal static class SymbolNames
{
    /// <summary>A member's name in metadata (<c>.ctor</c>, <c>Item</c>), a type's own without arity.</summary>
    public static string MetadataNameOrOwn(this ISymbol symbol) => symbol is INamedTypeSymbol ? symbol.Name : symbol.MetadataName;
}
