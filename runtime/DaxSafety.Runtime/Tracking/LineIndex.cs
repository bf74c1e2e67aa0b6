namespace DaxSafety;

/// <summary>The number of one 64-byte line, counted from the start of a file or mapping.</summary>
/// <remarks>
/// A type of its own because the tree is addressed in lines and everything around it in bytes: confusing the two is off by
/// a factor of 64 and stays silent. The line of the tree is always 64 bytes; on a processor with longer cache lines a mark
/// covers a part of a line, which is written back whole.
/// </remarks>
/// <param name="Value">How many whole lines lie before this one.</param>
public readonly record struct LineIndex(long Value) : IComparable<LineIndex>
{
    /// <summary>The length of a line, in bytes.</summary>
    public const int Size = 64;

    internal const int SizeShift = 6;

    /// <summary>The first byte of the line, in bytes from the start.</summary>
    public long Offset => Value << SizeShift;

    /// <summary>The bytes of the line.</summary>
    public DirtyRange Range => new(Offset, Size);

    /// <summary>The line that holds the byte at <paramref name="offset"/> (in bytes).</summary>
    public static LineIndex Of(long offset) => new(offset >> SizeShift);

    /// <summary>The line after this one.</summary>
    public LineIndex Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(LineIndex other) => Value.CompareTo(other.Value);

    /// <summary>Whether <paramref name="left"/> lies before <paramref name="right"/>.</summary>
    public static bool operator <(LineIndex left, LineIndex right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> lies after <paramref name="right"/>.</summary>
    public static bool operator >(LineIndex left, LineIndex right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or lies before it.</summary>
    public static bool operator <=(LineIndex left, LineIndex right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is <paramref name="right"/> or lies after it.</summary>
    public static bool operator >=(LineIndex left, LineIndex right) => left.Value >= right.Value;

    /// <summary>The index, as <c>line 17</c>.</summary>
    public override string ToString() => $"line {Value}";
}
