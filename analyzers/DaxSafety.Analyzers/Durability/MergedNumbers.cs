namespace DaxSafety.Analyzers.Durability;

/// <summary>What variables hold where groups of paths meet that hold different numbers.</summary>
internal sealed partial class PathMerger
{
    /// <summary>A counter that a loop keeps raising ends as "at least its first value", so that <c>if (count > 0)</c> is still understood.</summary>
    private Value JoinNumbers(int holder, Value a, Value b)
    {
        var joined = Value.Join(a, b);
        // The largest so far may be what it began with or what it has kept since.
        if (ReferenceEquals(joined, a))
            return joined;
        bool isCounter = joined.Refs.Length == 1, isSum = false;
        var constants = 0;
        foreach (var place in joined.Refs)
        {
            if (_entities[place.Entity] is { Kind: EntityKind.AtLeast, Payload: EntityTable.Kept })
                return joined;
            isCounter |= _entities[place.Entity].Kind == EntityKind.AtLeast;
            isSum |= joined.Refs.Length > 1 && _entities[place.Entity].Kind == EntityKind.Computed;
            constants += place.IsConstant ? 1 : 0;
        }
        // Nothing in common but that both are at least something: 0 or 1 for a counter that is set back, or a falling one would never settle.
        isCounter |= (constants > 2 && _numbers.IsComputed(holder)) || _numbers.IsLimited(holder);
        if (isCounter && Lowest(a) is { } mine && Lowest(b) is { } theirs)
        {
            // Below 0 by the way it was made, and not below it where a test has just said so.
            if (theirs < 0 && theirs < mine)
                theirs = Least(_theirs, b);
            return theirs < LowestCount ? Value.Untracked : AtLeast(holder, theirs >= mine ? mine : Math.Min(theirs, 1));
        }
        // A sum that grows in a loop would be followed round by round.
        if (!isSum && !_numbers.IsLimited(holder))
            return joined;
        var (least, other) = (Least(_mine, a), Least(_theirs, b));
        return least >= LowestCount && other >= LowestCount ? AtLeast(holder, other >= least ? least : Math.Min(other, 1)) : isSum && _inLoop ? Value.Untracked : joined;
    }

    /// <summary>Where a falling counter ends that is asked for at least 0 before each step: below, it is lost.</summary>
    private const long LowestCount = -4;

    private long Least(Path path, Value value) => value.Refs.Min(place => place.IsConstant || MayBeNumber(place) ? _numbers.RangeOf(path, place).Low : long.MinValue);

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
}
