using DaxSafety.Tracking;

namespace DaxSafety;

/// <summary>From dirty to durable, and what is dirty now.</summary>
public sealed partial class DirtyTree
{
    /// <summary>Makes everything marked durable through <paramref name="sink"/>; returns how many lines that were.</summary>
    /// <inheritdoc cref="Persist(DirtyRange, IDirtyRangeSink)" path="/remarks"/>
    public long Persist(IDirtyRangeSink sink) => Persist(All, sink);

    /// <summary>
    /// Makes the marked lines of <paramref name="range"/> (in bytes) durable through <paramref name="sink"/>; returns how many
    /// lines that were.
    /// </summary>
    /// <remarks>
    /// <para>On return everything that was marked in the range before the call is durable, whoever made it so: where another
    /// persist has taken a line of this range and is still writing it, this call waits for it, and for nothing else. Marks
    /// made meanwhile are kept for the next persist and do not prolong this one.</para>
    /// <para>Thread safety: see the type. Allocation: none when nothing is dirty, and none once the list of ranges has its
    /// working size. When the sink throws, every line it was given is dirty again and the exception passes on.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside <see cref="Length"/>.</exception>
    /// <exception cref="InvalidOperationException">The calling thread itself holds a snapshot of a line in the range.</exception>
    /// <exception cref="ObjectDisposedException">The tree is disposed.</exception>
    public long Persist(DirtyRange range, IDirtyRangeSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        Check(range);
        return range.IsEmpty ? 0 : _drains.Persist(range, sink);
    }

    /// <summary>Moves every mark into a TOWRITE list, for callers that write back themselves.</summary>
    /// <inheritdoc cref="Snapshot(DirtyRange)" path="/remarks"/>
    public DirtySnapshot Snapshot() => Snapshot(All);

    /// <summary>Moves the marks of <paramref name="range"/> (in bytes) into a TOWRITE list, for callers that write back themselves.</summary>
    /// <remarks>
    /// Ends with <see cref="DirtySnapshot.Complete"/> once the ranges are durable; disposing without it marks them again.
    /// Until then a persist that overlaps one of the ranges waits; and this call waits for those that hold lines of its own. Allocates nothing when nothing is dirty and nothing in flight.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside <see cref="Length"/>.</exception>
    /// <exception cref="InvalidOperationException">The calling thread itself holds a snapshot of a line in the range.</exception>
    /// <exception cref="InsufficientMemoryException">There is no memory for the list; nothing has been taken.</exception>
    /// <exception cref="ObjectDisposedException">The tree is disposed.</exception>
    public DirtySnapshot Snapshot(DirtyRange range)
    {
        Check(range);
        return range.IsEmpty || _drains.IsClean(range) ? default : new DirtySnapshot(_drains, _drains.Take(range, int.MaxValue));
    }

    /// <summary>Whether nothing is marked. While others mark, an answer of a moment that may have passed.</summary>
    /// <remarks>Does not see lines that another thread has taken and is still writing back.</remarks>
    public bool IsEmpty
    {
        get
        {
            ThrowIfDisposed();
            return _levels.IsEmpty || !_levels.AnyDirty(0, _levels.LineCount - 1);
        }
    }

    /// <summary>How many lines are marked. Costs what visiting them costs.</summary>
    public long Count
    {
        get
        {
            ThrowIfDisposed();
            return _levels.CountLines(0, _levels.LineCount - 1);
        }
    }

    /// <summary>A picture of where the tree is dirty, as an SVG document; see <see cref="DirtyMap"/> for parts and for text.</summary>
    public string ToSvg() => DirtyMap.Of(this).ToSvg();

    internal long CountLines(long first, long last)
    {
        if (!Holds(new LineIndex(first)) || !Holds(new LineIndex(last)))
            ThrowOutside(DirtyRange.Between(first << LineIndex.SizeShift, (last + 1) << LineIndex.SizeShift));
        return _levels.CountLines(first, last);
    }

    /// <summary>Whether the line is marked.</summary>
    public bool IsDirty(LineIndex line)
    {
        if (!Holds(line))
            ThrowOutside(line.Range);
        return _levels.IsDirty(line.Value);
    }

    /// <summary>Whether a line that holds a byte of <paramref name="range"/> (in bytes) is marked.</summary>
    public bool IsDirty(DirtyRange range)
    {
        Check(range);
        return !range.IsEmpty && _levels.AnyDirty(DirtyDrains.FirstLine(range), DirtyDrains.LastLine(range));
    }

    /// <summary>How many pages of <paramref name="pageSize"/> bytes (a power of two, 4096 or more) hold a marked line.</summary>
    public long CountPages(int pageSize)
    {
        ThrowIfDisposed();
        DirtyPages.CheckPageSize(pageSize);
        return _levels.CountPages(pageSize / 4096);
    }

    /// <summary>The marked lines as ranges, as long as possible and ascending, without taking them. Allocates the list.</summary>
    public DirtyRange[] GetRanges()
    {
        ThrowIfDisposed();
        var runs = new DirtyRuns(Length);
        var sink = new DirtyRuns.Sink(runs);
        _levels.Walk<DirtyLevels.Look, DirtyRuns.Sink>(0, _levels.LineCount - 1, ref sink);
        runs.Finish();
        return runs.Ranges.ToArray();
    }
}
