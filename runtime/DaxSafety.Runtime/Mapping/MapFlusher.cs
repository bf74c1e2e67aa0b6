using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Makes ranges of one mapping durable by that mapping's grain. The dirty tree hands it what it has taken; a map that tracks
/// nothing hands it what it was asked for.
/// </summary>
internal sealed unsafe class MapFlusher(FileMapping mapping, SafeFileHandle file) : IDirtyRangeSink
{
    private volatile IOException? _failure;

    /// <summary>The first flush that failed: after it no flush of this mapping can vouch for anything.</summary>
    public IOException? Failure => _failure;

    /// <summary>For tests: stands in for the operating system's flush of pages.</summary>
    internal Action<AddressRange>? PageFlushOverride { get; set; }

    public void ThrowIfPoisoned()
    {
        if (_failure is { } before)
            throw new IOException(
                "An earlier flush of this map failed, and what it covered may be lost although the system now calls it clean. Open the "
                + "file anew and check or write again what was not acknowledged.", before);
    }

    public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
    {
        ThrowIfPoisoned();
        if (ranges.IsEmpty)
            return;
        if (mapping.Granularity == PersistGranularity.Page)
        {
            FlushPages(DirtyRange.Between(ranges[0].Offset, ranges[^1].End));
            return;
        }

        if (mapping.Granularity == PersistGranularity.CacheLine)
        {
            foreach (DirtyRange range in ranges)
                CacheLineFlush.WriteBack(mapping.Address + range.Offset, (nuint)range.Length);
        }

        CacheLineFlush.Fence();
    }

    /// <summary>
    /// One flush from the first to the last: the kernel skips the clean pages between for next to nothing, while every flush of
    /// its own costs an emptying of the device's cache.
    /// </summary>
    private void FlushPages(DirtyRange hull)
    {
        try
        {
            RequireStillThere();
            AddressRange range = new(mapping.Address + hull.Offset, (nuint)hull.Length);
            if (PageFlushOverride is { } stand)
                stand(range);
            else
                PageFlush.Flush(range, file);
        }
        catch (IOException failure)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
            throw;
        }
    }

    /// <summary>msync succeeds on pages that a truncation has taken away, and they are gone.</summary>
    private void RequireStillThere()
    {
        long now = RandomAccess.GetLength(file);
        if (now < mapping.Length)
            throw new IOException(
                $"The file was truncated to {now} bytes under a map of {mapping.Length}: what was written beyond is lost.");
    }
}
