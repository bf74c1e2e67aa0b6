using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DaxSafety.Tracking;

namespace DaxSafety;

/// <summary>
/// Remembers which 64-byte lines of a file or mapping have been written and are not yet durable, and finds them again in
/// time proportional to how many there are, however large the mapping is.
/// </summary>
/// <remarks>
/// <para>The idea is the Linux page cache's: a radix tree whose upper nodes carry the marks of what is below, and a second
/// mark, TOWRITE, that freezes what one flush is to write so that a busy writer cannot keep it going. Here the tree is
/// implicit: bitmaps, 512 children to a node, addresses computed instead of chased. The guide is docs/tracker.md.</para>
/// <para><b>The one rule: mark after the store.</b> A mark made before the store can be taken by a persist that writes the
/// line back before the store arrives.</para>
/// <para><b>Thread safety.</b> <see cref="DirtyTreeSharing.Shared"/>: every member but <see cref="Dispose"/> from any thread at
/// any time. <see cref="DirtyTreeSharing.Exclusive"/>: one thread at a time.</para>
/// <para><b>Memory.</b> Reserves 1/512 of <see cref="Length"/> (and a little) as address space; a page of it is committed when
/// a line in its 2 MiB is first marked. Ranges up to 16 TiB.</para>
/// </remarks>
public sealed partial class DirtyTree : IDisposable
{
    /// <summary>The longest range a tree covers, in bytes: 16 TiB.</summary>
    public const long MaxLength = 1L << 44;

    private readonly DirtyLevels _levels;
    private readonly DirtyDrains _drains;
    private readonly bool _exclusive;

    /// <summary>The number of lines; 0 once disposed, so that one comparison answers both questions.</summary>
    private long _lineCount;

    /// <summary>Creates a tree with nothing marked for <paramref name="length"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is not between 1 and <see cref="MaxLength"/>.</exception>
    /// <exception cref="OutOfMemoryException">The address space for the bitmaps cannot be reserved.</exception>
    public DirtyTree(long length, DirtyTreeSharing sharing = DirtyTreeSharing.Shared)
        : this(length, sharing, forceCommit: false, DirtyDrains.MostRangesOfAStep)
    {
    }

    internal DirtyTree(long length, DirtyTreeSharing sharing, bool forceCommit, int mostRanges)
    {
        if (length <= 0 || length > MaxLength)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"A tree covers 1 to {MaxLength} bytes.");
        Length = length;
        Sharing = sharing;
        _exclusive = sharing == DirtyTreeSharing.Exclusive;
        _lineCount = (length + LineIndex.Size - 1) >> LineIndex.SizeShift;
        _levels = new DirtyLevels(_lineCount, forceCommit);
        _drains = new DirtyDrains(_levels, length, _exclusive) { MostRanges = mostRanges };
    }

    /// <summary>How much the tree covers, in bytes.</summary>
    public long Length { get; }

    /// <summary>Who may call the tree at the same time.</summary>
    public DirtyTreeSharing Sharing { get; }

    /// <summary>Everything the tree covers.</summary>
    public DirtyRange All => new(0, Length);

    internal DirtyLevels Levels => _levels;

    /// <summary>Marks one line dirty. The store must come before the call in program order.</summary>
    /// <remarks>
    /// Thread safety: see the type; never blocks. Allocates nothing. Durability: none by itself. On return every later
    /// persist of the line, by any thread that knows of this call, covers the store.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The line lies beyond <see cref="Length"/>.</exception>
    /// <exception cref="ObjectDisposedException">The tree is disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(LineIndex line)
    {
        if ((ulong)line.Value >= (ulong)_lineCount)
            ThrowOutside(line.Range);
        if (_exclusive)
            _levels.MarkExclusive(line.Value);
        else
            _levels.MarkShared(line.Value);
    }

    /// <summary>Marks every line that holds a byte of <paramref name="range"/> (in bytes).</summary>
    /// <remarks>As <see cref="Mark"/>; long ranges cost a fence and one store per 4 KiB. An empty range marks nothing.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside <see cref="Length"/>.</exception>
    /// <exception cref="ObjectDisposedException">The tree is disposed.</exception>
    public void MarkRange(DirtyRange range)
    {
        Check(range);
        if (range.IsEmpty)
            return;
        long first = DirtyDrains.FirstLine(range), last = DirtyDrains.LastLine(range);
        if (_exclusive)
            _levels.MarkLinesExclusive(first, last);
        else
            _levels.MarkLinesShared(first, last);
    }

    /// <summary>A cursor for marks that lie close together: one interlocked OR per 4 KiB of data instead of per line.</summary>
    /// <remarks>Marks of the cursor count from its <see cref="DirtyCursor.Publish"/> on. Allocates nothing.</remarks>
    public DirtyCursor Cursor() => new(this);

    /// <summary>Forgets all marks, as when the whole file has been made durable by other means. Waits for takes in flight.</summary>
    public void Clear()
    {
        ThrowIfDisposed();
        DirtyDrain drain;
        do
            drain = _drains.Take(All, int.MaxValue);
        while (!_drains.Complete(drain, drain.Ticket));
    }

    /// <summary>Gives the memory back. A mark that races with it is harmless; later calls throw.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _lineCount, 0);
        _levels.Dispose();
    }

    internal void MarkWord(long word, ulong bits)
    {
        if ((ulong)word << 6 >= (ulong)_lineCount)
            ThrowOutside(new DirtyRange(word << 12, 4096));
        if (_exclusive)
            _levels.MarkWordExclusive(word, bits);
        else
            _levels.MarkWordShared(word, bits);
    }

    internal bool Holds(LineIndex line) => (ulong)line.Value < (ulong)_lineCount;

    private void Check(DirtyRange range)
    {
        if (range.Offset < 0 || range.Length < 0 || range.Length > Length || range.Offset > Length - range.Length || _lineCount == 0)
            ThrowOutside(range);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _lineCount) == 0, this);

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void ThrowOutside(DirtyRange range)
    {
        ThrowIfDisposed();
        throw new ArgumentOutOfRangeException(nameof(range), $"Offset {range.Offset}, length {range.Length}: outside of the {Length} bytes of the tree.");
    }
}
