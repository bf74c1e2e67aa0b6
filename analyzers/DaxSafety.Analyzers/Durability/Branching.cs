using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Numbers for tests on entities, so that the outcome of one can be remembered for the next equal one.</summary>
internal sealed class TestTable
{
    private readonly Dictionary<(ConditionKind Kind, int A, long OffsetA, int B, long OffsetB, string? Key), int> _numbers = new();
    private readonly Dictionary<int, List<int>> _about = new();
    private readonly Dictionary<int, int> _numbersTested = new();

    public int Of(ConditionKind kind, int a, long offsetA = 0, int b = 0, long offsetB = 0, string? key = null)
    {
        if (_numbers.TryGetValue((kind, a, offsetA, b, offsetB, key), out var number))
            return number;
        number = _numbers.Count;
        _numbers.Add((kind, a, offsetA, b, offsetB, key), number);
        Note(a, number);
        if (kind == ConditionKind.Truth)
            _numbersTested[number] = a;
        if (b != EntityTable.Zero)
            Note(b, number);
        return number;
    }

    /// <summary>The number of a test of one entity, if anything has tested that.</summary>
    public int? Find(ConditionKind kind, int entity) => _numbers.TryGetValue((kind, entity, 0, EntityTable.Zero, 0, null), out var number) ? number : null;

    /// <summary>The entity whose number a test is about, if it is that kind of test.</summary>
    public int? EntityOfNumber(int test) => _numbersTested.TryGetValue(test, out var entity) ? entity : null;

    public IReadOnlyList<int> About(int entity) => _about.TryGetValue(entity, out var tests) ? tests : Array.Empty<int>();

    public IEnumerable<(ConditionKind Kind, int A, int Test)> OnOneEntity()
    {
        foreach (var entry in _numbers)
            if (entry.Key is { B: EntityTable.Zero, OffsetA: 0, OffsetB: 0 })
                yield return (entry.Key.Kind, entry.Key.A, entry.Value);
    }

    private void Note(int entity, int test)
    {
        if (!_about.TryGetValue(entity, out var tests))
            _about[entity] = tests = new List<int>();
        tests.Add(test);
    }
}

