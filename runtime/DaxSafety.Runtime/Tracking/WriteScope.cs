namespace DaxSafety;

/// <summary>
/// A piece of a mapping that is being written. It marks its lines when it ends, so that the mark cannot come before the store
/// and cannot be forgotten. Use it with <c>using</c>.
/// </summary>
/// <remarks>One thread. Allocates nothing. Durability: none; persist afterwards.</remarks>
public readonly ref struct WriteScope
{
    private readonly DirtyTree _tree;
    private readonly DirtyRange _range;

    internal WriteScope(DirtyTree tree, DirtyRange range, Span<byte> span)
    {
        _tree = tree;
        _range = range;
        Span = span;
    }

    /// <summary>The bytes to write.</summary>
    [Mapped]
    public Span<byte> Span { get; }

    /// <summary>Marks the whole range dirty. Ending a scope twice marks twice, which does no harm.</summary>
    public void Dispose() => _tree?.MarkRange(_range);
}
