namespace DaxSafety.Tests.Tracking.Protocol;

/// <summary>The wrong ways to write the protocol. Each must be seen to lose a line, or the explorer proves nothing.</summary>
public enum Flaw
{
    None,

    /// <summary>The mark comes before the store it stands for.</summary>
    MarkBeforeStore,

    /// <summary>A plain load says that the line is marked already, so no interlocked OR, so no fence.</summary>
    CheckBeforeSet,

    /// <summary>Plain OR instead of an interlocked one: the exclusive mode beside a flusher on another thread.</summary>
    PlainOr,

    /// <summary>Summaries are looked at only by whoever finds the word zero.</summary>
    SummaryOnlyWhenWordWasZero,

    /// <summary>The upper summary is looked at only by whoever finds the lower one clear.</summary>
    UpperSummaryOnlyWhenLowerWasClear,

    /// <summary>The flusher clears the leaf before its summary.</summary>
    LeafFirst,

    /// <summary>The flusher clears after it has written back: the race that Linux had until 4.10.</summary>
    ClearAfterWriteBack,

    /// <summary>A persist that finds nothing marked does not ask whether somebody is still writing.</summary>
    NoWaitForTakesInFlight,

    /// <summary>Two takes of one line write at the same time, and the older value arrives last.</summary>
    TwoWriteOneLine,

    /// <summary>Write-back without the fence that completes it.</summary>
    NoFence,

    /// <summary>A failed flush does not mark its lines again.</summary>
    NoRemark,

    /// <summary>A failed flush marks again only after the others have been told that it is gone.</summary>
    RemarkAfterRelease,

    /// <summary>Who has waited for a take that failed does not take again.</summary>
    NoRetryAfterForeignFailure,

    /// <summary>The lock-free look does not ask for takes in flight.</summary>
    QuickLookIgnoresInFlight,

    /// <summary>The lock-free look does not make sure at its end that no take has begun.</summary>
    QuickLookWithoutRecheck,

    /// <summary>A take of a part clears the summary and does not put it back for the rest.</summary>
    PartForgetsSummary,
}
