namespace DaxSafety;

/// <summary>What makes bytes durable, as the tree sees it: the tree knows which bytes, the sink knows how.</summary>
/// <remarks>The tree makes no system call and moves no cache line; it only keeps the promise that no mark is lost.</remarks>
public interface IDirtyRangeSink
{
    /// <summary>
    /// Makes every given range durable before it returns: writes back and fences. Throws when it cannot say that all of them
    /// are; the tree then marks all of them dirty again.
    /// </summary>
    /// <remarks>
    /// Called from any thread that persists. Calls may run at the same time, but never for the same byte. Stores to the ranges
    /// may go on meanwhile: their marks are kept for the next persist.
    /// </remarks>
    /// <param name="ranges">Ascending, not touching each other, in bytes from the start of what the tree covers.</param>
    void MakeDurable(ReadOnlySpan<DirtyRange> ranges);
}
