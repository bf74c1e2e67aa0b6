using DaxSafety.Tracking;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Makes ranges of a file durable that were written through mappings which are closed since. On Linux an fsync of the file reaches them.
/// Of Windows and macOS no document says so of pages that nobody maps any more: there they are mapped again and flushed
/// as any view is, since all views of a file show the same pages.
/// </summary>
internal sealed class ClosedMappingSink(Func<SafeFileHandle?> openFile) : IDirtyRangeSink
{
    /// <summary>For tests: do on Linux what other systems need.</summary>
    internal bool AlwaysMap { get; init; } = !OperatingSystem.IsLinux();

    public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
    {
        using SafeFileHandle file = openFile() ?? throw new FileOutOfReachException(
            $"{ranges.Length} dirty ranges, the first at {ranges[0]}, belong to mappings that are closed, and no handle of the file can be had. They stay marked.", 0);
        DirtyRange hull = DirtyRange.Between(ranges[0].Offset, ranges[^1].End).Intersect(new DirtyRange(0, RandomAccess.GetLength(file)));
        if (AlwaysMap && !hull.IsEmpty)
            FlushThroughMapping(file, hull);
        else
            FileFlush.Flush(file, "the file");
    }

    private static unsafe void FlushThroughMapping(SafeFileHandle file, DirtyRange range)
    {
        try
        {
            using FileMapping mapping = FrameworkFileMapping.Map(file, range.End, new DurableMapOptions());
            PageFlush.Flush(new AddressRange(mapping.Address + range.Offset, (nuint)range.Length), file);
        }
        catch (UnauthorizedAccessException refusal)
        {
            throw new FileOutOfReachException(
                $"{range} of the file was written through mappings that are closed, and the file cannot be mapped again for writing "
                + $"({refusal.Message}). It stays marked.", refusal.HResult);
        }
    }
}
