namespace DaxSafety.Analyzers.Durability;

/// <summary>Numbers for (object, field), the keys of <see cref="Path.Fields"/>.</summary>
internal sealed class FieldSlots
{
    private readonly Dictionary<(int Entity, int Field), int> _numbers = new();
    private readonly List<(int Entity, int Field)> _slots = new();
    private readonly Dictionary<int, List<int>> _ofEntity = new();
    private readonly List<Value?> _values = new();
    private readonly Func<int, int, Value> _atEntry;

    /// <param name="atEntry">The value that a field of an entity has before this body assigns it.</param>
    public FieldSlots(Func<int, int, Value> atEntry) => _atEntry = atEntry;

    public int Of(int entity, int field)
    {
        if (!_numbers.TryGetValue((entity, field), out var number))
        {
            number = _slots.Count;
            _numbers.Add((entity, field), number);
            _slots.Add((entity, field));
            _values.Add(null);
            if (!_ofEntity.TryGetValue(entity, out var slots))
                _ofEntity[entity] = slots = new List<int>();
            slots.Add(number);
        }
        return number;
    }

    public (int Entity, int Field) this[int number] => _slots[number];

    /// <summary>The numbers that an object's fields have been given so far.</summary>
    public IReadOnlyList<int> OfEntity(int entity) => _ofEntity.TryGetValue(entity, out var slots) ? slots : Array.Empty<int>();

    public Value AtEntry(int number) => _values[number] ??= _atEntry(_slots[number].Entity, _slots[number].Field);
}
