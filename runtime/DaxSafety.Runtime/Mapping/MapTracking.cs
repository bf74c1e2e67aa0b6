namespace DaxSafety;

/// <summary>How a <see cref="DurableMap"/> knows what to make durable when it is asked for everything.</summary>
public enum MapTracking
{
    /// <summary>
    /// Every write through the map, and every <see cref="DurableMap.MarkDirty"/>, marks its cache lines in a
    /// <see cref="DirtyTree"/>; a persist costs what was written. Stores through <see cref="DurableMap.Address"/> are not seen
    /// and must be marked.
    /// </summary>
    Marks = 0,

    /// <summary>
    /// Nothing is recorded: a persist makes the whole of the range it is given durable, or of the map. For a page-cache map
    /// the kernel then finds the dirty pages, in tens of microseconds; on direct access every line is written back, about 20 ms a GiB.
    /// </summary>
    None = 1,
}
