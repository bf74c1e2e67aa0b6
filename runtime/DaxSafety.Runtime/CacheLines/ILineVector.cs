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

    /// <summary>Fills one 64-byte line; the destination is aligned to it.</summary>
    static abstract void FillLine(byte* to, byte value);
}

internal readonly unsafe struct Line512 : ILineVector
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyLine(byte* from, byte* to) => Vector512.Load(from).StoreAlignedNonTemporal(to);

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
    public static void FillLine(byte* to, byte value)
    {
        Vector128<byte> quarter = Vector128.Create(value);
        quarter.StoreAlignedNonTemporal(to);
        quarter.StoreAlignedNonTemporal(to + 16);
        quarter.StoreAlignedNonTemporal(to + 32);
        quarter.StoreAlignedNonTemporal(to + 48);
    }
}
