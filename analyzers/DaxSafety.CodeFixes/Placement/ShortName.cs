using Microsoft.CodeAnalysis;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>The short name of a type where a using directive makes it known, else the full one.</summary>
internal static class ShortName
{
    public static string Of(SemanticModel model, int position, string space, string name) =>
        model.LookupNamespacesAndTypes(position, name: name).Any(symbol => symbol.ContainingNamespace?.ToDisplayString() == space) ? name : $"{space}.{name}";
}
