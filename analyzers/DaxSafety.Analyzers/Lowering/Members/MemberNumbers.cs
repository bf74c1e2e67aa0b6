using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Numbers for fields, automatic properties and captured variables, the same in every body of a compilation, so that what
/// one body says about a field can be understood by another. Thread safe.
/// </summary>
internal sealed class MemberNumbers
{
    /// <summary>Stands for every element of an array or collection.</summary>
    public const int Element = 0;

    /// <summary>Stands for a field that names the same memory as its object.</summary>
    public const int Self = int.MaxValue;

    /// <summary>How many elements an array, a string, a span or a memory has: what lies over another has the length of that.</summary>
    public const int Length = int.MaxValue - 1;

    /// <summary>Of a sequence that a delegate makes: whether it has answered anything but nothing.</summary>
    public const int Answers = int.MaxValue - 2;

    /// <summary>How many elements a sequence has that does not tell.</summary>
    public const int Size = int.MaxValue - 3;

    /// <summary>Where a stream stands, whatever kind of stream it is known as.</summary>
    public const int Position = int.MaxValue - 5;

    /// <summary>What stands at an address that came by reference.</summary>
    public const int Content = int.MaxValue - 4;

    /// <summary>Of delegates that have been put together: those that run first, and the one that has been added.</summary>
    public const int First = int.MaxValue - 6;
    public const int Added = int.MaxValue - 7;

    private readonly ConcurrentDictionary<ISymbol, int> _numbers = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<int, ISymbol> _symbols = new();
    private int _last;

    public int Of(ISymbol symbol)
    {
        var definition = symbol.OriginalDefinition;
        // What a property's own `field` is, others know as the property.
        if (definition is IFieldSymbol { AssociatedSymbol: IPropertySymbol property })
            definition = property;
        return _numbers.TryGetValue(definition, out var number) ? number : _numbers.GetOrAdd(definition, Enter);
    }

    /// <summary>A number is known by its symbol before anybody can see it.</summary>
    private int Enter(ISymbol definition)
    {
        var number = IsLength(definition) ? Length : IsPosition(definition) ? Position : Interlocked.Increment(ref _last);
        _symbols[number] = definition;
        return number;
    }

    private static bool IsLength(ISymbol member) => member is IPropertySymbol { Name: "Length", ContainingType: var type }
        && (type.SpecialType is SpecialType.System_Array or SpecialType.System_String || TypeFacts.IsSpan(type));

    private static bool IsPosition(ISymbol member)
    {
        if (member is not IPropertySymbol { Name: "Position" })
            return false;
        var type = member.ContainingType;
        while (type is not null and not { Name: "Stream", ContainingNamespace: { Name: "IO", ContainingNamespace.Name: "System" } })
            type = type.BaseType;
        return type is not null;
    }

    public ISymbol? SymbolOf(int number) => _symbols.TryGetValue(number, out var symbol) ? symbol : null;
}
