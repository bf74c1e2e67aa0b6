namespace DaxSafety;

/// <summary>
/// A direct-access mapping that other code made (a P/Invoked mmap with MAP_SYNC, a native library), made known to
/// <see cref="PersistentMemory"/> so that it persists the range by cache lines and not by asking the operating system. Without it
/// such a mapping is persisted at page granularity: as safe, and slower. A mapping cannot be asked what it is on every call,
/// and its addresses may mean another file as soon as it is unmapped; so the caller says how long it lasts.
/// </summary>
public sealed unsafe class DirectAccessRegion : IDisposable
{
    private readonly AddressRange _range;
    private int _disposed;

    private DirectAccessRegion(AddressRange range, PersistGranularity granularity)
    {
        _range = range;
        Granularity = granularity;
        DirectAccessRegions.Add(range, granularity);
    }

    /// <summary>What a store to the range needs to be durable: Byte or CacheLine.</summary>
    public PersistGranularity Granularity { get; }

    /// <summary>
    /// Asks the kernel what backs the range and, when it is direct access, treats it so until this object is disposed.
    /// <paramref name="length"/> is in bytes.
    /// <para>Thread safety: safe from any thread. Allocation: reads and parses /proc/self/smaps, milliseconds; once per mapping.</para>
    /// <para>Durability: none by itself. Dispose before unmapping the range: a later mapping at the same addresses would be
    /// persisted by cache lines, whatever it is.</para>
    /// </summary>
    /// <param name="address">Start of the range.</param>
    /// <param name="length">Length of the range in bytes; not zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is zero, or the range runs past the end of the address space.</exception>
    /// <exception cref="NotSupportedException">The range is not direct access as a whole, or this is not Linux.</exception>
    public static DirectAccessRegion Adopt(void* address, nuint length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        AddressRange range = new(address, length);
        PersistGranularity granularity = DirectAccessProbe.GranularityOf(range);
        if (granularity == PersistGranularity.Page)
            throw new NotSupportedException(
                $"{range} is not a direct-access mapping as a whole (MAP_SYNC, 'sf' in its VmFlags), or this processor has no "
                + "instruction to write a cache line back. It can be persisted at page granularity, without adopting it.");
        return new DirectAccessRegion(range, granularity);
    }

    /// <summary>Forgets the region; the mapping itself stays. Safe to call more than once.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            DirectAccessRegions.Remove(_range);
    }
}
