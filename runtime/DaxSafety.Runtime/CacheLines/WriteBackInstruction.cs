namespace DaxSafety;

/// <summary>The instruction this processor has for writing a cache line back to memory, the best one first when several are there.</summary>
public enum WriteBackInstruction
{
    /// <summary>None can be used: every mapping is treated as page granularity.</summary>
    None = 0,

    /// <summary>x64 <c>clflush</c>: evicts the line, and each waits for the one before.</summary>
    ClFlush = 1,

    /// <summary>x64 <c>clflushopt</c>: evicts the line, in any order.</summary>
    ClFlushOpt = 2,

    /// <summary>x64 <c>clwb</c>: may keep the line in the cache, in any order.</summary>
    ClWb = 3,

    /// <summary>ARM64 <c>dc cvap</c>: cleans the line to the point of persistence.</summary>
    DcCvap = 4,
}
