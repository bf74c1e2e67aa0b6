using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <content>Reading and writing.</content>
public sealed unsafe partial class DurableMap
{
    /// <summary>
    /// Reads a value <paramref name="offset"/> bytes from the start of the map, at any alignment.
    /// <para>Thread safety: as memory; a value of at most 8 bytes that is aligned to its size is never torn. Allocation: none.</para>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read<T>(long offset)
        where T : unmanaged
    {
        return sizeof(T) <= LongestQuickValue && (ulong)offset < (ulong)_quickReads
            ? Unsafe.ReadUnaligned<T>(_address + offset) : ReadChecked<T>(offset);
    }

    /// <summary>Copies bytes out of the map, from <paramref name="offset"/> bytes after its start.</summary>
    /// <inheritdoc cref="Read{T}(long)"/>
    public void Read(long offset, Span<byte> destination)
    {
        if (!RangeCheck.IsInside(offset, destination.Length, _length))
            ThrowOutside(offset, destination.Length);
        new ReadOnlySpan<byte>(_address + offset, destination.Length).CopyTo(destination);
    }

    /// <summary>
    /// <paramref name="length"/> bytes of the map as they are in memory, from <paramref name="offset"/> bytes after its start, without a
    /// copy. The span must not be used after <see cref="Resize"/> or <see cref="Dispose"/>: nothing would stop it.
    /// </summary>
    /// <inheritdoc cref="Read{T}(long)"/>
    public ReadOnlySpan<byte> View(long offset, int length) => View<byte>(offset, length);

    /// <summary>
    /// <paramref name="count"/> values of the map as they are in memory, from <paramref name="offset"/> bytes after its start, without a
    /// copy: one check for all of them, so a loop over the span costs what a loop over memory does. The span must not be used after
    /// <see cref="Resize"/> or <see cref="Dispose"/>: nothing would stop it.
    /// </summary>
    /// <inheritdoc cref="Read{T}(long)"/>
    public ReadOnlySpan<T> View<T>(long offset, int count)
        where T : unmanaged
    {
        if (!RangeCheck.IsInside(offset, (long)count * sizeof(T), _length))
            ThrowOutside(offset, (long)count * sizeof(T));
        return new ReadOnlySpan<T>(_address + offset, count);
    }

    /// <summary>
    /// Writes a value <paramref name="offset"/> bytes from the start of the map, at any alignment, and marks it dirty.
    /// <para>Thread safety: as memory; a value of at most 8 bytes that is aligned to its size is never torn, by a power cut
    /// neither. Allocation: none.</para>
    /// <para>Durability: none before a Persist that covers it has returned.</para>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not inside the map.</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [LeavesDirty]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<T>(long offset, T value)
        where T : unmanaged
    {
        if (sizeof(T) <= LongestQuickValue && (ulong)offset < (ulong)_quickWrites)
            Unsafe.WriteUnaligned(_address + offset, value);
        else
            WriteChecked(offset, value);
    }

    /// <summary>Copies bytes into the map, <paramref name="offset"/> bytes after its start, and marks them dirty.</summary>
    /// <inheritdoc cref="Write{T}(long, T)"/>
    [LeavesDirty]
    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        if (!RangeCheck.IsInside(offset, source.Length, _writable))
            ThrowOutside(offset, source.Length);
        source.CopyTo(new Span<byte>(_address + offset, source.Length));
        _tree?.MarkRange(new DirtyRange(offset, source.Length));
    }

    /// <summary>
    /// Gives <paramref name="length"/> bytes from <paramref name="offset"/> on to be written in place, and marks all of them dirty when
    /// the scope is disposed: after the stores, as it must be.
    /// <para>Thread safety: as memory. Allocation: none.</para>
    /// <para>Durability: none before a Persist that begins after the scope's end has returned. A persist while the scope is
    /// open may or may not cover what has been written so far.</para>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [LeavesDirty]
    public MapWrite<byte> BeginWrite(long offset, int length) => BeginWrite<byte>(offset, length);

    /// <summary>
    /// Gives <paramref name="count"/> values from <paramref name="offset"/> bytes after the start on to be written in place, and marks all of
    /// them dirty when the scope is disposed: after the stores, as it must be.
    /// </summary>
    /// <inheritdoc cref="BeginWrite(long, int)"/>
    [LeavesDirty]
    public MapWrite<T> BeginWrite<T>(long offset, int count)
        where T : unmanaged
    {
        if (!RangeCheck.IsInside(offset, (long)count * sizeof(T), _writable))
            ThrowOutside(offset, (long)count * sizeof(T));
        return new MapWrite<T>(_tree, new Span<T>(_address + offset, count), offset);
    }

    /// <summary>
    /// Says that <paramref name="length"/> bytes from <paramref name="offset"/> on have been written through <see cref="Address"/>. Call it
    /// after the stores: a mark that is made before them may be taken by a persist that does not yet see them. A map that does
    /// not track checks the range and has nothing to remember.
    /// <para>Thread safety: safe from any thread (one at a time when the map was opened exclusive). Allocation: none.</para>
    /// <para>Durability: none before a Persist that covers it has returned.</para>
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [LeavesDirty]
    public void MarkDirty(long offset, long length)
    {
        if (!RangeCheck.IsInside(offset, length, _writable))
            ThrowOutside(offset, length);
        _tree?.MarkRange(new DirtyRange(offset, length));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T ReadChecked<T>(long offset)
        where T : unmanaged
    {
        if (!RangeCheck.IsInside(offset, sizeof(T), _length))
            ThrowOutside(offset, sizeof(T));
        return Unsafe.ReadUnaligned<T>(_address + offset);
    }

    /// <summary>Not inlined: the mark is four hundred bytes of code, too many for every place that writes a value.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteChecked<T>(long offset, T value)
        where T : unmanaged
    {
        if (!RangeCheck.IsInside(offset, sizeof(T), _writable))
            ThrowOutside(offset, sizeof(T));
        Unsafe.WriteUnaligned(_address + offset, value);
        if (_tree is not { } tree)
            return;
        LineIndex first = LineIndex.Of(offset);
        if (LineIndex.Of(offset + sizeof(T) - 1) == first)
            tree.Mark(first);
        else
            tree.MarkRange(new DirtyRange(offset, sizeof(T)));
    }
}
