using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DaxSafety;

/// <content>Copies and fills that go past the processor's cache.</content>
public static unsafe partial class PersistentMemory
{
    /// <summary>
    /// Copies bytes into a mapping past the processor's cache, without waiting; the next <see cref="Fence"/> waits.
    /// <para>Thread safety: safe from any thread; the fence must be made by the same thread. Allocation: none.</para>
    /// <para>Durability: as of <see cref="WriteBack(void*, nuint)"/>: none before the fence, and on a page-cache mapping none
    /// after it either. <see cref="CopyAndPersist"/> is right on every mapping. A power cut in between may leave any part of it.</para>
    /// </summary>
    /// <param name="source">What to copy; it may overlap the destination.</param>
    /// <param name="destination">Where to, at any alignment; as many bytes must be mapped and writable.</param>
    public static void Copy(ReadOnlySpan<byte> source, void* destination)
        => StreamingCopy.Copy(ref MemoryMarshal.GetReference(source), (byte*)destination, (nuint)source.Length);

    /// <summary>
    /// Copies bytes into a mapping and makes them durable.
    /// <para>Thread safety: safe from any thread. Allocation: as <see cref="Persist(void*, nuint)"/>.</para>
    /// <para>Durability: the copy survives a power cut on return, whatever backs the destination. It is not atomic: a power cut
    /// before the return may leave any part of it.</para>
    /// </summary>
    /// <param name="source">What to copy; it may overlap the destination.</param>
    /// <param name="destination">Where to, at any alignment, inside a shared mapping of a file.</param>
    /// <exception cref="ArgumentException">The destination is not mapped, or private memory, which no file ever sees; then
    /// nothing has been copied.</exception>
    /// <exception cref="IOException">The system refused; nothing may be taken as durable.</exception>
    public static void CopyAndPersist(ReadOnlySpan<byte> source, void* destination)
    {
        if (DirectAccessRegions.NewestHolds(destination, (nuint)source.Length))
        {
            StreamingCopy.Copy(ref MemoryMarshal.GetReference(source), (byte*)destination, (nuint)source.Length);
            CacheLineFlush.Fence();
        }
        else
        {
            CopyAndPersistAnywhere(source, destination);
        }
    }

    /// <summary>
    /// Sets every byte of a range past the processor's cache, without waiting; the next <see cref="Fence"/> waits.
    /// <para>Thread safety, allocation, durability: as <see cref="Copy"/>.</para>
    /// </summary>
    /// <param name="destination">Start of the range, at any alignment; it must be mapped and writable.</param>
    /// <param name="length">Length of the range in bytes.</param>
    /// <param name="value">What every byte becomes.</param>
    public static void Fill(void* destination, nuint length, byte value)
        => StreamingCopy.Fill((byte*)destination, length, value);

    /// <summary>
    /// Sets every byte of a range and makes it durable.
    /// <para>Thread safety, allocation, durability: as <see cref="CopyAndPersist"/>.</para>
    /// </summary>
    /// <param name="destination">Start of the range, at any alignment, inside a shared mapping of a file.</param>
    /// <param name="length">Length of the range in bytes.</param>
    /// <param name="value">What every byte becomes.</param>
    /// <exception cref="ArgumentException">The destination is not mapped, or private memory, which no file ever sees; then
    /// nothing has been changed.</exception>
    /// <exception cref="IOException">The system refused; nothing may be taken as durable.</exception>
    public static void FillAndPersist(void* destination, nuint length, byte value)
    {
        if (DirectAccessRegions.GranularityOf(destination, length) != PersistGranularity.Page)
        {
            StreamingCopy.Fill((byte*)destination, length, value);
            CacheLineFlush.Fence();
        }
        else if (length != 0)
        {
            AddressRange range = new(destination, length);
            MappingProbe.RequireShared(range, nameof(destination));
            NativeMemory.Fill(destination, length, value);
            PageFlush.Flush(range, null);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyAndPersistAnywhere(ReadOnlySpan<byte> source, void* destination)
    {
        AddressRange range = new(destination, (nuint)source.Length);
        if (DirectAccessRegions.GranularityOf(destination, range.Length) != PersistGranularity.Page)
        {
            Copy(source, destination);
            CacheLineFlush.Fence();
        }
        else if (range.Length != 0)
        {
            MappingProbe.RequireShared(range, nameof(destination));
            source.CopyTo(new Span<byte>(destination, source.Length));
            PageFlush.Flush(range, null);
        }
    }
}
