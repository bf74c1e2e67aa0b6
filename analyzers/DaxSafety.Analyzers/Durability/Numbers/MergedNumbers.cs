using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Numbers that differ between two groups that are merged: what can be said of both, so that loops settle.</summary>
internal sealed partial class PathMerger
{
    /// <summary>A counter that a loop keeps raising ends as "at least its first value", so that <c>if (count > 0)</c> is still understood.</summary>
    private Value JoinNumbers(int holder, Value a, Value b)
    {
        var joined = Value.Join(a, b);
        // The largest so far may be what it began with or what it has kept since.
        if (ReferenceEquals(joined, a))
            return joined;
        if (_numbers.IsCounter(holder) && (SameNumber(_mine, a, _theirs, b) ?? SameNumber(_theirs, b, _mine, a)) is { } same)
            return same;
        bool isCounted = joined.Refs.Length == 1, isSum = false;
        var constants = 0;
        foreach (var place in joined.Refs)
        {
            if (_entities[place.Entity] is { Kind: EntityKind.AtLeast, Payload: EntityTable.Kept })
                return joined;
            isCounted |= _entities[place.Entity].Kind == EntityKind.AtLeast;
            isSum |= joined.Refs.Length > 1 && _entities[place.Entity].Kind == EntityKind.Computed;
            constants += place.IsConstant ? 1 : 0;
        }
        // Nothing in common but that both are at least something: 0 or 1 for a counter that is set back, or a falling one would never settle.
        isCounted |= (constants > 2 && _numbers.IsComputed(holder)) || _numbers.IsLimited(holder);
        if (isCounted && Lowest(a) is { } mine && Lowest(b) is { } theirs)
        {
            // Below 0 by the way it was made, and not below it where a test has just said so.
            if (theirs < 0 && theirs < mine)
                theirs = Least(_theirs, b);
            return theirs < LowestCount ? (_numbers.IsCounter(holder) ? AtLeast(holder, long.MinValue) : Value.Untracked) : AtLeast(holder, theirs >= mine ? mine : Math.Min(theirs, 1));
        }
        // A sum that grows in a loop would be followed round by round.
        var isCounter = _numbers.IsCounter(holder) || (holder < 0 && _numbers.IsSizeOf(~holder) && IsMoving(joined));
        if (!isSum && !isCounter && !_numbers.IsLimited(holder))
            return joined;
        var (least, other) = (Least(_mine, a), Least(_theirs, b));
        return least >= LowestCount && other >= LowestCount ? AtLeast(holder, other >= least ? least : Math.Min(other, 1))
            : isCounter && ((isSum && _inLoop) || IsMoving(joined)) ? AtLeast(holder, long.MinValue)
            : isSum && _inLoop ? Value.Untracked : joined;
    }

    /// <summary>Something was put into a collection of others on one path, and nothing on the other: <c>Write(page); _dirty.Add(page);</c></summary>
    private bool HasCountedAlone(Path counting, Path other)
    {
        foreach (var field in counting.Fields)
            if (!other.Fields.Contains(field.Key) && _numbers.IsSizeOf(field.Key) && IsSome(counting, field.Value))
                return true;
        return false;
    }

    /// <summary>What two numbers are, where both are known to be one, or the one would be the other on its path as well.</summary>
    private Value? SameNumber(Path path, Value value, Path otherPath, Value other) => Known(path, value) is not { } known ? null
        : Known(otherPath, other) == known ? Value.Constant(known)
        : Known(path, other) == known ? other : null;

    /// <summary>The number that a value is, by all that is known: a loop's counter where a test has found its end.</summary>
    private long? Known(Path path, Value value) => value.Single is { } place && (place.IsConstant || MayBeNumber(place)) && _numbers.RangeOf(path, place) is var range && range.Low == range.High ? range.Low : null;

