using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What the outcome of a comparison says about the numbers compared, and what it makes impossible.</summary>
internal sealed partial class BodyAnalysis
{
    private bool AssumeEqual(Path path, Condition condition, Value a, Value b, bool equal)
    {
        if (AskedExpectation(a, b) is { } expectation)
            return Learn(path, expectation, equal ? Span.True : Span.False, condition.Correlated);
        if (DistancesOf(a, b) is var (from, to))
        {
            if (!FitsRounds(path, ref condition, (a, from), (b, to), !equal, !equal))
                return false;
            (a, b) = (from, to);
        }
        NoteExcluded(condition.A, b);
        NoteExcluded(condition.B, a);
        NoteExcluded(condition.Stepped, b);
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
        if (_entities[y.Entity] is { Kind: EntityKind.Constant, Payload: string text })
            return AssumeText(path, x.Entity, text, equal, condition.Correlated);
        if (_entities[x.Entity] is { Kind: EntityKind.Constant, Payload: string named })
            return AssumeText(path, y.Entity, named, equal, condition.Correlated);
        return Difference(ref x, ref y) is not { } difference
            || AssumeEqual(path, Registers.None, Value.OfEntity(difference), unchecked(y.Offset - x.Offset), equal, condition.Correlated, isBoolean: false);
    }

    /// <summary>How far a symbol is from another, as a number of its own; ordered, so that there is one for the two.</summary>
    private int? Difference(ref Ref x, ref Ref y)
    {
        if (x.Entity > y.Entity)
            (x, y) = (y, x);
        return _entities.Computed("difference", x.Entity, 0, y.Entity, 0).Id is > EntityTable.Untracked and var difference ? difference : null;
    }

    private bool AssumeEqual(Path path, int register, Value value, long constant, bool equal, bool remember, bool isBoolean, long[]? domain = null)
    {
        if (equal && constant == 0)
        {
            // An address that a number holds is not 0, as one that a pointer holds is not null.
            if (value.Only(_isNoMadeView) is not { } number)
                return false;
            if (!ReferenceEquals(number, value))
                Narrow(path, register, value = number);
        }
        if (value.Refs.Length > 1)
            return AssumeOneIs(path, register, value, constant, equal);
        if (value.AsConstant is { } known)
            return known == constant == equal;
        if (value.Single is not { OffsetEntity: 0, Entity: > EntityTable.Untracked } place)
            return true;
        var target = unchecked(constant - place.Offset);
        if (isBoolean && !equal)
            (target, equal) = (1 - target, true);
        var range = RangeOf(path, place.Entity);
        if (!equal && (domain ?? DomainOfBit(place.Entity)) is { } possible && possible.Contains(constant))
        {
            var left = LeftOf(possible, path, place, constant);
            if (left.Count == 0 || (left.Count == 1 && !Learn(path, NumberTest(place.Entity), new Span(unchecked(left[0] - place.Offset), unchecked(left[0] - place.Offset)), remember)))
                return false;
        }
        // Both outcomes are kept under one test, so that the two groups of paths can be told apart by it.
        var exactly = _tests.Of(ConditionKind.Equal, place.Entity, 0, EntityTable.Zero, target, TestTable.Number);
        if (equal)
            return Learn(path, exactly, Span.True, remember) && Learn(path, NumberTest(place.Entity), new Span(target, target), remember);
        if (range.Low == target && range.High == target)
            return false;
        if (range.Low == target)
            return Learn(path, NumberTest(place.Entity), new Span(NextPossible(path, place.Entity, target, range.High, 1), range.High), remember);
        if (range.High == target)
            return Learn(path, NumberTest(place.Entity), new Span(range.Low, NextPossible(path, place.Entity, target, range.Low, -1)), remember);
        return Learn(path, exactly, Span.False, remember);
    }

    private readonly Func<Ref, bool> _isNoMadeView;

    /// <summary>A flag that holds a comparison says what the comparison says: <c>var any = n > 0; … if (any)</c>.</summary>
    private bool AssumeCompared(Path path, Value flag, bool holds)
    {
        if (flag.Single is not { OffsetEntity: 0, Offset: 0 } place || _entities[place.Entity] is not { Kind: EntityKind.Computed, Payload: ValueTuple<string, long, long, int> how } compared)
            return true;
        var left = Value.Of(Ref.Whole(compared.A) with { Offset = how.Item2 });
        var right = Value.Of(Ref.Whole((int)compared.B) with { Offset = how.Item3 });
        return how.Item1 switch
        {
            nameof(BinaryOperatorKind.LessThan) => AssumeOrder(path, AsComparison, left, right, holds, strict: true),
            nameof(BinaryOperatorKind.LessThanOrEqual) => AssumeOrder(path, AsComparison, left, right, holds, strict: false),
            nameof(BinaryOperatorKind.GreaterThan) => AssumeOrder(path, AsComparison, right, left, holds, strict: true),
            nameof(BinaryOperatorKind.GreaterThanOrEqual) => AssumeOrder(path, AsComparison, right, left, holds, strict: false),
            nameof(BinaryOperatorKind.Equals) => AssumeSame(path, left, right, holds),
            nameof(BinaryOperatorKind.NotEquals) => AssumeSame(path, left, right, !holds),
            EitherFlag => holds ? AssumeEither(path, left, right, true) : AssumeFlag(path, left, false) && AssumeFlag(path, right, false),
            BothFlags => holds ? AssumeFlag(path, left, true) && AssumeFlag(path, right, true) : AssumeEither(path, left, right, false),
            nameof(BinaryOperatorKind.ExclusiveOr) when right.AsConstant is { } turned and (0 or 1) => AssumeFlag(path, left, holds != (turned == 1)),
            _ => true,
        };
    }

