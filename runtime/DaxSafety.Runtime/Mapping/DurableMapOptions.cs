namespace DaxSafety;

/// <summary>How a <see cref="DurableMap"/> is to be opened. It is read once, when the map is.</summary>
public sealed class DurableMapOptions
{
    /// <summary>Map for reading only: nothing can be written, and nothing persisted. Default false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// The coarsest grain the program can live with. Where the mapping turns out coarser, opening it fails at once, instead of
    /// every persist being slower than the design allows. Default <see cref="PersistGranularity.Page"/>: anything will do.
    /// </summary>
    public PersistGranularity RequiredGranularity { get; init; } = PersistGranularity.Page;

    /// <summary>How the map knows what is dirty. Default <see cref="MapTracking.Marks"/>.</summary>
    public MapTracking Tracking { get; init; }

    /// <summary>Who may write through the map at the same time, when it tracks. Default <see cref="DirtyTreeSharing.Shared"/>.</summary>
    public DirtyTreeSharing Sharing { get; init; } = DirtyTreeSharing.Shared;

    /// <summary>
    /// Keep the pages of a page-cache map small: Linux otherwise gathers them in blocks of up to 2 MiB, and writes a whole block
    /// for one dirty byte, 8 to 10 times slower for scattered writes. It also stops read-ahead, so turn it off for a map that
    /// is read or written from end to end. No effect on direct access and on other systems. Default true.
    /// </summary>
    public bool SmallPages { get; init; } = true;
}
