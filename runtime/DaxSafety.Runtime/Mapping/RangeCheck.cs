using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <summary>
/// The one test that a byte range lies inside a mapping, and its message: it names the offset, the length and how long the
/// mapping is, because one of the three is what the caller got wrong.
/// </summary>
internal static class RangeCheck
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Inside(long position, long length, long capacity, string what, string positionName = "position")
    {
        if (!IsInside(position, length, capacity))
            throw Outside(position, length, capacity, what, positionName);
    }

    /// <summary>
    /// One branch for everything that can be wrong: one of the values below is negative exactly when the range is not inside. Each
    /// subtraction can only overflow where a value before it is negative already (a capacity never is).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInside(long position, long length, long capacity)
        => (position | length | (capacity - length) | (capacity - length - position)) >= 0;

    public static ArgumentOutOfRangeException Outside(
        long position, long length, long capacity, string what, string positionName)
        => new(
            position < 0 || position > capacity ? positionName : nameof(length),
            $"{length} bytes at offset {position} are not inside the {what} of {capacity} bytes.");
}
