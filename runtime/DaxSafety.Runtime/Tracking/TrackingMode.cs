namespace DaxSafety;

/// <summary>How a <see cref="DirtyTracker"/> comes to know what has been written.</summary>
public enum TrackingMode
{
    /// <summary>
    /// For code that marks nothing: <see cref="KernelScan"/> where its self-test passes, else <see cref="WholeRange"/>.
    /// </summary>
    Automatic,

    /// <summary>The program says what it has written: <see cref="DirtyTracker.MarkDirty"/> after the store, or a scope.</summary>
    Marks,

    /// <summary>
    /// Every write goes through <see cref="DirtyTracker.BeginWrite"/>. A range is marked when its scope opens and again when it
    /// ends, so that a scope that never ends leaves its lines dirty too; marks beside the scopes are refused.
    /// </summary>
    Scopes,

    /// <summary>
    /// The kernel says which pages have been written, through any pointer, by any code of this process (Linux 6.7 and later).
    /// Costs a page fault of 1.5 to 5 us at the first write of a page after each persist, 0.3 to 1.2 ms per GiB for a scan, and
    /// 8 bytes of page table per page. Does not see pwrite, other processes or other mappings. Not on direct access.
    /// </summary>
    KernelScan,

    /// <summary>Nothing is known: every persist of a range makes all of it durable.</summary>
    WholeRange,
}
