namespace DaxSafety;

/// <content>Growing and shrinking.</content>
public sealed unsafe partial class DurableMap
{
    /// <summary>
    /// Makes the file and the map <paramref name="length"/> bytes long. What is dirty is persisted first; new bytes are zero and
    /// allocated. The map may move: spans and <see cref="Address"/> of before must no longer be used.
    /// <para>Thread safety: waits for persists and holds up new ones; no other thread may read or write meanwhile.</para>
    /// <para>Allocation: a new mapping and a new tree, before the old ones go.</para>
    /// <para>Durability: on return the new length and the storage survive a power cut, and so does everything written before.</para>
    /// </summary>
    /// <param name="length">New length in bytes, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive.</exception>
    /// <exception cref="IOException">The disk is full, or the system refused, or the map is poisoned. The map is still there and as
    /// long as it was, unless the file could not be mapped again after shrinking: then it is disposed.</exception>
    /// <exception cref="NotSupportedException">The map is read-only, or the file grew coarser than required.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [Persists]
    public void Resize(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        RequireWritable();
        ObjectDisposedException.ThrowIf(!_gate.Close(forGood: false), this);
        try
        {
            PersistInside(new DirtyRange(0, _length));
            if (length > _length)
                Grow(length);
            else if (length < _length)
                Shrink(length);
        }
        finally
        {
            _gate.Reopen();
        }
    }

    private void Grow(long length)
    {
        DurableFile.SetLength(_file, length);
        FileMapping oldMapping = _mapping;
        Attach(length);
        oldMapping.Dispose();
    }

    /// <summary>The old mapping goes first: nobody may touch its end once the file is shorter, and Windows refuses to cut a mapped file.</summary>
    private void Shrink(long length)
    {
        Detach();
        _mapping.Dispose();
        DurableFile.SetLength(_file, length);
        Attach(length);
    }
}
