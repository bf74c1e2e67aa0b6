using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <summary>
/// Collects marks that lie close together and publishes them a leaf word (4 KiB of data) at a time. For a writer that
/// fills a page or appends to a log: one interlocked OR where the tree alone would need 64.
/// </summary>
/// <remarks>
/// <para><b>Durability.</b> A mark counts from <see cref="Publish"/> on, or from the first mark in another 4 KiB: a persist before
/// that does not cover it. Publish, or dispose, before you persist. Nothing is lost by publishing late, it is only dirty later.</para>
/// <para><b>Thread safety.</b> One cursor, one thread; any number of cursors on a shared tree. Allocates nothing.</para>
/// </remarks>
public ref struct DirtyCursor
{
    private readonly DirtyTree _tree;
    private long _word;
    private ulong _bits;

    internal DirtyCursor(DirtyTree tree)
    {
        _tree = tree;
        _word = -1;
    }

    /// <summary>Marks one line. The store must come before the call in program order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The line lies beyond the tree.</exception>
    /// <exception cref="ObjectDisposedException">The tree is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(LineIndex line)
    {
        if (!_tree.Holds(line))
            _tree.ThrowOutside(line.Range);
        if (line.Value >> 6 != _word)
            MoveTo(line.Value >> 6);
        _bits |= 1UL << (int)line.Value;
    }

    /// <summary>Puts what is collected into the tree.</summary>
    /// <exception cref="ObjectDisposedException">The tree is disposed.</exception>
    public void Publish()
    {
        ulong bits = _bits;
        _bits = 0;
        if (bits != 0)
            _tree.MarkWord(_word, bits);
        _word = -1;
    }

    /// <summary>As <see cref="Publish"/>.</summary>
    public void Dispose() => Publish();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveTo(long word)
    {
        Publish();
        _word = word;
    }
}
