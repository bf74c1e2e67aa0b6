using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What a type alone says about mapped memory: whether a value of it can lead there, and how many bytes it takes.</summary>
internal sealed class TypeFacts
{
    private const int DeepestNesting = 4;
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _carriers = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a value of the type can name, hold or lead to mapped memory.</summary>
    public bool CanCarryMapping(ITypeSymbol? type)
    {
        if (type is null)
            return false;
        if (_carriers.TryGetValue(type, out var known))
            return known;
        var answer = CanCarry(type, 0);
        _carriers[type] = answer;
        return answer;
    }

    private static bool CanCarry(ITypeSymbol type, int depth)
    {
        switch (type.TypeKind)
        {
            case TypeKind.Pointer:
            case TypeKind.Delegate:
            case TypeKind.TypeParameter:
            case TypeKind.Dynamic:
            case TypeKind.Interface:
                return true;
            case TypeKind.Array:
                return CanCarry(((IArrayTypeSymbol)type).ElementType, depth + 1);
            case TypeKind.Enum:
            case TypeKind.FunctionPointer:
                return false;
        }
        switch (type.SpecialType)
        {
            case SpecialType.System_IntPtr:
            case SpecialType.System_UIntPtr:
            case SpecialType.System_Object:
                return true;
            case not SpecialType.None:
                return false;
        }
        if (depth >= DeepestNesting)
            return true;
        return type.Locations.Length > 0 && type.Locations[0].IsInSource
            ? HasCarryingField(type, depth)
            : !IsPlainFrameworkData(type);
    }

    private static bool HasCarryingField(ITypeSymbol type, int depth)
    {
        for (var current = type; current is { SpecialType: SpecialType.None }; current = current.BaseType)
        {
            // An unresolved base type, such as one that is being typed, has no location.
            if (current.Locations.Length == 0 || !current.Locations[0].IsInSource)
                return !IsPlainFrameworkData(current);
            foreach (var member in current.GetMembers())
                if (member is IFieldSymbol field && !SymbolEqualityComparer.Default.Equals(field.Type, type) && CanCarry(field.Type, depth + 1))
                    return true;
        }
        return type.IsAbstract && !type.IsStatic;
    }

    private static bool IsPlainFrameworkData(ITypeSymbol type) => type.Name switch
    {
        "DateTime" or "DateTimeOffset" or "TimeSpan" or "Guid" or "Int128" or "UInt128" or "Half" or "Random" or "Stopwatch" or "StringBuilder"
            or "CancellationToken" or "Encoding" or "Exception" or "Regex" or "Uri" or "Version" or "CultureInfo" or "Type" or "Index" or "Range" => true,
        _ => type.BaseType?.Name == "Exception" || type.Name.EndsWith("Exception", StringComparison.Ordinal),
    };

    /// <summary>Bytes of a value of the type, or 0 when the compiler does not fix it.</summary>
    public static long SizeOf(ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } underlying })
            type = underlying;
        return type?.SpecialType switch
        {
            SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte => 1,
            SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Char => 2,
            SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
            SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double => 8,
            SpecialType.System_Decimal => 16,
            _ => type is { Name: "Guid", ContainingNamespace.Name: "System" } ? 16 : 0,
        };
    }

    /// <summary>The type of one element: of a pointer, array, span, memory or ref; else the type itself.</summary>
    public static ITypeSymbol? ElementOf(ITypeSymbol? type) => type switch
    {
        IPointerTypeSymbol pointer => pointer.PointedAtType,
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol { Name: "Span" or "ReadOnlySpan" or "Memory" or "ReadOnlyMemory", TypeArguments.Length: 1 } span => span.TypeArguments[0],
        _ => type,
    };
}
