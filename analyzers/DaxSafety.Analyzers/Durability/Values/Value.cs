using System.Collections;
using System.Runtime.InteropServices;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// A place in an entity: <see cref="Offset"/> bytes (plus the number <see cref="OffsetEntity"/>) from its start,
/// <see cref="Length"/> bytes (plus <see cref="LengthEntity"/>) long. For a number the entity is the number's symbol and the
/// offset what is added to it; for a constant the entity is <see cref="EntityTable.Zero"/>.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Ref(int Entity, int OffsetEntity, long Offset, int LengthEntity, long Length)
{
    /// <summary>How many writers and streams that hold bytes back lie over the entity: what is written there is not in memory before one as far up passes it on.</summary>
    public int Layer { get; init; }

    /// <summary>The layer of a stream whose flush and end do nothing to the memory below; what lies over it is less far below zero.</summary>
    public const int Unflushed = -1000;

    /// <summary>In place of an offset's or length's entity: nothing is known.</summary>
    public const int Unknown = -1;

    public static Ref Whole(int entity) => new(entity, 0, 0, Unknown, 0);

    public static Ref Number(long value) => new(EntityTable.Zero, 0, value, Unknown, 0);

    public bool OffsetKnown => OffsetEntity != Unknown;

    public bool LengthKnown => LengthEntity != Unknown;

    public bool IsConstant => Entity == EntityTable.Zero && OffsetEntity == 0;

    public Ref Somewhere() => this with { OffsetEntity = Unknown, Offset = 0, LengthEntity = Unknown, Length = 0 };

    /// <summary>What is known of either of two places in one entity.</summary>
    public Ref Around(in Ref other)
    {
        var layer = Math.Min(Layer, other.Layer);
        return OffsetEntity != other.OffsetEntity || Offset != other.Offset ? Somewhere() with { Layer = layer }
            : LengthEntity == other.LengthEntity && Length == other.Length ? this with { Layer = layer }
            : this with { LengthEntity = Unknown, Length = 0, Layer = layer };
    }
}

/// <summary>What a variable may hold: a small set of places, at most one for each entity. Immutable.</summary>
internal sealed class Value : IEquatable<Value>
{
    private const int MostRefs = 4;

    /// <summary>Values are made all the time, and nearly all of them name one of the first things of a body, or a small number.</summary>
    private static readonly Value?[] Entities = new Value?[1024], Numbers = new Value?[256];

    public static readonly Value Untracked = new(new[] { Ref.Whole(EntityTable.Untracked) });
    public static readonly Value Null = new(new[] { Ref.Whole(EntityTable.Null) });

    private Value(Ref[] refs) => Refs = refs;

    /// <summary>Sorted by entity, then offset.</summary>
    public Ref[] Refs { get; }

    public static Value Of(Ref place) => new(new[] { place });

    public static Value OfEntity(int entity) =>
        entity < Entities.Length ? Entities[entity] ??= Of(Ref.Whole(entity)) : Of(Ref.Whole(entity));

    public static Value Constant(long number) =>
        number >= 0 && number < Numbers.Length ? Numbers[number] ??= Of(Ref.Number(number)) : Of(Ref.Number(number));

    public static Value OfRefs(IEnumerable<Ref> refs)
    {
        var sorted = refs.ToArray();
        if (sorted.Length == 0)
            return Untracked;
        Sort(sorted);
        return new Value(sorted);
    }

    /// <summary>The places of which the test is true; null when there are none.</summary>
    public Value? Only(Func<Ref, bool> test)
    {
        var count = 0;
        foreach (var place in Refs)
            if (test(place))
                count++;
        return count == Refs.Length ? this : count == 0 ? null : new Value(Array.FindAll(Refs, new Predicate<Ref>(test)));
    }

    /// <summary>The same set of things, each place changed in the same way.</summary>
    public Value Map(Func<Ref, Ref> change)
    {
        if (Refs.Length == 1)
        {
            var changed = change(Refs[0]);
            return changed == Refs[0] ? this : Of(changed);
        }
        var places = Array.ConvertAll(Refs, place => change(place));
        Sort(places);
        return new Value(places);
    }

    /// <summary>The same, so many layers further up.</summary>
    public Value OnLayer(int above) => Map(place => place.Entity > EntityTable.Untracked ? place with { Layer = place.Layer + above } : place);

    /// <summary>Without the places that a flush or the end of what lies there does nothing to.</summary>
    public Value Flushable => Array.TrueForAll(Refs, place => place.Layer >= 0) ? this : OfRefs(Refs.Where(place => place.Layer >= 0));

