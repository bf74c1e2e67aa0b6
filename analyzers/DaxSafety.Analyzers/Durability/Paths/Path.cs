using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>The numbers an entity or a test may still be: for a null test or another yes-or-no, 0 or 1.</summary>
internal readonly struct Span(long low, long high) : IEquatable<Span>
{
    public static readonly Span All = new(long.MinValue, long.MaxValue);
    public static readonly Span True = new(1, 1);
    public static readonly Span False = new(0, 0);

    public readonly long Low = low;
    public readonly long High = high;

    public bool IsEmpty => Low > High;

    public bool Holds(long number) => Low <= number && number <= High;

    public Span Within(Span other) => new(Math.Max(Low, other.Low), Math.Min(High, other.High));

    /// <summary>All that the sums of a number of each can be.</summary>
    public Span Plus(Span other) => new(Sum(Low, other.Low, long.MinValue), Sum(High, other.High, long.MaxValue));

    public Span Moved(long distance) => Plus(new Span(distance, distance));

    public Span Negated() => new(High == long.MaxValue ? long.MinValue : -High, Low == long.MinValue ? long.MaxValue : -Low);

    /// <summary>What is in either, but an end that has moved outwards goes to the next limit or gives way, so that no loop moves it for ever.</summary>
    public Span Widened(Span arriving) => new(
        arriving.Low >= Low ? Low : arriving.Low >= 1 ? 1 : arriving.Low >= 0 ? 0 : long.MinValue,
        arriving.High <= High ? High : arriving.High <= -1 ? -1 : arriving.High <= 0 ? 0 : arriving.High <= 1 ? 1 : long.MaxValue);

    private static long Sum(long a, long b, long unknown)
    {
        var sum = unchecked(a + b);
        return a == unknown || b == unknown || ((a ^ sum) & (b ^ sum)) < 0 ? unknown : sum;
    }

    public Span Around(Span other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    public bool Equals(Span other) => Low == other.Low && High == other.High;

    public override bool Equals(object? obj) => obj is Span other && Equals(other);

    public override int GetHashCode() => unchecked((int)(Low * 31 + High));
}

/// <summary>Stands for membership in a set.</summary>
internal readonly struct Present : IEquatable<Present>
{
    public bool Equals(Present other) => true;

    public override bool Equals(object? obj) => obj is Present;

    public override int GetHashCode() => 0;
}

/// <summary>
/// What holds on one group of paths: the variables, the objects, what is known of tested conditions, and how far every
/// write has come. The maps are persistent, so a copy is cheap; only a transfer changes a path, and only its own.
/// </summary>
internal sealed class Path
{
    /// <summary>Variables.</summary>
    public IntMap<Value> Variables;

    /// <summary>Fields that were assigned, by the number of (object, field).</summary>
    public IntMap<Value> Fields;

    /// <summary>Tests whose outcome is known, by the test's number.</summary>
    public IntMap<Span> Facts;

    /// <summary>Writes that are not durable yet.</summary>
    public IntMap<Status> Pending;

    /// <summary>Writes that have been made durable here.</summary>
    public IntMap<Present> Settled;

    /// <summary>Flushes performed on every path of the group.</summary>
    public IntMap<Present> Flushed;

    /// <summary>Entities whose memory has been given back on some path.</summary>
    public IntMap<Present> Released;

    /// <summary>A flush has failed on every path of the group: it goes on as after an exception.</summary>
    public bool Failed;

    /// <summary>Temporaries of the block that is being run.</summary>
    public Value?[] Temporaries = Array.Empty<Value?>();

    /// <summary>What the delegate that is being run is bound to.</summary>
    public Value? Bound;

    /// <summary>What the last call left in its out parameters.</summary>
    public Dictionary<int, Value>? Outs;

    /// <summary>A copy to read from while the path itself goes on; it shares the block's temporaries.</summary>
    public Path Snapshot() => (Path)MemberwiseClone();

    /// <summary>A copy that has forgotten some variables.</summary>
    public Path Without(int[] slots)
    {
        var copy = Clone();
        foreach (var slot in slots)
            copy.Variables = copy.Variables.Remove(slot);
        return copy;
    }

    public Path Clone()
    {
        var copy = (Path)MemberwiseClone();
        if (Temporaries.Length > 0)
            copy.Temporaries = (Value?[])Temporaries.Clone();
        copy.Outs = null;
        return copy;
    }

    /// <summary>A copy to run a block on.</summary>
    public Path AtBlock(int temporaries)
    {
        var copy = (Path)MemberwiseClone();
        copy.Temporaries = temporaries == 0 ? Array.Empty<Value?>() : new Value?[temporaries];
        copy.Outs = null;
        return copy;
    }

    /// <summary>Whether two groups differ only in what may be forgotten: their writes have come equally far.</summary>
    public bool SameProgress(Path other) =>
        Pending.Equals(other.Pending) && Released.Equals(other.Released) && Flushed.Equals(other.Flushed) && Settled.Equals(other.Settled) && Failed == other.Failed;

    public bool Same(Path other) =>
        SameProgress(other) && Variables.Equals(other.Variables) && Fields.Equals(other.Fields) && Facts.Equals(other.Facts)
        && SameTemporaries(other);

    /// <summary>The same results of what the block has computed so far; between blocks there are none.</summary>
    public bool SameTemporaries(Path other) => Temporaries.SequenceEqual(other.Temporaries);

    /// <summary>The same left by the last call in its out parameters.</summary>
    public bool SameOuts(Path other)
    {
        if (Outs is null || other.Outs is null || Outs.Count != other.Outs.Count)
            return Outs == other.Outs;
        foreach (var left in Outs)
            if (!other.Outs.TryGetValue(left.Key, out var theirs) || !left.Value.Equals(theirs))
                return false;
        return true;
    }
}

/// <summary>The groups of paths that reach one point, each told apart by what it knows and owes.</summary>
internal sealed class PathSet
{
    /// <param name="paths">Which nobody changes any more.</param>
    public PathSet(List<Path> paths) => Paths = paths;

    public List<Path> Paths { get; }
}
