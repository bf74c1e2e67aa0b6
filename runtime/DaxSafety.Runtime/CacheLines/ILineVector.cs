using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DaxSafety;

/// <summary>
/// Moves whole cache lines past the cache with vectors of one width. A type for each width, so that one loop serves all and
/// the compiler makes of it what a hand-written one would be.
/// </summary>
internal unsafe interface ILineVector
{
    static abstract bool IsSupported { get; }

    /// <summary>Copies one 64-byte line; the destination is aligned to it.</summary>
    static abstract void CopyLine(byte* from, byte* to);

    /// <summary>Copies eight lines, all loads before all stores as far as registers go: memory likes its reads and writes in bursts.</summary>
    static abstract void CopyEightLines(byte* from, byte* to);

    /// <summary>Fills one 64-byte line; the destination is aligned to it.</summary>
    static abstract void FillLine(byte* to, byte value);
}

internal readonly unsafe struct Line512 : ILineVector
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyLine(byte* from, byte* to) => Vector512.Load(from).StoreAlignedNonTemporal(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyEightLines(byte* from, byte* to)
    {
        Vector512<byte> a = Vector512.Load(from), b = Vector512.Load(from + 64);
        Vector512<byte> c = Vector512.Load(from + 128), d = Vector512.Load(from + 192);
        Vector512<byte> e = Vector512.Load(from + 256), f = Vector512.Load(from + 320);
        Vector512<byte> g = Vector512.Load(from + 384), h = Vector512.Load(from + 448);
        a.StoreAlignedNonTemporal(to);
        b.StoreAlignedNonTemporal(to + 64);
        c.StoreAlignedNonTemporal(to + 128);
        d.StoreAlignedNonTemporal(to + 192);
        e.StoreAlignedNonTemporal(to + 256);
        f.StoreAlignedNonTemporal(to + 320);
        g.StoreAlignedNonTemporal(to + 384);
        h.StoreAlignedNonTemporal(to + 448);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FillLine(byte* to, byte value) => Vector512.Create(value).StoreAlignedNonTemporal(to);
}

internal readonly unsafe struct Line256 : ILineVector
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyLine(byte* from, byte* to)
    {
        Vector256<byte> low = Vector256.Load(from), high = Vector256.Load(from + 32);
        low.StoreAlignedNonTemporal(to);
        high.StoreAlignedNonTemporal(to + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyEightLines(byte* from, byte* to)
    {
        CopyFourLines(from, to);
        CopyFourLines(from + 256, to + 256);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyFourLines(byte* from, byte* to)
    {
        Vector256<byte> a = Vector256.Load(from), b = Vector256.Load(from + 32);
        Vector256<byte> c = Vector256.Load(from + 64), d = Vector256.Load(from + 96);
        Vector256<byte> e = Vector256.Load(from + 128), f = Vector256.Load(from + 160);
        Vector256<byte> g = Vector256.Load(from + 192), h = Vector256.Load(from + 224);
        a.StoreAlignedNonTemporal(to);
        b.StoreAlignedNonTemporal(to + 32);
        c.StoreAlignedNonTemporal(to + 64);
        d.StoreAlignedNonTemporal(to + 96);
        e.StoreAlignedNonTemporal(to + 128);
        f.StoreAlignedNonTemporal(to + 160);
        g.StoreAlignedNonTemporal(to + 192);
        h.StoreAlignedNonTemporal(to + 224);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FillLine(byte* to, byte value)
    {
        Vector256<byte> half = Vector256.Create(value);
        half.StoreAlignedNonTemporal(to);
        half.StoreAlignedNonTemporal(to + 32);
    }
}

internal readonly unsafe struct Line128 : ILineVector
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyLine(byte* from, byte* to)
    {
        Vector128<byte> a = Vector128.Load(from), b = Vector128.Load(from + 16);
        Vector128<byte> c = Vector128.Load(from + 32), d = Vector128.Load(from + 48);
        a.StoreAlignedNonTemporal(to);
        b.StoreAlignedNonTemporal(to + 16);
        c.StoreAlignedNonTemporal(to + 32);
        d.StoreAlignedNonTemporal(to + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyEightLines(byte* from, byte* to)
    {
        for (int line = 0; line < 512; line += 64)
            CopyLine(from + line, to + line);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FillLine(byte* to, byte value)
    {
        Vector128<byte> quarter = Vector128.Create(value);
        quarter.StoreAlignedNonTemporal(to);
        quarter.StoreAlignedNonTemporal(to + 16);
        quarter.StoreAlignedNonTemporal(to + 32);
        quarter.StoreAlignedNonTemporal(to + 48);
    }
}
