using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// How long a structure of the program's own is and where its fields lie, where the runtime leaves no choice: sequential or explicit, of plain numbers and of
/// other such structures. Whatever holds a pointer or a type of the library's may be laid out in another way elsewhere, and nothing is said of it.
/// </summary>
internal static class StructLayouts
{
    private const int NaturalPack = 8;

    /// <summary>Structures that one may consist of, all together.</summary>
    private const int MostHeld = 64;

    private const int DeepestArgument = 2;

    private sealed record Layout(long Size, long Alignment, Dictionary<string, long> Offsets);

    private static readonly Layout Unknown = new(0, 1, new Dictionary<string, long>());

    private static readonly ConditionalWeakTable<ITypeSymbol, Layout> Known = new();

    /// <summary>In bytes; 0 when it is not certain.</summary>
    public static long SizeOf(ITypeSymbol type) => Of(type).Size;

    /// <summary>Of a field from the start of what holds it, in bytes; null when it is not certain.</summary>
    public static long? OffsetOf(IFieldSymbol field) => Of(field.ContainingType).Offsets.TryGetValue(field.Name, out var offset) ? offset : null;

    private static Layout Of(ITypeSymbol type) =>
        IsOwnStructure(type) ? Known.GetValue(type, key => Find((INamedTypeSymbol)key, new(SymbolEqualityComparer.Default))) : Unknown;

    // A structure whose type argument grows with each level is asked no further: the compiler, too, follows it very far.
    private static bool IsOwnStructure(ITypeSymbol type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Struct, DeclaringSyntaxReferences.IsEmpty: false } structure && !IsDeeperThan(structure, DeepestArgument) && type.IsUnmanagedType;

    private static bool IsDeeperThan(INamedTypeSymbol type, int levels) =>
        type.TypeArguments.Any(argument => argument is INamedTypeSymbol { IsGenericType: true } inner && (levels == 0 || IsDeeperThan(inner, levels - 1)));

    /// <summary>Half-typed code has structures that hold themselves: they have no size.</summary>
    /// <param name="type">What is laid out.</param>
    /// <param name="within">What has been met on the way, those that are not done yet as unknown.</param>
    private static Layout Find(INamedTypeSymbol type, Dictionary<ITypeSymbol, Layout> within)
    {
        if (within.TryGetValue(type, out var met))
            return met;
        if (within.Count == MostHeld)
            return Unknown;
        within[type] = Unknown;
        return within[type] = Lay(type, within);
    }

    private static Layout Lay(INamedTypeSymbol type, Dictionary<ITypeSymbol, Layout> within)
    {
        var given = Attribute(type, nameof(StructLayoutAttribute));
        var kind = given?.ConstructorArguments is { Length: 1 } how && how[0].Value is { } named
            ? (LayoutKind)Convert.ToInt32(named, System.Globalization.CultureInfo.InvariantCulture) : LayoutKind.Sequential;
        // The fields of a type in several parts come in the order in which the compiler reads its files.
        if (kind == LayoutKind.Auto || type.DeclaringSyntaxReferences.Length > 1 || Attribute(type, "InlineArrayAttribute") is not null)
            return Unknown;
        var pack = Named(given, nameof(StructLayoutAttribute.Pack)) is > 0 and var packed ? packed : NaturalPack;
        var (offsets, end, widest) = (new Dictionary<string, long>(), 0L, 1L);
        foreach (var field in type.GetMembers().OfType<IFieldSymbol>())
        {
            if (field.IsStatic || field.IsConst)
                continue;
            var (size, alignment) = Extent(field, within);
            if (size == 0)
                return Unknown;
            alignment = Math.Min(alignment, pack);
            var offset = kind == LayoutKind.Explicit ? FieldOffset(field) : RoundedUp(end, alignment);
            if (offset < 0)
                return Unknown;
            offsets[field.Name] = offset;
            (end, widest) = (Math.Max(end, offset + size), Math.Max(widest, alignment));
        }
        return offsets.Count == 0 ? Unknown : new Layout(Math.Max(RoundedUp(end, widest), Named(given, nameof(StructLayoutAttribute.Size))), widest, offsets);
    }

    private static (long Size, long Alignment) Extent(IFieldSymbol field, Dictionary<ITypeSymbol, Layout> within)
    {
        if (field is { IsFixedSizeBuffer: true, Type: IPointerTypeSymbol { PointedAtType: var element } })
            return (field.FixedSize * TypeFacts.SizeOf(element), Math.Max(TypeFacts.SizeOf(element), 1));
        if (IsOwnStructure(field.Type) && Find((INamedTypeSymbol)field.Type, within) is { Size: > 0 } inner)
            return (inner.Size, inner.Alignment);
        var size = TypeFacts.SizeOf(field.Type);
        // A GUID is four bytes and others; a decimal is aligned as the runtime likes.
        return size <= NaturalPack ? (size, Math.Max(size, 1)) : field.Type.Name == nameof(Guid) ? (size, 4) : (0, 1);
    }

    private static long FieldOffset(IFieldSymbol field) =>
        Attribute(field, nameof(FieldOffsetAttribute))?.ConstructorArguments is { Length: 1 } at && at[0].Value is int offset ? offset : -1;

    private static AttributeData? Attribute(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.Name == name);

    private static long Named(AttributeData? given, string name) =>
        given?.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value is int number ? number : 0;

    private static long RoundedUp(long number, long unit) => (number + unit - 1) / unit * unit;
}
