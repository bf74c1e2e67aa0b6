using System.Collections.Concurrent;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What a type alone says about mapped memory: whether a value of it can lead there, and how many bytes it takes.</summary>
internal sealed class TypeFacts
{
    private readonly KnowledgeBase _knowledge;
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _carriers = new(SymbolEqualityComparer.Default);

    // Asked at every step, of the same few types.
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _names = new(SymbolEqualityComparer.Default), _containers = new(SymbolEqualityComparer.Default), _described = new(SymbolEqualityComparer.Default);
    private readonly Func<INamedTypeSymbol, bool> _findNames, _findContainer, _findDescribed;

    public TypeFacts(KnowledgeBase knowledge)
    {
        _knowledge = knowledge;
        _findNames = FindNames;
        _findContainer = IsContainer;
        _findDescribed = IsDescribed;
    }

    private const int MostNamedNumbers = 32;

    private readonly ConcurrentDictionary<INamedTypeSymbol, long[]?> _named = new(SymbolEqualityComparer.Default);

    /// <summary>The numbers that an enum names, which are all that it can be; null for flags, and for anything else.</summary>
    public long[]? NamedNumbers(ITypeSymbol? type) => type is INamedTypeSymbol { TypeKind: TypeKind.Enum } named ? _named.GetOrAdd(named, FindNumbers) : null;

