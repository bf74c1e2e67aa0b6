namespace DaxSafety;

/// <summary>
/// What a diagnostic carries for its fixes and for SARIF, beside its locations. The whole contract between rules and fixes:
/// a fix reads these and decides nothing about durability itself.
/// </summary>
internal static class DiagnosticKeys
{
    /// <summary>What is mapped, as source text that names it where the diagnostic stands: <c>view</c>, <c>_store.View</c>. Absent when no such text exists.</summary>
    public const string Mapping = "dax.mapping";

    /// <summary>What <see cref="Mapping"/> is: <c>accessor</c>, <c>stream</c>, <c>pointer</c>, <c>span</c>, <c>map</c> (the runtime's), or <c>other</c>.</summary>
    public const string MappingKind = "dax.mapping.kind";

    /// <summary>Source text of the written range's start, in bytes from the mapping's start. Present only when it can be repeated after the write.</summary>
    public const string Offset = "dax.offset";

    /// <summary>Source text of the written range's length in bytes. Present only together with <see cref="Offset"/>.</summary>
    public const string Length = "dax.length";

    /// <summary>The steps from the write to the unflushed exit, one per line: <c>line 31: 'ok' is false</c>.</summary>
    public const string Path = "dax.path";

    /// <summary>For DAX1001: where the exits that miss the flush begin in the text, all of them, by commas: <c>310,422</c>.</summary>
    public const string Exits = "dax.exits";

    /// <summary>For DAX1002: what else the same member writes to the same thing, start and length, by commas: <c>310+14,422+9</c>.</summary>
    public const string OtherWrites = "dax.other-writes";

    /// <summary>Present when a writer or a stream over the mapping holds the bytes back: only its own flush is a fix.</summary>
    public const string HeldBack = "dax.held-back";

    /// <summary>Present when it was written through a stream whose own flush, and that of what lies over it, does nothing to the mapping.</summary>
    public const string Unflushed = "dax.unflushed";

    /// <summary>For DAX1007: present when a <c>catch</c> swallows the failure, and absent when a result is dropped.</summary>
    public const string Swallowed = "dax.swallowed";

    /// <summary>The operating system the code targets: <c>linux</c>, <c>windows</c>, <c>macos</c> or <c>any</c>.</summary>
    public const string TargetOs = "dax.target-os";

    /// <summary>For DAX1003: why the flush is weak: <c>ms-async</c>, <c>msync-flags</c>, <c>stream-flush</c>, <c>view-flush</c>, <c>view-not-flushed-first</c>, <c>dispose</c>.</summary>
    public const string Weakness = "dax.weakness";

    /// <summary>Present, and how the view starts, when the base library's own flush of the view can miss its last page (DAX1010): that flush is no fix then.</summary>
    public const string MissesTail = "dax.misses-tail";
}