    public Ref? Single => Refs.Length == 1 ? Refs[0] : null;

    public bool IsUntracked => Refs.Length == 1 && Refs[0].Entity == EntityTable.Untracked;

    public long? AsConstant => Refs.Length == 1 && Refs[0].IsConstant ? Refs[0].Offset : null;

    public bool MayBe(int entity)
    {
        foreach (var place in Refs)
            if (place.Entity == entity)
                return true;
        return false;
    }

    /// <summary>What it is when it is not null: the places that can be memory, files or objects.</summary>
    public TargetList Targets => new(Refs);

    public static Value Join(Value a, Value b)
    {
        if (ReferenceEquals(a, b) || a.Holds(b))
            return a;
        // Nearly always one place and another.
        if (a.Refs.Length == 1 && b.Refs.Length == 1)
            return Join(a, a.Refs[0], b.Refs[0]);
        var merged = new Ref[a.Refs.Length + b.Refs.Length];
        var count = a.Refs.Length;
        Array.Copy(a.Refs, merged, count);
        foreach (var place in b.Refs)
            Add(merged, ref count, place);
        if (count > MostRefs)
            return Untracked;
        if (count < merged.Length)
            Array.Resize(ref merged, count);
        Sort(merged);
        var result = new Value(merged);
        return result.Equals(a) ? a : result;
    }

    private static Value Join(Value a, Ref mine, Ref theirs)
    {
        if (mine.Entity == theirs.Entity && mine.Entity != EntityTable.Zero)
        {
            var both = mine.Around(theirs);
            return both == mine ? a : Of(both);
        }
        return new Value(Compare(mine, theirs) > 0 ? new[] { theirs, mine } : new[] { mine, theirs });
    }

    /// <summary>They are few, and nearly in order.</summary>
    private static void Sort(Ref[] refs)
    {
        for (var i = 1; i < refs.Length; i++)
            for (var at = i; at > 0 && Compare(refs[at - 1], refs[at]) > 0; at--)
                (refs[at - 1], refs[at]) = (refs[at], refs[at - 1]);
    }

    private static int Compare(in Ref x, in Ref y) => x.Entity != y.Entity ? x.Entity.CompareTo(y.Entity) : x.Offset.CompareTo(y.Offset);

    public static Value JoinAll(IEnumerable<Value> values) => values.Aggregate(Join);

    private bool Holds(Value other)
    {
        foreach (var place in other.Refs)
            if (Array.IndexOf(Refs, place) < 0)
                return false;
        return true;
    }

    private static void Add(Ref[] refs, ref int count, Ref place)
    {
        for (var i = 0; i < count; i++)
        {
            var present = refs[i];
            if (present.Entity != place.Entity)
                continue;
            if (present == place)
                return;
            if (place.Entity == EntityTable.Zero)
                continue;
            refs[i] = present.Around(place);
            return;
        }
        refs[count++] = place;
    }

    public bool Equals(Value? other)
    {
        if (other is null || other.Refs.Length != Refs.Length)
            return false;
        for (var i = 0; i < Refs.Length; i++)
            if (Refs[i] != other.Refs[i])
                return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Value);

    public override int GetHashCode()
    {
        var hash = 17;
        foreach (var place in Refs)
            hash = unchecked(hash * 31 + place.GetHashCode());
        return hash;
    }
}

/// <summary>The places of a value that can be memory, files or objects. A struct, because a loop over them stands in every step.</summary>
internal readonly struct TargetList(Ref[] refs) : IEnumerable<Ref>
{
    public Enumerator GetEnumerator() => new(refs);

    public bool Any() => GetEnumerator().MoveNext();

    public bool Any(Func<Ref, bool> test)
    {
        foreach (var place in this)
            if (test(place))
                return true;
        return false;
    }

    public bool All(Func<Ref, bool> test)
    {
        foreach (var place in this)
            if (!test(place))
                return false;
        return true;
    }

    IEnumerator<Ref> IEnumerable<Ref>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public struct Enumerator(Ref[] refs) : IEnumerator<Ref>
    {
        private int _next;

        public readonly Ref Current => refs[_next - 1];

        readonly object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            while (_next < refs.Length)
                if (refs[_next++].Entity > EntityTable.Untracked)
                    return true;
            return false;
        }

        public void Reset() => _next = 0;

        public readonly void Dispose()
        {
        }
    }
}
