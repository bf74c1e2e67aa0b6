using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DaxSafety;

/// <summary>
/// The 64 bytes of a cache line in vector registers of one width. A type for each width, so that one loop serves all and the
/// compiler makes of it what a hand-written one would be. Sources are references, not pointers: pinning one costs stores to the
/// stack, which the line's own stores have to wait behind.
/// </summary>
internal unsafe interface ICacheLine<TSelf>
    where TSelf : struct, ICacheLine<TSelf>
{
    static abstract bool IsSupported { get; }

    /// <summary>Reads 64 bytes at any alignment.</summary>
    static abstract TSelf Load(ref byte from);

    /// <summary>A line of one byte's value.</summary>
    static abstract TSelf Of(byte value);

    /// <summary>Writes the line past the cache; the destination is aligned to it.</summary>
    void StorePastCache(byte* to);
}

internal readonly unsafe struct Line512(Vector512<byte> all) : ICacheLine<Line512>
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Line512 Load(ref byte from) => new(Vector512.LoadUnsafe(ref from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Line512 Of(byte value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePastCache(byte* to) => all.StoreAlignedNonTemporal(to);
}

internal readonly unsafe struct Line256(Vector256<byte> low, Vector256<byte> high) : ICacheLine<Line256>
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Line256 Load(ref byte from) => new(Vector256.LoadUnsafe(ref from), Vector256.LoadUnsafe(ref from, 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Line256 Of(byte value)
    {
        Vector256<byte> half = Vector256.Create(value);
        return new(half, half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePastCache(byte* to)
    {
        low.StoreAlignedNonTemporal(to);
        high.StoreAlignedNonTemporal(to + 32);
    }
}

internal readonly unsafe struct Line128(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d) : ICacheLine<Line128>
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Line128 Load(ref byte from)
        => new(
            Vector128.LoadUnsafe(ref from), Vector128.LoadUnsafe(ref from, 16),
            Vector128.LoadUnsafe(ref from, 32), Vector128.LoadUnsafe(ref from, 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Line128 Of(byte value)
    {
        Vector128<byte> quarter = Vector128.Create(value);
        return new(quarter, quarter, quarter, quarter);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePastCache(byte* to)
    {
        a.StoreAlignedNonTemporal(to);
        b.StoreAlignedNonTemporal(to + 16);
        c.StoreAlignedNonTemporal(to + 32);
        d.StoreAlignedNonTemporal(to + 48);
    }
}
