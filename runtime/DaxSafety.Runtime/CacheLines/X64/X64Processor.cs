using System.Runtime.Intrinsics.X86;

namespace DaxSafety;

/// <summary>What CPUID says of this processor's cache-line instructions. Source: Intel SDM volume 2, CPUID, leaves 1 and 7.</summary>
internal static class X64Processor
{
    private const int FlushBit = 19, FlushOptBit = 23, WriteBackBit = 24;

    /// <summary>The instructions this processor has, the best first; empty on one whose lines are not 64 bytes.</summary>
    public static IEnumerable<WriteBackInstruction> Instructions()
    {
        (int highest, _, _, _) = X86Base.CpuId(0, 0);
        (_, int lines, _, int features) = X86Base.CpuId(1, 0);
        if ((features & (1 << FlushBit)) == 0 || ((lines >> 8) & 0xFF) * 8 != X64LineCode.LineSize)
            yield break;
        int extended = highest >= 7 ? X86Base.CpuId(7, 0).Ebx : 0;
        if ((extended & (1 << WriteBackBit)) != 0)
            yield return WriteBackInstruction.ClWb;
        if ((extended & (1 << FlushOptBit)) != 0)
            yield return WriteBackInstruction.ClFlushOpt;
        yield return WriteBackInstruction.ClFlush;
    }
}
