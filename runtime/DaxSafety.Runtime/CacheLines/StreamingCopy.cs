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

    /// <summary>From how many bytes on the source is fetched ahead, and how far; half and twice as far were measured slower.</summary>
    private const nuint LongCopy = 16384, Ahead = 2048;

    /// <summary>Whether non-temporal stores are known here to be completed by the fence, which is so on x64.</summary>
    public static bool IsAvailable => Sse2.IsSupported && CacheLineFlush.IsAvailable;

    /// <summary>Copies; durable on direct access after the next fence. The ranges may overlap.</summary>
    public static void Copy(byte* from, byte* to, nuint length)
    {
        if (!IsAvailable || Overlap(from, to, length))
            CopyThroughCache(from, to, length);
        else if (Line512.IsSupported)
            Copy<Line512>(from, to, length);
        else if (Line256.IsSupported)
            Copy<Line256>(from, to, length);
        else
            Copy<Line128>(from, to, length);
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

    internal static void Copy<TVector>(byte* from, byte* to, nuint length)
        where TVector : struct, ILineVector
    {
        if ((((nuint)to | length) & (Line - 1)) == 0)
            CopyLines<TVector>(from, to, length);
        else
            CopyWithEnds<TVector>(from, to, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyWithEnds<TVector>(byte* from, byte* to, nuint length)
        where TVector : struct, ILineVector
    {
        nuint head = (nuint)(-(nint)to) & (Line - 1);
        if (length < head + Line)
        {
            CopyThroughCache(from, to, length);
            return;
        }

        // The ends first, both stored before either is written back: their lines are fetched at once, and on their way while the
        // middle goes past the cache. The other way round was measured a tenth slower at 4 KiB.
        nuint tail = (length - head) & (Line - 1);
        CopyEnd(from, to, head);
        CopyEnd(from + length - tail, to + length - tail, tail);
        CacheLineFlush.WriteBack(to, head);
        CacheLineFlush.WriteBack(to + length - tail, tail);
        CopyLines<TVector>(from + head, to + head, length - head - tail);
    }

    /// <summary>
    /// Less than a line, in place: the copy waits for the fence of the one before it, so a call would be felt. Two loads and two
    /// stores, which overlap where the length is no power of two.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyEnd(byte* from, byte* to, nuint length)
    {
        if (length >= 32)
        {
            (Vector256<byte> first, Vector256<byte> last) = (Vector256.Load(from), Vector256.Load(from + length - 32));
            first.Store(to);
            last.Store(to + length - 32);
        }
        else if (length >= 16)
        {
            (Vector128<byte> first, Vector128<byte> last) = (Vector128.Load(from), Vector128.Load(from + length - 16));
            first.Store(to);
            last.Store(to + length - 16);
        }
        else if (length >= 8)
        {
            (ulong first, ulong last) = (*(ulong*)from, *(ulong*)(from + length - 8));
            *(ulong*)to = first;
            *(ulong*)(to + length - 8) = last;
        }
        else
        {
            for (nuint i = 0; i < length; i++)
                to[i] = from[i];
        }
    }

    /// <summary>
    /// Whole lines only. Loads that straddle two lines get in the way of the stores just before them, so from a source that is not
    /// aligned as the destination is eight are made at a time; from one that is, line by line is a little faster. A long copy, whose
    /// source is in no near cache, fetches it ahead.
    /// </summary>
    /// <remarks>
    /// Compiled once and for all: the compiler would otherwise lay the loop out for the lengths that it happens to see first, and
    /// run a long copy that comes first in its slowest tier.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CopyLines<TVector>(byte* from, byte* to, nuint length)
        where TVector : struct, ILineVector
    {
        byte* end = to + length;
        if (length >= LongCopy)
        {
            for (byte* endOfEights = to + (length & ~(8 * Line - 1)); to < endOfEights; to += 8 * Line, from += 8 * Line)
            {
                FetchEightLines(from + Ahead);
                TVector.CopyEightLines(from, to);
            }
        }
        else if (((nuint)from & (Line - 1)) != 0)
        {
            for (byte* endOfEights = to + (length & ~(8 * Line - 1)); to < endOfEights; to += 8 * Line, from += 8 * Line)
                TVector.CopyEightLines(from, to);
        }

        for (; to < end; to += Line, from += Line)
            TVector.CopyLine(from, to);
    }

    /// <summary>Beyond the end of the source it is in vain, and harmless: a prefetch never faults.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchEightLines(byte* from)
    {
        Sse.Prefetch0(from);
        Sse.Prefetch0(from + 64);
        Sse.Prefetch0(from + 128);
        Sse.Prefetch0(from + 192);
        Sse.Prefetch0(from + 256);
        Sse.Prefetch0(from + 320);
        Sse.Prefetch0(from + 384);
        Sse.Prefetch0(from + 448);
    }

    internal static void Fill<TVector>(byte* to, nuint length, byte value)
        where TVector : struct, ILineVector
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
        for (; to < end; to += Line)
            TVector.FillLine(to, value);
        nuint tail = length & (Line - 1);
        if (tail != 0)
            FillThroughCache(to, tail, value);
    }

    private static void CopyThroughCache(byte* from, byte* to, nuint length)
    {
        Buffer.MemoryCopy(from, to, length, length);
        PersistentMemory.WriteBack(to, length);
    }

    private static void FillThroughCache(byte* to, nuint length, byte value)
    {
        NativeMemory.Fill(to, length, value);
        PersistentMemory.WriteBack(to, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Overlap(byte* from, byte* to, nuint length)
        => (nuint)(to - from) < length || (nuint)(from - to) < length;
}
