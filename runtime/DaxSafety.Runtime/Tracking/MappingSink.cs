using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <summary>
/// Makes ranges of a file durable through one mapping of it: line by line and one fence where the mapping is direct access,
/// else one flush over everything from the first range to the last. The kernel skips clean pages in between, and each flush of
/// its own would cost a device flush.
/// </summary>
internal sealed unsafe class MappingSink(AddressRange mapping, long fileOffset, PersistGranularity granularity, SafeFileHandle? file) : IDirtyRangeSink
{
    internal PersistGranularity Granularity => granularity;

    public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
    {
        if (granularity == PersistGranularity.Page)
        {
            PageFlush.Flush(Addresses(DirtyRange.Between(ranges[0].Offset, ranges[^1].End)), file);
            return;
        }

        if (granularity == PersistGranularity.CacheLine)
        {
            foreach (DirtyRange range in ranges)
            {
                AddressRange lines = Addresses(range);
                CacheLineFlush.WriteBack(lines.Start, lines.Length);
            }
        }

        CacheLineFlush.Fence();
    }

    /// <summary>A line at the edge of the mapping may lie half outside: only what is inside is ours to touch.</summary>
    private AddressRange Addresses(DirtyRange range)
    {
        DirtyRange inside = range.Intersect(new DirtyRange(fileOffset, (long)mapping.Length));
        return new AddressRange(mapping.Start + (inside.Offset - fileOffset), (nuint)inside.Length);
    }
}
