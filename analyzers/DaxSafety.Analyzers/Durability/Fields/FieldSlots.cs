namespace DaxSafety.Analyzers.Durability;

/// <summary>Numbers for (object, field), the keys of <see cref="Path.Fields"/>.</summary>
internal sealed class FieldSlots
{
    private readonly Dictionary<(int Entity, int Field), int> _numbers = new();
    private readonly List<(int Entity, int Field)> _slots = new();
    private readonly Dictionary<int, int> _latest = new();
    private readonly List<int> _before = new();
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
            _before.Add(_latest.TryGetValue(entity, out var before) ? before : -1);
            _latest[entity] = number;
        }
        return number;
    }

    public (int Entity, int Field) this[int number] => _slots[number];

    /// <summary>The number that was given last to a field of an object; −1 when none was.</summary>
    public int LatestOf(int entity) => _latest.TryGetValue(entity, out var number) ? number : -1;

    /// <summary>The number that was given to a field of the same object before; −1 when there is none.</summary>
    public int Before(int number) => _before[number];

    public Value AtEntry(int number) => _values[number] ??= _atEntry(_slots[number].Entity, _slots[number].Field);
}
