using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Numbers for tests on entities, so that the outcome of one can be remembered for the next equal one.</summary>
internal sealed class TestTable
{
    private readonly Dictionary<(ConditionKind Kind, int A, long OffsetA, int B, long OffsetB, string? Key), int> _numbers = new();
    private readonly Dictionary<int, List<int>> _about = new();
    private readonly Dictionary<int, int> _numbersTested = new();
    private readonly Dictionary<int, (int Entity, long Number)> _equalities = new();
    private readonly List<(int A, int B)> _tested = new();
    private readonly List<(ConditionKind Kind, int A, long Number, int Test)> _onOneEntity = new();

    public int Of(ConditionKind kind, int a, long offsetA = 0, int b = 0, long offsetB = 0, string? key = null)
    {
        if (_numbers.TryGetValue((kind, a, offsetA, b, offsetB, key), out var number))
            return number;
        number = _numbers.Count;
        _numbers.Add((kind, a, offsetA, b, offsetB, key), number);
        _tested.Add((a, b));
        Note(a, number);
        if (kind == ConditionKind.Truth)
            _numbersTested[number] = a;
        if (kind == ConditionKind.Equal && key == Number)
            _equalities[number] = (a, offsetB);
        if (b != EntityTable.Zero)
            Note(b, number);
        else if (offsetA == 0 && (offsetB == 0 || key == Number))
            _onOneEntity.Add((kind, a, offsetB, number));
        return number;
    }

    /// <summary>The number of a test of one entity, if anything has tested that.</summary>
    public int? Find(ConditionKind kind, int entity) => _numbers.TryGetValue((kind, entity, 0, EntityTable.Zero, 0, null), out var number) ? number : null;

    /// <summary>The number of the test whether an entity is a number, if anything has asked that.</summary>
    public int? FindEquality(int entity, long number) => _numbers.TryGetValue((ConditionKind.Equal, entity, 0, EntityTable.Zero, number, Number), out var test) ? test : null;

    /// <summary>The entity whose number a test is about, if it is that kind of test.</summary>
    public int? EntityOfNumber(int test) => _numbersTested.TryGetValue(test, out var entity) ? entity : null;

    /// <summary>The entity, and the number that a test asks whether it is; null for other tests.</summary>
    public (int Entity, long Number)? EqualityOf(int test) => _equalities.TryGetValue(test, out var equality) ? equality : null;

    /// <summary>What a test is about, one thing or two.</summary>
    public (int A, int B) Tested(int test) => _tested[test];

    public List<int> About(int entity) => _about.TryGetValue(entity, out var tests) ? tests : Nothing;

    private static readonly List<int> Nothing = new();

    /// <summary>Tests of one entity alone; of a number with the one it is compared with.</summary>
    public List<(ConditionKind Kind, int A, long Number, int Test)> OnOneEntity => _onOneEntity;

    /// <summary>The key of a comparison of one entity with a number.</summary>
    public const string Number = "number";

    private void Note(int entity, int test)
    {
        if (!_about.TryGetValue(entity, out var tests))
            _about[entity] = tests = new List<int>();
        tests.Add(test);
    }
}
