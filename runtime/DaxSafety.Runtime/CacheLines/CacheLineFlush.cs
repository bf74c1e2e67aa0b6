using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DaxSafety;

/// <summary>
/// Writes cache lines back and fences, by the best way this processor has. Where it has none (or the system lets no stub
/// run), <see cref="IsAvailable"/> is false and no mapping may be taken for finer than a page.
/// </summary>
internal static unsafe class CacheLineFlush
{
    /// <summary>
    /// Up to here the function is called without telling the garbage collector: that costs 1 ns instead of 10, but a
    /// collection has to wait for the call, about a microsecond at this length.
    /// </summary>
    private const nuint LongestUninterrupted = 4096;

    private static readonly void* s_writeBack = LineCode.Instance.WriteBackBy(LineCode.Instance.Best);
    private static readonly void* s_fence = LineCode.Instance.Fence;

    public static bool IsAvailable => s_writeBack is not null;

    /// <summary>Starts writing back every line that the range touches. Durable on direct access after the next <see cref="Fence"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteBack(void* address, nuint length)
    {
        if (length - 1 < LongestUninterrupted)
            ((delegate* unmanaged[SuppressGCTransition]<void*, nuint, void>)s_writeBack)(address, length);
        else if (length != 0)
            ((delegate* unmanaged<void*, nuint, void>)s_writeBack)(address, length);
    }

    /// <summary>
    /// As <see cref="WriteBack"/> for bytes of a single line, or none. Of its own, because where both of the other's calls are
    /// inlined the compiler may merge them into the slow one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteBackLine(void* address, nuint length)
    {
        if (length != 0)
            ((delegate* unmanaged[SuppressGCTransition]<void*, nuint, void>)s_writeBack)(address, length);
    }

    /// <summary>Returns when every write-back and non-temporal store of this thread has reached the persistence domain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence()
    {
        if (Sse.IsSupported)
            Sse.StoreFence();
        else if (s_fence is not null)
            ((delegate* unmanaged[SuppressGCTransition]<void>)s_fence)();
        else
            Thread.MemoryBarrier();
    }
}
