using DaxSafety.Native;

namespace DaxSafety;

/// <summary>
/// Whether programs may use <c>dc cvap</c> here. Only Linux says (HWCAP_DCPOP in the auxiliary vector); elsewhere it would be
/// a guess that may end in an illegal instruction, so the answer is no.
/// Source: Documentation/arch/arm64/elf_hwcaps.rst.
/// </summary>
internal static class Arm64Processor
{
    private const nuint CleanToPersistence = 1 << 16;

    public static IEnumerable<WriteBackInstruction> Instructions()
    {
        if (OperatingSystem.IsLinux() && (Libc.GetAuxVal(Libc.Linux.AtHwcap) & CleanToPersistence) != 0)
            yield return WriteBackInstruction.DcCvap;
    }
}