    /// <summary>What a flag says of equality is about something that other flags were made of, too.</summary>
    private Value ComparedBy(Value flag) => _composites.Count > 0 && flag.Single is { OffsetEntity: 0, Offset: 0 } place
        && _entities[place.Entity] is { Kind: EntityKind.Computed, Payload: ValueTuple<string, long, long, int> { Item1: nameof(BinaryOperatorKind.Equals) or nameof(BinaryOperatorKind.NotEquals) }, A: var compared }
            ? Value.OfEntity(compared) : Value.Untracked;

    /// <summary>What a number or comparison comes to, where all that is known on the path leaves it only one outcome: <c>return Interlocked.CompareExchange(…) == 0;</c>.</summary>
    public Value Decided(Path path, Value flag)
    {
        if (flag.Single is not { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } place)
            return flag;
        if (_entities[place.Entity].Kind == EntityKind.Result && RangeOf(path, place.Entity) is var range && range.Low == range.High)
            return Value.Constant(range.Low);
        if (_entities[place.Entity].Kind != EntityKind.Computed)
            return flag;
        var canBe = (True: AssumeCompared(path.Clone(), flag, true), False: AssumeCompared(path.Clone(), flag, false));
        return canBe.True == canBe.False ? flag : Value.Constant(canBe.True ? 1 : 0);
    }

    private bool AssumeFlag(Path path, Value flag, bool holds) =>
        AssumeEqual(path, Registers.None, flag, holds ? 1 : 0, true, remember: true, isBoolean: true) && AssumeCompared(path, flag, holds);

    /// <summary>One of two flags has the outcome: where it cannot be the one, it is the other.</summary>
    private bool AssumeEither(Path path, Value left, Value right, bool outcome) =>
        !AssumeFlag(path.Clone(), left, outcome) ? AssumeFlag(path, right, outcome)
        : AssumeFlag(path.Clone(), right, outcome) || AssumeFlag(path, left, outcome);

    /// <summary>What is known of a flag must fit what was found of its parts, and where those decide it, it is known: <c>var either = x || y; if (x || y) … if (either)</c>.</summary>
    private bool FitsComposites(Path path, Value part)
    {
        if (_composites.Count > 0)
            foreach (var place in part.Refs)
                if (!FitsComposites(path, _entities[place.Entity].Dependents ?? NoEntities))
                    return false;
        return true;
    }

    /// <summary>A comparison of the parts may make something new of them, which is no flag and is not asked.</summary>
    private bool FitsComposites(Path path, List<int> dependents)
    {
        for (int i = 0, count = dependents.Count; i < count; i++)
        {
            var dependent = dependents[i];
            if (_entities[dependent].Kind == EntityKind.Computed && !((!_composites.Contains(dependent) || FitsParts(path, dependent)) && FitsComposites(path, Value.OfEntity(dependent))))
                return false;
        }
        return true;
    }

    private bool FitsParts(Path path, int composite)
    {
        Spend();
        var (flag, test) = (Value.OfEntity(composite), NumberTest(composite));
        if (path.Facts.TryGet(test, out var known) && known.Low == known.High)
            return AssumeCompared(path, flag, known.Low != 0);
        return !AssumeCompared(path.Clone(), flag, true) ? Learn(path, test, Span.False, remember: true)
            : AssumeCompared(path.Clone(), flag, false) || Learn(path, test, Span.True, remember: true);
    }

    private static readonly List<int> NoEntities = new();

    /// <summary>Flags that are one or both of two others.</summary>
    private readonly HashSet<int> _composites = new();

    private const string EitherFlag = nameof(BinaryOperatorKind.ConditionalOr), BothFlags = nameof(BinaryOperatorKind.ConditionalAnd);

