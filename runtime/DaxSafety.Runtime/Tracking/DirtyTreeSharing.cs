namespace DaxSafety;

/// <summary>Who may call a <see cref="DirtyTree"/> at the same time.</summary>
public enum DirtyTreeSharing
{
    /// <summary>Any number of threads mark and persist at once. A mark costs one interlocked OR and a look at each summary.</summary>
    Shared,

    /// <summary>
    /// One thread at a time, for marks and for persists alike; the caller sees to it. Half the cost of a shared mark. It is not
    /// enough that only one thread <em>writes</em>: a plain OR beside a flusher on another thread loses lines, as the tests show.
    /// </summary>
    Exclusive,
}
