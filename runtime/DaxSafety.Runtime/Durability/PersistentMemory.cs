using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <summary>
/// Makes stores to mapped files durable, whatever is behind the address: <see cref="Persist(void*, nuint)"/> is always right,
/// and the parts it is made of are there for batches. Everything here takes plain addresses and keeps no state of them.
/// </summary>
public static unsafe class PersistentMemory
{
    /// <summary>
    /// The instruction with which cache lines are written back here.
    /// <para>Thread safety: safe from any thread. Allocation: none after the first use.</para>
    /// </summary>
    public static WriteBackInstruction Instruction => LineCode.Best;

    /// <summary>
    /// Makes the bytes of a mapped range durable: every store to it that this thread can see before the call survives a power
    /// cut once the call has returned. <paramref name="length"/> is in bytes; an empty range is nothing to do.
    /// <para>Thread safety: safe from any thread, also on one range at a time.</para>
    /// <para>Allocation: none on Linux; on Windows and macOS a file handle for the time of the call.</para>
    /// <para>Durability: at page granularity by msync(2) with MS_SYNC on Linux, FlushViewOfFile and FlushFileBuffers on
    /// Windows, msync and F_FULLFSYNC on macOS. As durable as the file system is: one that lives in memory keeps nothing.</para>
    /// </summary>
    /// <param name="address">Start of the range, at any alignment, inside a shared mapping of a file.</param>
    /// <param name="length">Length of the range in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range runs past the end of the address space.</exception>
    /// <exception cref="ArgumentException">The range is not mapped, or it is private memory, which no file ever sees.</exception>
    /// <exception cref="IOException">The system refused; nothing may be taken as durable, by a second try neither.</exception>
    public static void Persist(void* address, nuint length)
    {
        AddressRange range = new(address, length);
        if (length == 0)
            return;
        MappingProbe.RequireShared(range, nameof(address));
        PageFlush.Flush(range, null);
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
}