    private bool AssumeSame(Path path, Value left, Value right, bool same) => right.MayBe(EntityTable.Null)
        ? AssumeNull(path, AsComparison, left, same)
        : right.AsConstant is { } named && left.Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } chosen && DomainOf(_entities[chosen.Entity]) is { } domain
            ? AssumeEqual(path, Registers.None, left, named, same, remember: true, isBoolean: false, domain)
            : AssumeEqual(path, AsComparison, left, right, same);

    /// <summary>Stands for a comparison that was made earlier: nothing is narrowed, and what is learnt is remembered.</summary>
    private static readonly Condition AsComparison = new(ConditionKind.Opaque, Registers.None, Registers.None, false, null, "", -1) { Correlated = true };

    /// <summary>What is more than a counter is more than the counter's first value.</summary>
    private bool LearnBound(Path path, Ref less, Ref more, long by, bool remember)
    {
        var low = RangeOf(path, less.Entity).Low;
        return low < int.MinValue || low > int.MaxValue
            || Learn(path, NumberTest(more.Entity), new Span(low + less.Offset + by - more.Offset, long.MaxValue), remember);
    }

    /// <summary>The number beside one that it is not, or beyond that, as far as it is none of those either.</summary>
    private long NextPossible(Path path, int entity, long number, long end, int step)
    {
        do
            number += step;
        while (number != end + step && Distance(number, end) < MostNamed && IsRuledOut(path, entity, number));
        return number;
    }

    private const int MostNamed = 32;

    private static ulong Distance(long a, long b) => unchecked(a < b ? (ulong)b - (ulong)a : (ulong)a - (ulong)b);

    /// <summary>A text as a number: what it is compared with, counted in the order in which the body asks.</summary>
    private bool AssumeText(Path path, int text, string constant, bool equal, bool remember)
    {
        if (!_texts.TryGetValue(constant, out var number))
            _texts.Add(constant, number = _texts.Count + 1);
        return AssumeEqual(path, Registers.None, Value.OfEntity(_entities.Computed("text", text, 0, EntityTable.Zero, 0).Id), number, equal, remember, isBoolean: false);
    }

    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);

    /// <summary>The number can no longer be the one, by what is known of it.</summary>
    public bool AreApart(Path mine, Path theirs, int test) =>
        _tests.EqualityOf(test) is { Entity: var entity } && (IsNoneOf(RangeOf(mine, entity), theirs, entity) || IsNoneOf(RangeOf(theirs, entity), mine, entity));

    private bool IsNoneOf(Span few, Path path, int entity)
    {
        if (few.Low == long.MinValue || few.High == long.MaxValue || few.High - few.Low is < 0 or > MostNamed)
            return false;
        for (var number = few.Low; number <= few.High; number++)
            if (!IsRuledOut(path, entity, number))
                return false;
        return true;
    }

    public bool IsRuledOut(Path path, int test) => _tests.EqualityOf(test) is { } equality && IsRuledOut(path, equality.Entity, equality.Number);

    private bool IsRuledOut(Path path, int entity, long number) =>
        !RangeOf(path, entity).Holds(number) || (_tests.FindEquality(entity, number) is { } test && path.Facts.TryGet(test, out var known) && known.Equals(Span.False));

    public bool IsRuledOut(Path path, Ref number, long one) => IsRuledOut(path, number.Entity, unchecked(one - number.Offset));

    private bool AssumeOrder(Path path, Condition condition, Value a, bool holds)
    {
        var b = Read(path, condition.B);
        return !(holds && IsOnlyNull(path, condition.B, ref b)) && AssumeOrder(path, condition, a, b, holds, condition.Kind == ConditionKind.Less);
    }

    private bool AssumeOrder(Path path, Condition condition, Value a, Value b, bool holds, bool strict)
    {
        if (DistancesOf(a, b) is var (from, to))
        {
            if (!FitsRounds(path, ref condition, (a, from), (b, to), holds, !holds))
                return false;
            (a, b) = (from, to);
        }
        else if (condition.Correlated)
        {
            NoteLimit(condition.A, b);
            NoteLimit(condition.B, a);
            NoteLimit(condition.Stepped, b.AsConstant is null ? a : b);
        }
        if (a.Refs.Length > 1 && b.AsConstant is { } above)
            return AssumeOneOf(path, condition.A, a, range => holds ? range.Low < above || (!strict && range.Low == above) : range.High > above || (strict && range.High == above));
        if (b.Refs.Length > 1 && a.AsConstant is { } below)
            return AssumeOneOf(path, condition.B, b, range => holds ? range.High > below || (!strict && range.High == below) : range.Low < below || (strict && range.Low == below));
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
        if (left.Entity == right.Entity)
            return holds == (strict ? left.Offset < right.Offset : left.Offset <= right.Offset);
        if (IsKept(left) && IsKept(right) && _entities[left.Entity].Kind != _entities[right.Entity].Kind)
            return holds == (_entities[left.Entity].Kind == EntityKind.AtMost);
        if (holds ? !LearnBound(path, left, right, strict ? 1 : 0, condition.Correlated)
            : !LearnBound(path, right, left, strict ? 0 : 1, condition.Correlated) || !LearnMost(path, right, left, condition.Correlated))
            return false;
        var (first, second) = (left, right);
        if (Difference(ref first, ref second) is not { } difference)
            return true;
        var most = unchecked(right.Offset - left.Offset) - (strict ? 1 : 0);
        // left - right is at most the most; the other way round, at least.
        return Learn(path, NumberTest(difference), first.Entity == left.Entity == holds
            ? holds ? new Span(long.MinValue, most) : new Span(long.MinValue, -most - 1)
            : holds ? new Span(-most, long.MaxValue) : new Span(most + 1, long.MaxValue), condition.Correlated);
    }
}
