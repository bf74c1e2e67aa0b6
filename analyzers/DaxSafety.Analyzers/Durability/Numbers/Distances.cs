using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What is known of a counter from round to round of a loop: how far it is from what it is compared with, and whether a number divides it.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>What a variable was compared with: where it becomes a number of its own, how far it is from that stays known.</summary>
    private readonly Dictionary<int, List<Ref>> _limits = new();

    private const int MostLimits = 4;

    private void NoteLimit(int register, Value limit)
    {
        if (register < 0 || Registers.IsTemporary(register) || limit.Single is not { OffsetEntity: 0 } place || place.Entity == EntityTable.Untracked || place.Entity == EntityTable.Null)
            return;
        if (!_limits.TryGetValue(register, out var limits))
            _limits[register] = limits = new List<Ref>();
        if (limits.Count < MostLimits && !limits.Contains(place with { Offset = place.IsConstant ? place.Offset : 0 }))
            limits.Add(place with { Offset = place.IsConstant ? place.Offset : 0 });
    }

    bool INumbers.IsLimited(int variable) => _limits.ContainsKey(variable);

    bool INumbers.IsCounter(int variable) => variable < 0 ? IsCountedField(_fields[~variable].Field) : _body.CounterSlots.Contains(variable);

    bool INumbers.IsSizeOf(int field) => IsSize(_fields[field].Field);

    /// <summary>Numbers that a variable was asked whether it is: where it becomes a number of its own, it stays known that it is not.</summary>
    private readonly Dictionary<int, List<long>> _excluded = new();

    private void NoteExcluded(int register, Value asked)
    {
        if (register < 0 || asked.AsConstant is not { } number || !_body.CounterSlots.Contains(register))
            return;
        if (!_excluded.TryGetValue(register, out var numbers))
            _excluded[register] = numbers = new List<long>();
        if (numbers.Count < MostLimits && !numbers.Contains(number))
            numbers.Add(number);
    }

    private void KeepExcluded(Path merged, Path mine, Path theirs, int variable, Entity number, Value before, Value arriving)
    {
        if (_excluded.TryGetValue(variable, out var numbers))
            foreach (var asked in numbers)
                if (IsRuledOut(mine, before, asked) && IsRuledOut(theirs, arriving, asked))
                    AssumeEqual(merged, Registers.None, Value.OfEntity(number.Id), asked, false, remember: true, isBoolean: false);
    }

    private bool IsRuledOut(Path path, Value value, long number)
    {
        foreach (var place in value.Refs)
            if (place.IsConstant ? place.Offset == number : place is not { OffsetEntity: 0, Entity: > EntityTable.Statics } || !IsRuledOut(path, place.Entity, unchecked(number - place.Offset)))
                return false;
        return true;
    }

    /// <summary>How far a value is from a limit.</summary>
    private Span DistanceOf(Path path, Value value, Ref limit)
    {
        Span? around = null;
        foreach (var place in value.Refs)
        {
            if (place is not { OffsetEntity: 0 } || place.Entity is EntityTable.Untracked or EntityTable.Null)
                return Span.All;
            var distance = limit.IsConstant ? RangeOf(path, place).Moved(-limit.Offset)
                : place.IsConstant ? RangeOf(path, limit).Negated().Moved(place.Offset)
                : DistanceOf(path, place.Entity, limit.Entity).Moved(place.Offset);
            around = around?.Around(distance) ?? distance;
        }
        return around ?? Span.All;
    }

    /// <summary>A variable that differs between two groups becomes a number of its own: what both know of its distance from its limits is known of the number.</summary>
    void INumbers.KeepDistances(Path merged, Path mine, Path theirs, int variable, Entity number, bool inLoop)
    {
        if (variable < 0)
        {
            KeepDistancesOfField(merged, mine, theirs, ~variable, number, inLoop);
            return;
        }
        if (!mine.Variables.TryGet(variable, out var before) || !theirs.Variables.TryGet(variable, out var arriving))
            return;
        KeepRemainders(merged, mine, theirs, number, before, arriving);
        KeepExcluded(merged, mine, theirs, variable, number, before, arriving);
        if (Rivals.TryGetValue(variable, out var rivals))
            foreach (var rival in rivals)
                KeepDistance(merged, mine, theirs, number, before, arriving, rival, inLoop);
        if (!_limits.TryGetValue(variable, out var limits))
            return;
        foreach (var limit in limits)
        {
            if (limit.Entity == number.Id)
                continue;
            var (here, there) = (DistanceOf(mine, before, limit), DistanceOf(theirs, arriving, limit));
            var kept = inLoop ? here.Widened(there) : here.Around(there);
            if (kept.Equals(Span.All))
                continue;
            if (limit.IsConstant)
            {
                Learn(merged, NumberTest(number.Id), kept.Moved(limit.Offset), remember: true);
                continue;
            }
            var (x, y) = (Ref.Whole(number.Id), limit);
            if (Difference(ref x, ref y) is { } difference)
                Learn(merged, NumberTest(difference), x.Entity == number.Id ? kept : kept.Negated(), remember: true);
        }
    }

    private void KeepDistancesOfField(Path merged, Path mine, Path theirs, int field, Entity number, bool inLoop)
    {
        var before = mine.Fields.TryGet(field, out var held) ? held : _fields.AtEntry(field);
        var arriving = theirs.Fields.TryGet(field, out held) ? held : _fields.AtEntry(field);
        foreach (var rival in _body.CounterSlots)
            KeepDistance(merged, mine, theirs, number, before, arriving, rival, inLoop);
    }

    bool INumbers.IsComputed(int variable) => variable < 0 || (_computed ??= FindComputed()).Contains(variable);

    private HashSet<int>? _computed;

    private HashSet<int> FindComputed()
    {
        var computed = new HashSet<int>();
        var copies = new List<(int To, int From)>();
        foreach (var node in _body.Nodes)
        {
            var temporaries = new HashSet<int>();
            foreach (var step in node.Content.Instructions)
                if (step is { Code: OpCode.Grow or OpCode.Lift or OpCode.Keep or OpCode.Extreme } or { Code: OpCode.Arithmetic, Payload: not (Or or Mask) })
                    (Registers.IsTemporary(step.Dst) ? temporaries : computed).Add(step.Dst);
                else if (step.Code == OpCode.Copy && temporaries.Contains(step.A))
                    (Registers.IsTemporary(step.Dst) ? temporaries : computed).Add(step.Dst);
                else if (step.Code == OpCode.Copy)
                    copies.Add((step.Dst, step.A));
        }
        while (copies.RemoveAll(copy => computed.Contains(copy.From) && computed.Add(copy.To)) > 0)
        {
        }
        return computed;
    }

    /// <summary>Variables that the body compares with each other or takes from each other: <c>if (flushed &lt; written)</c>, <c>if (n - left > 0)</c>.</summary>
    private Dictionary<int, List<int>> Rivals => _rivals ??= FindRivals();

    private Dictionary<int, List<int>>? _rivals;

    private Dictionary<int, List<int>> FindRivals()
    {
        var rivals = new Dictionary<int, List<int>>();
        foreach (var node in _body.Nodes)
        {
            if (node.Content.Condition is { Kind: ConditionKind.Less or ConditionKind.LessOrEqual or ConditionKind.Equal, A: var a, B: var b })
                AddBoth(a, b);
            foreach (var step in node.Content.Instructions)
                if (step is { Code: OpCode.Arithmetic, Payload: "-" } && (_body.CounterSlots.Contains(step.A) || _body.CounterSlots.Contains(step.B)))
                    AddBoth(step.A, step.B);
        }
        return rivals;

        void AddBoth(int a, int b)
        {
            if (a < 0 || b < 0 || a == b || Registers.IsTemporary(a) || Registers.IsTemporary(b))
                return;
            Add(a, b);
            Add(b, a);
        }

        void Add(int variable, int rival)
        {
            if (!rivals.TryGetValue(variable, out var others))
                rivals[variable] = others = new List<int>();
            if (others.Count < MostLimits && !others.Contains(rival))
                others.Add(rival);
        }
    }

    private void KeepDistance(Path merged, Path mine, Path theirs, Entity number, Value before, Value arriving, int rival, bool inLoop)
    {
        if (!merged.Variables.TryGet(rival, out var now) || now.Single is not { OffsetEntity: 0, Entity: > EntityTable.Statics } limit || limit.Entity == number.Id
            || !mine.Variables.TryGet(rival, out var limitBefore) || !theirs.Variables.TryGet(rival, out var limitArriving))
            return;
        var (here, there) = (DistanceOf(mine, before, limitBefore), DistanceOf(theirs, arriving, limitArriving));
        LearnDistance(merged, Ref.Whole(number.Id), limit, inLoop ? here.Widened(there) : here.Around(there));
    }

    /// <summary>How far a value is from what its variable is compared with.</summary>
    private List<(Ref Limit, Span Distance)> DistancesOf(Path path, int variable, Value value)
    {
        var limits = new List<Ref>();
        if (Rivals.TryGetValue(variable, out var rivals))
            foreach (var rival in rivals)
                if (path.Variables.TryGet(rival, out var now) && now.Single is { OffsetEntity: 0, Entity: > EntityTable.Statics } limit)
                    limits.Add(limit);
        if (_limits.TryGetValue(variable, out var compared))
            limits.AddRange(compared.Where(limit => !limit.IsConstant));
        return limits.Distinct().Select(limit => (limit, DistanceOf(path, value, Value.Of(limit)))).ToList();
    }

    private void LearnDistance(Path path, Ref number, Ref limit, Span distance)
    {
        var (x, y) = (Ref.Whole(number.Entity), Ref.Whole(limit.Entity));
        var apart = distance.Moved(limit.Offset).Moved(-number.Offset);
        if (x.Entity != y.Entity && !apart.Equals(Span.All) && Difference(ref x, ref y) is { } difference)
            Learn(path, NumberTest(difference), x.Entity == number.Entity ? apart : apart.Negated(), remember: true);
    }

    private Span DistanceOf(Path path, Value value, Value limit)
    {
        Span? around = null;
        foreach (var place in limit.Refs)
        {
            if (place is not { OffsetEntity: 0 } || place.Entity is EntityTable.Untracked or EntityTable.Null)
                return Span.All;
            var distance = place.IsConstant ? DistanceOf(path, value, place) : DistanceOf(path, value, place with { Offset = 0 }).Moved(-place.Offset);
            around = around?.Around(distance) ?? distance;
        }
        return around ?? Span.All;
    }

    /// <summary><c>if (++n % 100 == 0) view.Flush();</c> in a loop, and <c>if (n % 100 != 0) view.Flush();</c> behind it.</summary>
    private void KeepRemainders(Path merged, Path mine, Path theirs, Entity number, Value before, Value arriving)
    {
        foreach (var (operation, by) in _remainders.ToList())
            if (DividesEvenly(mine, before, operation, by) is { } here && DividesEvenly(theirs, arriving, operation, by) == here)
                AssumeEqual(merged, Registers.None, Compute(operation, Value.OfEntity(number.Id), Value.Constant(by)), 0, here, remember: true, isBoolean: false);
    }

    private const string Remainder = nameof(BinaryOperatorKind.Remainder), Mask = nameof(BinaryOperatorKind.And);

    /// <summary>What the body divides by or masks with.</summary>
    private readonly SortedSet<(string Operation, long By)> _remainders = new();

    /// <summary>Whether nothing remains of a value; null when that is not known, or not the same for all that it may be.</summary>
    private bool? DividesEvenly(Path path, Value value, string operation, long by)
    {
        bool? all = null;
        foreach (var place in value.Refs)
        {
            if (place.OffsetEntity != 0 || (all ?? Of(place)) is not { } known || Of(place) != known)
                return null;
            all = known;
        }
        return all;

        bool? Of(Ref place)
        {
            if (place.IsConstant)
                return (operation == Remainder ? place.Offset % by : place.Offset & by) == 0;
            if (place.Entity <= EntityTable.Statics || Compute(operation, Value.Of(Ref.Whole(place.Entity) with { Offset = place.Offset }), Value.Constant(by)).Single is not { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } remainder)
                return null;
            if (RangeOf(path, remainder.Entity) is { Low: 0, High: 0 })
                return true;
            return IsRuledOut(path, remainder.Entity, 0) ? false : null;
        }
    }

    /// <summary>What is at most a number is at most what that can be: <c>n</c>, where <c>p + n</c> is not behind the start of the line of p.</summary>
    private bool LearnMost(Path path, Ref less, Ref more, bool remember)
    {
        // Of a constant the test itself tells as much.
        if (more.Entity <= EntityTable.Statics)
            return true;
        var high = RangeOf(path, more.Entity).High;
        return high < int.MinValue || high > int.MaxValue
            || Learn(path, NumberTest(less.Entity), new Span(long.MinValue, high + more.Offset - less.Offset), remember);
    }

    /// <summary>Of two addresses in one memory, how far they are from its start; null for anything else.</summary>
    private static (Value From, Value To)? DistancesOf(Value a, Value b) =>
        a.Single is { OffsetKnown: true, Entity: > EntityTable.Statics } x && b.Single is { OffsetKnown: true } y && x.Entity == y.Entity && (x.OffsetEntity | y.OffsetEntity) != 0
            ? (DistanceOf(x), DistanceOf(y))
            : null;

    /// <summary>Whether two addresses can compare so: the one that moves with the end of its loop, whichever stands on the left.</summary>
    private bool FitsRounds(Path path, ref Condition condition, (Value Address, Value Distance) a, (Value Address, Value Distance) b, bool goesOn, bool goesOnTurned) =>
        IsLoopOverBytes(b.Distance, a.Distance) && IsMoved(condition.B) && !IsMoved(condition.A)
            ? BeginsRounds(path, ref condition, condition.B, b.Address, goesOnTurned)
        : !IsLoopOverBytes(a.Distance, b.Distance) || BeginsRounds(path, ref condition, condition.A, a.Address, goesOn);

    /// <summary>A loop over the bytes from here to there has some: it is left by those only that have been in it, which is remembered. All its rounds flush somewhere in the same memory.</summary>
    private static bool BeginsRounds(Path path, ref Condition condition, int moving, Value from, bool begins)
    {
        if (begins && moving >= 0 && !Registers.IsTemporary(moving))
            path.Variables = path.Variables.Set(moving, Lost(from));
        condition = AsComparison;
        return begins;
    }

    private bool IsLoopOverBytes(Value from, Value to) => IsStart(from) && to.AsConstant is null && BeginsLoop(_here.Node);

    private bool IsStart(Value distance) => distance.AsConstant is 0 || distance.Refs[0] is { Offset: 0, Entity: var number } && _entities[number] is { Kind: EntityKind.Computed, Payload: ValueTuple<string, long, long, int> (Down or DownBy, _, _, _) };

    private static Value DistanceOf(Ref place) => Value.Of(new Ref(place.OffsetEntity, 0, place.Offset, Ref.Unknown, 0));
}