/// <summary>Which edges of a branch a group of paths can take, and what is known after taking one.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Ways in which one condition can come about, up to which each is a group of paths of its own.</summary>
    private const int MostWays = 8;

    /// <summary>The path as it goes on when the condition has the outcome: nothing when it cannot have it, several groups when it can come about in several ways.</summary>
    private List<Path> Assume(Path path, Condition condition, bool outcome)
    {
        var holds = outcome != condition.Negated;
        var a = Read(path, condition.A);
        var assumed = path.Clone();
        var possible = condition.Kind switch
        {
            ConditionKind.Truth => AssumeEqual(assumed, condition.A, a, holds ? 1 : 0, true, condition.Correlated, isBoolean: true),
            ConditionKind.IsNull => AssumeNull(assumed, condition, a, holds),
            ConditionKind.Equal => AssumeEqual(assumed, condition, a, Read(path, condition.B), holds),
            ConditionKind.Less => AssumeOrder(assumed, condition, a, Read(path, condition.B), holds, strict: true),
            ConditionKind.LessOrEqual => AssumeOrder(assumed, condition, a, Read(path, condition.B), holds, strict: false),
            ConditionKind.Iterates => AssumeIterates(assumed, a, Read(path, condition.B), holds, condition.Correlated),
            ConditionKind.Matches => AssumeMatch(assumed, condition, a, holds),
            _ => true,
        };
        var ways = new List<Path>(1);
        if (!possible)
            return ways;
        ways.Add(assumed);
        if (condition.Parts.Length == 0)
            return ways;
        return holds == condition.PartsWhen ? AssumeEach(ways, condition.Parts, condition.Parts.Length, holds) : AssumeSome(ways, condition.Parts, holds);
    }

    /// <summary>The first parts all have the outcome.</summary>
    private List<Path> AssumeEach(List<Path> ways, Condition[] parts, int count, bool outcome)
    {
        for (var i = 0; i < count && ways.Count > 0; i++)
            ways = ways.SelectMany(way => Assume(way, parts[i], outcome)).ToList();
        return ways;
    }

    /// <summary>One part has the outcome, and those before it have not: a way for each.</summary>
    private List<Path> AssumeSome(List<Path> paths, Condition[] parts, bool outcome)
    {
        var ways = new List<Path>();
        for (var i = 0; i < parts.Length; i++)
            foreach (var way in AssumeEach(paths, parts, i, !outcome))
                ways.AddRange(Assume(way, parts[i], outcome));
        return ways.Count > MostWays ? paths : ways;
    }

    private bool AssumeNull(Path path, Condition condition, Value value, bool isNull)
    {
        var kept = value.Refs.Where(place => isNull ? !IsObject(place.Entity) : place.Entity != EntityTable.Null).ToList();
        if (kept.Count == 0)
            return false;
        var single = kept.Count == 1 ? kept[0] : default;
        if (isNull && kept.Any(place => place.Entity == EntityTable.Null) && value.Refs.Length > 1)
            kept = new List<Ref> { Ref.Whole(EntityTable.Null) };
        if (kept.Count < value.Refs.Length)
            Narrow(path, condition.A, Value.OfRefs(kept));
        if (!isNull && kept.Count == 1 && !LearnHolders(path, single.Entity))
            return false;
        if ((value.Refs.Length == 1 || (!isNull && kept.Count == 1)) && single.Entity > EntityTable.Untracked && !_entities[single.Entity].IsFresh)
            return Learn(path, _tests.Of(ConditionKind.IsNull, single.Entity), isNull ? Span.True : Span.False, condition.Correlated);
        return true;
    }

    /// <summary>What a field was read from was not null: <c>h?.V</c> that is there says that <c>h</c> is.</summary>
    private bool LearnHolders(Path path, int entity)
    {
        for (; _entities[entity] is { Kind: EntityKind.Field, B: > EntityTable.Statics and var holder }; entity = (int)holder)
            if (_tests.Find(ConditionKind.IsNull, (int)holder) is { } test && !Learn(path, test, Span.False, remember: true))
                return false;
        return true;
    }

    private bool IsObject(int entity) =>
        _entities[entity].Kind is EntityKind.Created or EntityKind.Allocated or EntityKind.Called or EntityKind.Closure or EntityKind.This or EntityKind.Constant;

    private bool AssumeEqual(Path path, Condition condition, Value a, Value b, bool equal)
    {
        if (b.AsConstant is { } right)
            return AssumeEqual(path, condition.A, a, right, equal, condition.Correlated, isBoolean: false, condition.Domain);
        if (a.AsConstant is { } left)
            return AssumeEqual(path, condition.B, b, left, equal, condition.Correlated, isBoolean: false, condition.Domain);
        if (a.Single is not { OffsetEntity: 0 } x || b.Single is not { OffsetEntity: 0 } y || x.Entity == EntityTable.Untracked || y.Entity == EntityTable.Untracked)
            return true;
        if (x.Entity == y.Entity)
            return equal == (x.Offset == y.Offset);
        if (_entities[x.Entity].Kind == EntityKind.Constant && _entities[y.Entity].Kind == EntityKind.Constant)
            return equal == Equals(_entities[x.Entity].Payload, _entities[y.Entity].Payload);
        if (x.Entity > y.Entity)
            (x, y) = (y, x);
        return Learn(path, _tests.Of(ConditionKind.Equal, x.Entity, x.Offset, y.Entity, y.Offset), equal ? Span.True : Span.False, condition.Correlated);
    }

    private bool AssumeEqual(Path path, int register, Value value, long constant, bool equal, bool remember, bool isBoolean, long[]? domain = null)
    {
        // Of several known numbers, those that fit stay.
        if (value.Refs.All(place => place.IsConstant))
        {
            var kept = value.Refs.Where(place => (place.Offset == constant) == equal).ToList();
            if (kept.Count == 0)
                return false;
            if (kept.Count < value.Refs.Length)
                Narrow(path, register, Value.OfRefs(kept));
            return true;
        }
        if (value.Single is not { OffsetEntity: 0, Entity: > EntityTable.Untracked } place)
            return true;
        var target = unchecked(constant - place.Offset);
        if (isBoolean && !equal)
            (target, equal) = (1 - target, true);
        var range = RangeOf(path, place.Entity);
        if (!equal && domain is not null && domain.Contains(constant) && domain.All(named => named == constant || IsRuledOut(path, place.Entity, unchecked(named - place.Offset))))
            return false;
        // Both outcomes are kept under one test, so that the two groups of paths can be told apart by it.
        var exactly = _tests.Of(ConditionKind.Equal, place.Entity, 0, EntityTable.Zero, target, "number");
        if (equal)
            return Learn(path, exactly, Span.True, remember) && Learn(path, NumberTest(place.Entity), new Span(target, target), remember);
        if (range.Low == target && range.High == target)
            return false;
        if (range.Low == target)
            return Learn(path, NumberTest(place.Entity), new Span(target + 1, range.High), remember);
        if (range.High == target)
            return Learn(path, NumberTest(place.Entity), new Span(range.Low, target - 1), remember);
        return Learn(path, exactly, Span.False, remember);
    }

    /// <summary>What is more than a counter is more than the counter's first value.</summary>
    private bool LearnBound(Path path, Ref less, Ref more, long by, bool remember)
    {
        var low = RangeOf(path, less.Entity).Low;
        return low < int.MinValue || low > int.MaxValue
            || Learn(path, NumberTest(more.Entity), new Span(low + less.Offset + by - more.Offset, long.MaxValue), remember);
    }

    /// <summary>The number can no longer be the one, by what is known of it.</summary>
    private bool IsRuledOut(Path path, int entity, long number)
    {
        var range = RangeOf(path, entity);
        return number < range.Low || number > range.High
            || (path.Facts.TryGet(_tests.Of(ConditionKind.Equal, entity, 0, EntityTable.Zero, number, "number"), out var known) && known.Equals(Span.False));
    }

    private bool AssumeOrder(Path path, Condition condition, Value a, Value b, bool holds, bool strict)
    {
        if (b.AsConstant is { } high && a.Single is { OffsetEntity: 0 } x)
        {
            var bound = unchecked(high - x.Offset);
            if (x.IsConstant)
                return holds == (strict ? x.Offset < high : x.Offset <= high);
            var limit = strict ? bound - 1 : bound;
            return x.Entity == EntityTable.Untracked
                || Learn(path, NumberTest(x.Entity), holds ? new Span(long.MinValue, limit) : new Span(limit + 1, long.MaxValue), condition.Correlated);
        }
        if (a.AsConstant is { } low && b.Single is { OffsetEntity: 0 } y)
        {
            var bound = unchecked(low - y.Offset);
            var limit = strict ? bound + 1 : bound;
            return y.Entity == EntityTable.Untracked
                || Learn(path, NumberTest(y.Entity), holds ? new Span(limit, long.MaxValue) : new Span(long.MinValue, limit - 1), condition.Correlated);
        }
        if (a.Single is not { OffsetEntity: 0, Entity: > EntityTable.Untracked } left || b.Single is not { OffsetEntity: 0, Entity: > EntityTable.Untracked } right)
            return true;
        if (holds && !LearnBound(path, left, right, strict ? 1 : 0, condition.Correlated))
            return false;
        // a < b is not (b <= a): one order for both, so that each answers the other.
        return strict
            ? Learn(path, _tests.Of(ConditionKind.LessOrEqual, right.Entity, right.Offset, left.Entity, left.Offset), holds ? Span.False : Span.True, condition.Correlated)
            : Learn(path, _tests.Of(ConditionKind.LessOrEqual, left.Entity, left.Offset, right.Entity, right.Offset), holds ? Span.True : Span.False, condition.Correlated);
    }

    private bool AssumeMatch(Path path, Condition condition, Value value, bool matches)
    {
        if (value.Single is not { OffsetEntity: 0, Entity: > EntityTable.Untracked } place)
            return !(value.Single is { Entity: EntityTable.Null } && matches && condition.Key != "null");
        return Learn(path, _tests.Of(ConditionKind.Matches, place.Entity, place.Offset, 0, 0, condition.Key), matches ? Span.True : Span.False, condition.Correlated);
    }

    /// <summary>A loop that ends before its first element says that the collection is empty, and one that has an element that it is not.</summary>
    private bool AssumeIterates(Path path, Value enumerator, Value collection, bool holds, bool remember)
    {
        if (enumerator.Single is not { Entity: > EntityTable.Untracked } loop || collection.Single is not { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } of)
            return true;
        var hasRun = HasRun(loop.Entity);
        var hasAny = _tests.Of(ConditionKind.Iterates, of.Entity, key: "any");
        if (!holds)
            return !path.Facts.TryGet(hasRun, out var run) || !run.Equals(Span.False) || Learn(path, hasAny, Span.False, remember);
        path.Facts = path.Facts.Remove(hasRun);
        return Learn(path, hasAny, Span.True, remember);
    }

    private void BeginLoop(Path path, Value enumerator)
    {
        if (enumerator.Single is { Entity: > EntityTable.Untracked } loop)
            path.Facts = path.Facts.Set(HasRun(loop.Entity), Span.False);
    }

    private int HasRun(int enumerator) => _tests.Of(ConditionKind.Iterates, enumerator, key: "run");

    private int NumberTest(int entity) => _tests.Of(ConditionKind.Truth, entity);

    private Span RangeOf(Path path, int entity) =>
        path.Facts.TryGet(NumberTest(entity), out var range) ? range
        : _entities[entity].Kind == EntityKind.AtLeast ? new Span(_entities[entity].B, long.MaxValue) : Span.All;

    /// <summary>Adds a fact; false when it contradicts what is known. What nothing tests again is checked but not kept.</summary>
    private bool Learn(Path path, int test, Span span, bool remember)
    {
        var known = path.Facts.TryGet(test, out var before);
        if (!known && _tests.EntityOfNumber(test) is { } number && _entities[number].Kind == EntityKind.AtLeast)
            (known, before) = (true, new Span(_entities[number].B, long.MaxValue));
        var now = known ? before.Within(span) : span;
        if (now.IsEmpty)
            return false;
        if (remember && (!known || !now.Equals(before)))
            path.Facts = path.Facts.Set(test, now);
        return true;
    }

    /// <summary>A tested variable now holds less than before.</summary>
    private void Narrow(Path path, int register, Value value)
    {
        if (register < 0 || Registers.IsTemporary(register))
            return;
        var before = Read(path, register);
        path.Variables = path.Variables.Set(register, value);
        // `x?.Write()` tests a copy of x: what was copied and not assigned since is the same value still.
        foreach (var slot in path.Variables.ToList())
            if (slot.Key != register && ReferenceEquals(slot.Value, before))
                path.Variables = path.Variables.Set(slot.Key, value);
    }
}
