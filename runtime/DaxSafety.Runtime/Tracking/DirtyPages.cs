using System.Numerics;

namespace DaxSafety;

/// <summary>
/// Line ranges seen as pages: grown to page boundaries and joined where they then touch. What msync, FlushViewOfFile and
/// the page cache need, which know no lines.
/// </summary>
/// <remarks>A view, computed while it is enumerated; allocates nothing. The last range may end beyond the data.</remarks>
public ref struct DirtyPages
{
    private readonly ReadOnlySpan<DirtyRange> _ranges;
    private readonly long _pageSize;
    private int _next;

    /// <summary>Views <paramref name="ranges"/> (ascending, in bytes) as pages of <paramref name="pageSize"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The page size is not a power of two of at least 4096.</exception>
    public DirtyPages(ReadOnlySpan<DirtyRange> ranges, int pageSize)
    {
        CheckPageSize(pageSize);
        _ranges = ranges;
        _pageSize = pageSize;
    }

    /// <summary>The current run of whole pages, in bytes.</summary>
    public DirtyRange Current { get; private set; }

    /// <summary>Starts anew.</summary>
    public readonly DirtyPages GetEnumerator() => new(_ranges, (int)_pageSize);

    /// <summary>Moves to the next run of pages.</summary>
    public bool MoveNext()
    {
        if (_next >= _ranges.Length)
            return false;
        DirtyRange pages = _ranges[_next++].RoundOut(_pageSize);
        while (_next < _ranges.Length && _ranges[_next].Offset <= pages.End)
            pages = DirtyRange.Between(pages.Offset, Math.Max(pages.End, _ranges[_next++].RoundOut(_pageSize).End));
        Current = pages;
        return true;
    }

    internal static void CheckPageSize(int pageSize)
    {
        if (pageSize < 4096 || !BitOperations.IsPow2(pageSize))
            throw new ArgumentOutOfRangeException(nameof(pageSize), pageSize, "A page is a power of two of at least 4096 bytes.");
    }
}
