namespace DaxSafety;

/// <summary>
/// Bytes of a <see cref="DurableMap"/> being written in place. Disposing it says that the stores are done and marks them dirty;
/// it does not persist them. It is a ref struct so that it cannot outlive the method that writes.
/// </summary>
public ref struct MapWrite
{
    private readonly long _offset;
    private DirtyTree? _tree;

    internal MapWrite(DirtyTree? tree, Span<byte> span, long offset)
    {
        _tree = tree;
        Span = span;
        _offset = offset;
    }

    /// <summary>The bytes of the map themselves. Not to be used after the scope's end: what is stored then is not marked.</summary>
    [Mapped]
    public readonly Span<byte> Span { get; }

    /// <summary>Marks the bytes dirty; a second call does nothing. Allocation: none. Durability: none.</summary>
    public void Dispose()
    {
        _tree?.MarkRange(new DirtyRange(_offset, Span.Length));
        _tree = null;
    }
}
