using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Elements that a variable picks: what was found of one is not known of the next.</summary>
internal sealed partial class BodyAnalysis
{
    private readonly Dictionary<int, HashSet<int>> _elementsBy = new();

    /// <summary>What the body has stored to a collection is taken for all its elements.</summary>
    private Value LoadElement(Path path, Value collection, int field, int index)
    {
        if (collection.Single is not { OffsetEntity: 0, Offset: 0 } place || !_entities[place.Entity].IsRooted || path.Fields.Contains(_fields.Of(place.Entity, field)))
            return LoadField(path, collection, field);
        var element = LoadField(path, collection, index);
        if (!_elementsBy.TryGetValue(index, out var elements))
            _elementsBy[index] = elements = new HashSet<int>();
        foreach (var found in element.Targets)
            elements.Add(found.Entity);
        return element;
    }

    private void MoveIndex(Path path, int index)
    {
        if (_elementsBy.TryGetValue(index, out var elements))
            foreach (var element in elements)
                ForgetFacts(path, _entities[element]);
    }

    /// <summary>An element that a variable of this body has picked: no caller can name it.</summary>
    public bool IsPicked(int entity) => _entities[entity] is { Kind: EntityKind.Field, A: var field } && IsPick(field);

    private bool IsPick(int field) => _context.Lowering.Members.SymbolOf(field) is ILocalSymbol or IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: not MethodKind.Constructor } };
}