    /// <summary>One number at some distance, or a number of its own already, and no choice of several.</summary>
    private bool IsMoving(Value joined)
    {
        var isMoving = false;
        foreach (var place in joined.Refs)
        {
            if (!place.IsConstant && (place.Entity <= EntityTable.Statics || _entities[place.Entity].IsFresh || _entities[place.Entity].Mapping is not null))
                return false;
            isMoving |= !place.OffsetKnown || _entities[place.Entity].Kind == EntityKind.AtLeast;
        }
        return isMoving;
    }

    /// <summary>Where a falling counter ends that is asked for at least 0 before each step: below, it is lost.</summary>
    private const long LowestCount = -4;

    private long Least(Path path, Value value)
    {
        var least = long.MaxValue;
        foreach (var place in value.Refs)
            least = Math.Min(least, place.IsConstant || MayBeNumber(place) ? _numbers.RangeOf(path, place).Low : long.MinValue);
        return least;
    }

    private Value AtLeast(int holder, long lowest)
    {
        var counter = _entities.Intern(EntityKind.AtLeast, holder, lowest);
        _renewed.Add((holder, counter));
        return Value.OfEntity(counter.Id);
    }

    private long? Lowest(Value value)
    {
        var lowest = long.MaxValue;
        foreach (var place in value.Refs)
        {
            if (place.IsConstant)
                lowest = Math.Min(lowest, place.Offset);
            else if (_entities[place.Entity].Kind == EntityKind.AtLeast && place is { OffsetEntity: 0, Offset: >= 0 })
                lowest = Math.Min(lowest, _entities[place.Entity].B + place.Offset);
            else
                return null;
        }
        return lowest;
    }

    /// <summary>A flag that says in both groups how a variable compares with the same thing says so of the number that the variable becomes: <c>var last = i == n - 1;</c></summary>
    private void KeepComparisons(Path merged, Path a, Path b, int variable, Entity number)
    {
        if (!a.Variables.TryGet(variable, out var mine) || !b.Variables.TryGet(variable, out var theirs) || mine.Single is not { } before || theirs.Single is not { } arriving)
            return;
        KeepComparisons(merged, a, b, variable, number, before, arriving);
    }

    private void KeepComparisons(Path merged, Path a, Path b, int variable, Entity number, Ref before, Ref arriving) =>
        a.Variables.AnyChange(b.Variables, (slot, flag, other) =>
        {
            if (slot != variable && ComparisonOf(flag, before) is { } comparison && comparison.Equals(ComparisonOf(other, arriving)))
                merged.Variables = merged.Variables.Set(slot, Value.OfEntity((comparison.IsLeft
                    ? _entities.Computed(comparison.Operation, number.Id, 0, comparison.With, comparison.Offset)
                    : _entities.Computed(comparison.Operation, comparison.With, comparison.Offset, number.Id, 0)).Id));
            return false;
        });

    /// <summary>How a flag compares the number, and with what; null for any other value.</summary>
    private (string Operation, bool IsLeft, int With, long Offset)? ComparisonOf(Value flag, Ref number)
    {
        if (flag.Single is not { OffsetEntity: 0, Offset: 0 } place || number.OffsetEntity != 0
            || _entities[place.Entity] is not { Kind: EntityKind.Computed, Payload: ValueTuple<string, long, long, int> (var operation, var left, var right, _) } compared
            || operation is not (nameof(BinaryOperatorKind.Equals) or nameof(BinaryOperatorKind.NotEquals) or nameof(BinaryOperatorKind.LessThan)
                or nameof(BinaryOperatorKind.LessThanOrEqual) or nameof(BinaryOperatorKind.GreaterThan) or nameof(BinaryOperatorKind.GreaterThanOrEqual)))
            return null;
        return compared.A == number.Entity && left == number.Offset ? (operation, true, (int)compared.B, right)
            : compared.B == number.Entity && right == number.Offset ? (operation, false, compared.A, left) : null;
    }
}
