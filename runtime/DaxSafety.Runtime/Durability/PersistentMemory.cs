using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <summary>
/// Makes stores to mapped files durable, whatever is behind the address: <see cref="Persist(void*, nuint)"/> is always right,
/// and the parts it is made of are there for batches. Everything here takes plain addresses and keeps no state of them.
/// </summary>
public static unsafe partial class PersistentMemory
{
    /// <summary>
    /// The instruction with which cache lines are written back here.
    /// <para>Thread safety: safe from any thread. Allocation: none after the first use.</para>
    /// </summary>
    public static WriteBackInstruction Instruction => LineCode.Instance.Best;

    /// <summary>
    /// How many bytes are written back together here: the processor's cache line, in bytes; 64 where there is no instruction.
    /// <para>Thread safety: safe from any thread. Allocation: none after the first use.</para>
    /// </summary>
    public static int LineSize { get; } = LineCode.Instance.LineSize;

    /// <summary>
    /// Makes the bytes of a mapped range durable: every store to it that this thread can see before the call survives a power
    /// cut once the call has returned. <paramref name="length"/> is in bytes; an empty range is nothing to do.
    /// <para>Thread safety: safe from any thread, also on one range at a time.</para>
    /// <para>Allocation: none on Linux; on Windows and macOS a file handle for the time of the call.</para>
    /// <para>Durability: in a direct-access mapping that this library knows (a map of its own, or one adopted as
    /// <see cref="DirectAccessRegion"/>) by cache-line write-back and fence; everywhere else at page granularity, by
    /// msync(2) with MS_SYNC on Linux, FlushViewOfFile and FlushFileBuffers on Windows, msync and F_FULLFSYNC on macOS. As durable as the file system is: one that lives in memory keeps nothing.</para>
    /// </summary>
    /// <param name="address">Start of the range, at any alignment, inside a shared mapping of a file.</param>
    /// <param name="length">Length of the range in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range runs past the end of the address space.</exception>
    /// <exception cref="ArgumentException">The range is not mapped, or it is private memory, which no file ever sees.</exception>
    /// <exception cref="IOException">The system refused; nothing may be taken as durable, by a second try neither.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Persist(void* address, nuint length)
    {
        PersistGranularity granularity = DirectAccessRegions.GranularityOf(address, length);
        if (granularity == PersistGranularity.Page)
        {
            PersistPages(address, length);
            return;
        }

        if (granularity == PersistGranularity.CacheLine)
            CacheLineFlush.WriteBack(address, length);
        CacheLineFlush.Fence();
    }

    /// <summary>Makes a span of mapped memory durable, as <see cref="Persist(void*, nuint)"/> does.</summary>
    /// <inheritdoc cref="Persist(void*, nuint)"/>
    /// <param name="mapped">Bytes of a shared mapping of a file; managed memory here is a mistake that the system reports.</param>
    public static void Persist(ReadOnlySpan<byte> mapped)
    {
        fixed (byte* address = mapped)
            Persist(address, (nuint)mapped.Length);
    }

    /// <summary>Makes one value in mapped memory durable, as <see cref="Persist(void*, nuint)"/> does.</summary>
    /// <inheritdoc cref="Persist(void*, nuint)"/>
    /// <param name="value">A value that lies in a shared mapping of a file.</param>
    public static void Persist<T>(ref readonly T value)
        where T : unmanaged
    {
        fixed (T* address = &value)
            Persist(address, (nuint)sizeof(T));
    }

    /// <summary>
    /// Starts writing back every cache line that the range touches, without waiting; the next <see cref="Fence"/> waits.
    /// <paramref name="length"/> is in bytes. Where this processor has no such instruction the range is made durable at page
    /// granularity at once.
    /// <para>Thread safety: safe from any thread; the fence must be made by the same thread.</para>
    /// <para>Allocation: none.</para>
    /// <para>Durability: none before the fence, and on a page-cache mapping none after it either: the bytes are then in memory,
    /// not on the medium. Use <see cref="Persist(void*, nuint)"/> unless the mapping is known to be direct access.</para>
    /// </summary>
    /// <param name="address">Start of the range, at any alignment; it must be mapped.</param>
    /// <param name="length">Length of the range in bytes.</param>
    public static void WriteBack(void* address, nuint length)
    {
        if (CacheLineFlush.IsAvailable)
            CacheLineFlush.WriteBack(address, length);
        else
            PageFlush.Flush(new AddressRange(address, length), null);
    }

    /// <summary>Starts writing back every cache line of a span, as <see cref="WriteBack(void*, nuint)"/> does.</summary>
    /// <inheritdoc cref="WriteBack(void*, nuint)"/>
    /// <param name="mapped">Bytes of a direct-access mapping.</param>
    public static void WriteBack(ReadOnlySpan<byte> mapped)
    {
        fixed (byte* address = mapped)
            WriteBack(address, (nuint)mapped.Length);
    }

    /// <summary>
    /// Waits until what this thread has written back or copied past the cache is in the persistence domain, and orders it
    /// before every later store.
    /// <para>Thread safety: speaks for the calling thread only. Allocation: none.</para>
    /// <para>Durability: completes <see cref="WriteBack(void*, nuint)"/>; by itself it makes nothing durable.</para>
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence() => CacheLineFlush.Fence();

    /// <summary>
    /// What a store to a range of <paramref name="length"/> bytes needs to survive a power cut: the coarsest grain in it.
    /// <para>Thread safety: safe from any thread. Allocation: none for a map of this library or an adopted region; otherwise
    /// /proc/self/smaps is read and parsed, which takes milliseconds. Ask once per mapping.</para>
    /// <para>Durability: says what is needed, does nothing. An answer finer than Page holds as long as the range stays mapped.</para>
    /// <para>Source: 'sf' in the VmFlags of smaps (Linux: proc.rst), persistence_domain of the region (sysfs-bus-nd). Other
    /// systems do not say, and there the answer is Page, which is always right.</para>
    /// </summary>
    /// <param name="address">Start of the range.</param>
    /// <param name="length">Length of the range in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range runs past the end of the address space.</exception>
    public static PersistGranularity GranularityOf(void* address, nuint length)
    {
        PersistGranularity known = DirectAccessRegions.GranularityOf(address, length);
        return known == PersistGranularity.Page ? DirectAccessProbe.GranularityOf(new AddressRange(address, length)) : known;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PersistPages(void* address, nuint length)
    {
        AddressRange range = new(address, length);
        if (length == 0)
            return;
        MappingProbe.RequireShared(range, nameof(address));
        PageFlush.Flush(range, null);
    }
}
