using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

        nuint tail = (length - head) & (Line - 1);

        // The ends are fetched while the middle is written past the cache, and written back after it.
        Sse.Prefetch0(to);
        Sse.Prefetch0(to + length - 1);
        CopyLines<TVector>(from + head, to + head, length - head - tail);
        if (head != 0)
            CopyThroughCache(from, to, head);
        if (tail != 0)
            CopyThroughCache(from + length - tail, to + length - tail, tail);
    }

    /// <summary>Whole lines only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLines<TVector>(byte* from, byte* to, nuint length)
        where TVector : struct, ILineVector
    {
        byte* end = to + length;
        for (byte* endOfEights = to + (length & ~(8 * Line - 1)); to < endOfEights; to += 8 * Line, from += 8 * Line)
            TVector.CopyEightLines(from, to);
        for (; to < end; to += Line, from += Line)
            TVector.CopyLine(from, to);
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
