using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DaxSafety;

/// <summary>
/// Copies and fills so that the bytes need only a fence afterwards: whole lines go past the cache by non-temporal stores, the
/// partial lines at both ends are stored and written back. That is faster than an ordinary copy and a write-back at every size
/// from a line up, because no line is read before it is overwritten, and none is stored twice.
/// </summary>
internal static unsafe class StreamingCopy
{
    private const nuint Line = X64LineCode.LineSize;

    /// <summary>From how many bytes on neither side of a copy can be in a cache, so that both halves are copied at once.</summary>
    internal const nuint LongCopy = 32 << 20;

    private const nuint Page = 4096;

    /// <summary>Whether non-temporal stores are known here to be completed by the fence, which is so on x64.</summary>
    public static bool IsAvailable => Sse2.IsSupported && CacheLineFlush.IsAvailable;

    /// <summary>Copies; durable on direct access after the next fence. The ranges may overlap.</summary>
    public static void Copy(ref byte from, byte* to, nuint length)
    {
        if (!IsAvailable || Overlap(ref from, to, length))
            CopyThroughCache(ref from, to, length);
        else if (Line512.IsSupported)
            Copy<Line512>(ref from, to, length);
        else if (Line256.IsSupported)
            Copy<Line256>(ref from, to, length);
        else
            Copy<Line128>(ref from, to, length);
    }

    /// <summary>Fills; durable on direct access after the next fence.</summary>
    public static void Fill(byte* to, nuint length, byte value)
    {
        if (!IsAvailable)
            FillThroughCache(to, length, value);
        else if (Line512.IsSupported)
            Fill<Line512>(to, length, value);
        else if (Line256.IsSupported)
            Fill<Line256>(to, length, value);
        else
            Fill<Line128>(to, length, value);
    }

    internal static void Copy<TLine>(ref byte from, byte* to, nuint length)
        where TLine : struct, ICacheLine<TLine>
    {
        if ((((nuint)to | length) & (Line - 1)) != 0)
            CopyWithEnds<TLine>(ref from, to, length);
        else if (length < LongCopy)
            CopyLines<TLine>(ref from, to, length);
        else
            CopyHalves<TLine>(ref from, to, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CopyWithEnds<TLine>(ref byte from, byte* to, nuint length)
        where TLine : struct, ICacheLine<TLine>
    {
        nuint head = (nuint)(-(nint)to) & (Line - 1);
        if (length < head + Line)
        {
            CopyThroughCache(ref from, to, length);
            return;
        }

        // The ends first, both stored before either is written back: their lines are fetched at once, and on their way while the
        // middle goes past the cache. The other way round was measured a tenth slower at 4 KiB.
        nuint tail = (length - head) & (Line - 1);
        CopyEnd(ref from, to, head);
        CopyEnd(ref Unsafe.Add(ref from, length - tail), to + length - tail, tail);
        CacheLineFlush.WriteBackLine(to + length - tail, tail);
        CacheLineFlush.WriteBackLine(to, head);
        Copy<TLine>(ref Unsafe.Add(ref from, head), to + head, length - head - tail);
    }

    /// <summary>
    /// Less than a line, in place: the copy waits for the fence of the one before it, so a call would be felt. Two loads and two
    /// stores, which overlap where the length is no power of two.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyEnd(ref byte from, byte* to, nuint length)
    {
        if (length >= 32)
        {
            (Vector256<byte> first, Vector256<byte> last) = (Vector256.LoadUnsafe(ref from), Vector256.LoadUnsafe(ref from, length - 32));
            first.Store(to);
            last.Store(to + length - 32);
        }
        else if (length >= 16)
        {
            (Vector128<byte> first, Vector128<byte> last) = (Vector128.LoadUnsafe(ref from), Vector128.LoadUnsafe(ref from, length - 16));
            first.Store(to);
            last.Store(to + length - 16);
        }
        else if (length >= 8)
        {
            ulong first = Unsafe.ReadUnaligned<ulong>(ref from), last = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, length - 8));
            Unsafe.WriteUnaligned(to, first);
            Unsafe.WriteUnaligned(to + length - 8, last);
        }
        else
        {
            for (nuint i = 0; i < length; i++)
                to[i] = Unsafe.Add(ref from, i);
        }
    }

    /// <summary>
    /// Whole lines only. Each is loaded before the one in front of it is stored: from a source that is not aligned as the destination
    /// is, a load just behind a store in its page would be taken for a load of what was stored, and wait.
    /// </summary>
    /// <remarks>
    /// Compiled once and for all: the compiler would otherwise lay the loop out for the lengths that it happens to see first, and
    /// run a long copy that comes first in its slowest tier.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CopyLines<TLine>(ref byte from, byte* to, nuint length)
        where TLine : struct, ICacheLine<TLine>
    {
        if (length == 0)
            return;
        nuint last = length - Line;
        TLine line = TLine.Load(ref from);
        for (nuint at = 0; at < last; at += Line)
        {
            TLine next = TLine.Load(ref Unsafe.Add(ref from, at + Line));
            line.StorePastCache(to + at);
            line = next;
        }

        line.StorePastCache(to + last);
    }

    /// <summary>
    /// Both halves of a long copy at once, so that twice as many pages of memory are at work, and each page of the destination
    /// looked up before it is reached, since a store past the cache waits for its translation. Together a third faster than from
    /// the first byte to the last; where the source is in a cache, a little slower.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CopyHalves<TLine>(ref byte from, byte* to, nuint length)
        where TLine : struct, ICacheLine<TLine>
    {
        nuint half = (length / 2) & ~(Page - 1);
        for (nuint page = 0; page < half; page += Page)
        {
            // Beyond the end it is in vain, and harmless: a prefetch never faults.
            Sse.Prefetch0(to + page + Page);
            Sse.Prefetch0(to + half + page + Page);
            for (nuint at = page; at < page + Page; at += Line)
            {
                TLine.Load(ref Unsafe.Add(ref from, at)).StorePastCache(to + at);
                TLine.Load(ref Unsafe.Add(ref from, half + at)).StorePastCache(to + half + at);
            }
        }

        CopyLines<TLine>(ref Unsafe.Add(ref from, 2 * half), to + 2 * half, length - 2 * half);
    }

    internal static void Fill<TLine>(byte* to, nuint length, byte value)
        where TLine : struct, ICacheLine<TLine>
    {
        nuint head = (nuint)(-(nint)to) & (Line - 1);
        if (head != 0)
        {
            head = nuint.Min(head, length);
            FillThroughCache(to, head, value);
            to += head;
            length -= head;
        }

        byte* end = to + (length & ~(Line - 1));
        for (TLine line = TLine.Of(value); to < end; to += Line)
            line.StorePastCache(to);
        nuint tail = length & (Line - 1);
        if (tail != 0)
            FillThroughCache(to, tail, value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyThroughCache(ref byte from, byte* to, nuint length)
    {
        fixed (byte* pinned = &from)
            Buffer.MemoryCopy(pinned, to, length, length);
        PersistentMemory.WriteBack(to, length);
    }

    private static void FillThroughCache(byte* to, nuint length, byte value)
    {
        NativeMemory.Fill(to, length, value);
        PersistentMemory.WriteBack(to, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Overlap(ref byte from, byte* to, nuint length)
    {
        nint distance = Unsafe.ByteOffset(ref *to, ref from);
        return (nuint)distance < length || (nuint)(-distance) < length;
    }
}
