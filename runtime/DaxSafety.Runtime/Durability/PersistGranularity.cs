namespace DaxSafety;

/// <summary>
/// What a store to a mapping still needs to survive a power cut, from least to most. The order is meaningful: a smaller value
/// is a finer, cheaper grain.
/// </summary>
public enum PersistGranularity
{
    /// <summary>The processor's caches are inside the persistence domain (eADR): a fence is enough.</summary>
    Byte = 0,

    /// <summary>Direct access: the cache lines must be written back, then a fence.</summary>
    CacheLine = 1,

    /// <summary>The page cache is in between, or nothing better is known: only the operating system can make it durable.</summary>
    Page = 2,
}
