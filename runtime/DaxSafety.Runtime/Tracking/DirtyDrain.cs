namespace DaxSafety.Tracking;

/// <summary>One take in flight: bits that are cleared and not yet durable. Pooled by <see cref="DirtyDrains"/>.</summary>
internal sealed class DirtyDrain(long endOfData)
{
    internal DirtyRuns Runs { get; } = new(endOfData);

    /// <summary>Ascending in the order of the takes; 0 when not in use. Tells a stale handle from a live one.</summary>
    internal long Ticket { get; set; }

    /// <summary>What this take was asked for and reached; it may hold more than what was dirty.</summary>
    internal DirtyRange Covered { get; set; }

    /// <summary>How many takes of the tree had failed when this one began.</summary>
    internal long FailuresBefore { get; set; }

    /// <summary>The thread that took, to turn waiting for oneself into an exception.</summary>
    internal int Owner { get; set; }
}
