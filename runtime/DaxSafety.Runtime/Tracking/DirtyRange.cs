namespace DaxSafety;

/// <summary>A run of bytes, from the start of a file or mapping.</summary>
/// <remarks>
/// The currency between whoever marks, the tree and whoever makes durable. The tree hands out ranges that start on a line,
/// are as long as possible and never touch each other; the last one is cut at the end of what the tree covers.
/// </remarks>
/// <param name="Offset">The first byte, in bytes from the start.</param>
/// <param name="Length">How many bytes; 0 is an empty range.</param>
public readonly record struct DirtyRange(long Offset, long Length)
{
    /// <summary>The byte after the last one, in bytes from the start.</summary>
    public long End => Offset + Length;

    /// <summary>Whether the range holds no byte.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The range from one byte up to, not including, another (both in bytes).</summary>
    public static DirtyRange Between(long start, long end) => new(start, end - start);

    /// <summary>Whether the two ranges share a byte.</summary>
    public bool Overlaps(DirtyRange other) =>
        Offset < other.End && other.Offset < End && Length > 0 && other.Length > 0;

    /// <summary>Whether every byte of <paramref name="other"/> lies in this range.</summary>
    public bool Contains(DirtyRange other) => Offset <= other.Offset && other.End <= End;

    /// <summary>The bytes both ranges hold; empty when there are none.</summary>
    public DirtyRange Intersect(DirtyRange other)
    {
        long start = Math.Max(Offset, other.Offset);
        return Between(start, Math.Max(start, Math.Min(End, other.End)));
    }

    /// <summary>The range grown outward to multiples of <paramref name="granularity"/> (in bytes, a power of two).</summary>
    public DirtyRange RoundOut(long granularity) =>
        IsEmpty ? this : Between(Offset & -granularity, (End + granularity - 1) & -granularity);

    /// <summary>The same bytes, counted from a start that lies <paramref name="bytes"/> earlier.</summary>
    public DirtyRange Shift(long bytes) => this with { Offset = Offset + bytes };

    /// <summary>The range, as <c>[first byte, byte after the last)</c>.</summary>
    public override string ToString() => $"[{Offset}, {End})";
}
