namespace DaxSafety;

/// <summary>
/// Bytes of a <see cref="DurableMap"/> being written in place. Disposing it says that the stores are done and marks them dirty;
/// it does not persist them. It is a ref struct so that it cannot outlive the method that writes.
/// </summary>
/// <typeparam name="T">What the bytes are written as.</typeparam>
public ref struct MapWrite<T>
    where T : unmanaged
{
    private readonly long _offset;
    private DirtyTree? _tree;

    internal MapWrite(DirtyTree? tree, Span<T> span, long offset)
    {
        _tree = tree;
        Span = span;
        _offset = offset;
    }

    /// <summary>The bytes of the map themselves, so indexing it costs what indexing any span does. Not to be used after the scope's end: what is stored then is not marked.</summary>
    [Mapped]
    public readonly Span<T> Span { get; }

    /// <summary>Marks the bytes dirty; a second call does nothing. Allocation: none. Durability: none.</summary>
    public unsafe void Dispose()
    {
        _tree?.MarkRange(new DirtyRange(_offset, (long)Span.Length * sizeof(T)));
        _tree = null;
    }
}
