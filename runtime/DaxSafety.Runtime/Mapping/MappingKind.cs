namespace DaxSafety;

/// <summary>What the operating system says lies behind a range of addresses.</summary>
internal enum MappingKind
{
    /// <summary>The system does not say; the caller is believed.</summary>
    Unknown,

    /// <summary>A file (or memory that is shared like one), and stores reach it.</summary>
    Shared,

    /// <summary>Copy-on-write or plain memory: no store ever reaches a file.</summary>
    Private,

    /// <summary>Some of the range is not mapped at all.</summary>
    Unmapped,
}