    private static long[]? FindNumbers(INamedTypeSymbol type)
    {
        if (type.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "FlagsAttribute"))
            return null;
        var numbers = type.GetMembers().OfType<IFieldSymbol>().Where(member => member.HasConstantValue).Select(member => BodyLowering.Normalize(member.ConstantValue) as long? ?? long.MinValue).Distinct().ToArray();
        return numbers.Length is > 1 and <= MostNamedNumbers ? numbers : null;
    }

    /// <summary>Whether a value of the type can name, hold or lead to mapped memory.</summary>
    public bool CanCarryMapping(ITypeSymbol? type)
    {
        if (type is null)
            return false;
        if (_carriers.TryGetValue(type, out var known))
            return known;
        // A program's own types may hold each other in circles: all that can be reached is walked once, for the first carrier.
        var seen = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default) { type };
        var pending = new Queue<ITypeSymbol>(seen);
        while (pending.Count > 0)
        {
            var reached = pending.Dequeue();
            if (IsCarrier(reached) || (_carriers.TryGetValue(reached, out known) && known))
                return _carriers[type] = true;
            foreach (var part in PartsOf(reached))
                if (seen.Add(part))
                    pending.Enqueue(part);
        }
        // None of them leads to one, or this one would.
        foreach (var reached in seen)
            _carriers[reached] = false;
        return false;
    }

    /// <summary>The same, and a number that is wide enough for an address: whoever keeps anything else (text, a count, a flag) keeps nothing that anybody flushes.</summary>
    public bool MayCarryAddress(ITypeSymbol? type) => type is { SpecialType: SpecialType.System_Int64 or SpecialType.System_UInt64 } || CanCarryMapping(type);

    /// <summary>Whether a value of the type is an address, a view, a file or the like, rather than something that may hold one.</summary>
    public bool NamesMemory(ITypeSymbol? type) => type is { TypeKind: TypeKind.Pointer } or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr }
        || (type is INamedTypeSymbol { SpecialType: SpecialType.None, TypeKind: TypeKind.Class or TypeKind.Struct } named && _names.GetOrAdd(named, _findNames));

    private bool FindNames(INamedTypeSymbol type) => IsInSource(type) ? BaseNamesMemory(type) : IsCarrier(type);

    /// <summary>Whether a value of the type is a library's container of values that name memory: an array, a list, a dictionary, a <c>Lazy</c>, or what walks one.</summary>
    public bool ContainsMemory(ITypeSymbol? type) => type switch
    {
        IArrayTypeSymbol array => IsMemoryOrContainer(array.ElementType),
        INamedTypeSymbol { IsTupleType: false, TypeKind: not TypeKind.Delegate, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T } named => _containers.GetOrAdd(named, _findContainer),
        _ => false,
    };

    private bool IsContainer(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.ContainingType)
            if (current.IsGenericType && !IsInSource(current) && !NamesMemory(current) && current.TypeArguments.Any(IsMemoryOrContainer))
                return true;
        return false;
    }

    private bool IsMemoryOrContainer(ITypeSymbol type) => NamesMemory(type) || ContainsMemory(type) || IsTupleOfMemory(type);

    /// <summary>Whether a value of the type is a tuple, or may be none, that names memory among its elements.</summary>
    public bool IsTupleOfMemory(ITypeSymbol? type) => type switch
    {
        INamedTypeSymbol { IsTupleType: true } tuple => tuple.TupleElements.Any(element => IsMemoryOrContainer(element.Type)),
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => IsTupleOfMemory(nullable.TypeArguments[0]),
        _ => false,
    };

    private bool BaseNamesMemory(INamedTypeSymbol type) => type.BaseType is { SpecialType: SpecialType.None } parent && NamesMemory(parent);

    /// <summary>A carrier by what it is, whatever it holds.</summary>
    private bool IsCarrier(ITypeSymbol type)
    {
        switch (type.TypeKind)
        {
            case TypeKind.Pointer:
            case TypeKind.Delegate:
            case TypeKind.TypeParameter:
            case TypeKind.Dynamic:
            case TypeKind.Error:
                return true;
            case TypeKind.Array:
            case TypeKind.Enum:
            case TypeKind.FunctionPointer:
                return false;
        }
        switch (type.SpecialType)
        {
            case SpecialType.System_IntPtr:
            case SpecialType.System_UIntPtr:
            case SpecialType.System_Object:
            case SpecialType.System_IDisposable:
                return true;
            case not SpecialType.None:
                return false;
        }
        if (type is not INamedTypeSymbol named)
            return true;
        if (IsInSource(named))
            return named.TypeKind == TypeKind.Interface || (named.IsAbstract && !named.IsStatic) || (named.IsRefLikeType && named.GetMembers().Any(IsRefField));
        return _described.GetOrAdd(named, _findDescribed);
    }

    /// <summary>A library's type, or one it derives from, that the tables name; of what is no framework's nobody can tell.</summary>
    private bool IsDescribed(INamedTypeSymbol type)
    {
        for (var current = type; current is { SpecialType: SpecialType.None }; current = current.BaseType)
            if (_knowledge.IsCarrier(current))
                return true;
        return !IsFramework(type);
    }

    /// <summary>A type parameter that stands for numbers and bytes: unmanaged, a bare structure, or one of the library's numbers.</summary>
    public static bool IsPlainData(ITypeSymbol type) => type is ITypeParameterSymbol parameter
        && (parameter.HasUnmanagedTypeConstraint || (parameter.ConstraintTypes.IsEmpty ? parameter.HasValueTypeConstraint : parameter.ConstraintTypes.Any(IsNumeric)));

    /// <summary>A number, a flag or an enum, or none.</summary>
    public static bool IsScalar(ITypeSymbol type) => type.TypeKind == TypeKind.Enum
        || type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_UIntPtr and not SpecialType.System_String
        || type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T };

    private static bool IsNumeric(ITypeSymbol constraint) => constraint is { ContainingNamespace: { Name: "Numerics", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } };

    /// <summary>The type of what a variable or member holds; null for any other symbol.</summary>
    public static ITypeSymbol? TypeOf(ISymbol? holder) => holder switch
    {
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        _ => null,
    };

    /// <summary>A field that is an address, whatever stands there.</summary>
    public static bool IsRefField(ISymbol member) => member is IFieldSymbol { RefKind: not RefKind.None };

    /// <summary>What a value that is no carrier by itself holds.</summary>
    private static IEnumerable<ITypeSymbol> PartsOf(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array)
            yield return array.ElementType;
        if (type is not INamedTypeSymbol { SpecialType: not SpecialType.System_String } named || named.TypeKind == TypeKind.Enum)
            yield break;
        foreach (var argument in named.TypeArguments)
            yield return argument;
        if (!IsInSource(named))
            yield break;
        if (named.BaseType is { SpecialType: SpecialType.None } parent)
            yield return parent;
        foreach (var member in named.GetMembers())
            if (member is IFieldSymbol { IsConst: false } field)
                yield return field.Type;
    }

    // An unresolved type, such as one that is being typed, has no location.
    private static bool IsInSource(ITypeSymbol type) => type.Locations.Length > 0 && type.Locations[0].IsInSource;

    public static bool IsException(ITypeSymbol? type)
    {
        while (type is not null and not { Name: nameof(Exception), ContainingNamespace: { Name: nameof(System), ContainingNamespace.IsGlobalNamespace: true } })
            type = type.BaseType;
        return type is not null;
    }

    private static bool IsFramework(ITypeSymbol type) => SymbolNames.IsFramework(type.ContainingAssembly);

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

    /// <summary>The same, of a structure of the program's own as well, where its layout is certain.</summary>
    public static long WholeSizeOf(ITypeSymbol? type) =>
        SizeOf(type) is > 0 and var size ? size : type is { TypeKind: TypeKind.Struct, SpecialType: SpecialType.None } ? StructLayouts.SizeOf(type) : 0;

    /// <summary>The type of one element: of a pointer, array, span, memory or ref; else the type itself.</summary>
    public static ITypeSymbol? ElementOf(ITypeSymbol? type) => type switch
    {
        IPointerTypeSymbol pointer => pointer.PointedAtType,
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol span when IsSpan(span) => span.TypeArguments[0],
        _ => type,
    };

    /// <summary>The library's spans and memories.</summary>
    public static bool IsSpan(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "Span" or "ReadOnlySpan" or "Memory" or "ReadOnlyMemory", TypeArguments.Length: 1, ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };
}
