using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <summary>
/// The one test that a byte range lies inside a mapping, and its message: it names the offset, the length and how long the
/// mapping is, because one of the three is what the caller got wrong.
/// </summary>
internal static class RangeCheck
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Inside(long position, long length, long capacity, string what)
    {
        // Negative values become huge and the subtraction cannot overflow: two comparisons are enough.
        if ((ulong)length > (ulong)capacity || (ulong)position > (ulong)(capacity - length))
            Throw(position, length, capacity, what);
    }

    [DoesNotReturn]
    private static void Throw(long position, long length, long capacity, string what)
    {
        string name = position < 0 || position > capacity ? nameof(position) : nameof(length);
        throw new ArgumentOutOfRangeException(
            name, $"{length} bytes at offset {position} are not inside the {what} of {capacity} bytes.");
    }
}
