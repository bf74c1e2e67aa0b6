using System.Runtime.InteropServices;

namespace DaxSafety;

/// <summary>
/// The machine code for cache lines on ARM64, where .NET has neither the write-back nor the barrier that completes it as
/// intrinsics. The functions follow the platform's C calling convention and touch only registers that a callee may.
/// Source: Arm Architecture Reference Manual, DC CVAP, DSB and CTR_EL0; that DSB SY completes DC CVAP is also how the Linux
/// kernel does it (arch/arm64/mm/cache.S, dcache_clean_pop).
/// </summary>
internal static class Arm64LineCode
{
    /// <summary><c>void (void* address, nuint length)</c>: cleans each line of the range, at least one, to the point of persistence.</summary>
    public static ReadOnlySpan<byte> WriteBack => MemoryMarshal.AsBytes(
    (ReadOnlySpan<uint>)[
        0xD53B0022, //       mrs  x2, ctr_el0
        0xD3504C42, //       ubfx x2, x2, #16, #4    log2 of the words in the smallest line
        0xD2800083, //       mov  x3, #4
        0x9AC22063, //       lsl  x3, x3, x2         x3: bytes in a line
        0x8B010001, //       add  x1, x0, x1
        0xD1000462, //       sub  x2, x3, #1
        0x8A220000, //       bic  x0, x0, x2
        0xD50B7C20, // next: dc   cvap, x0
        0x8B030000, //       add  x0, x0, x3
        0xEB01001F, //       cmp  x0, x1
        0x54FFFFA3, //       b.lo next
        0xD65F03C0, //       ret
    ]);

    /// <summary><c>void ()</c>: waits until every clean of this processor is complete.</summary>
    public static ReadOnlySpan<byte> Fence => MemoryMarshal.AsBytes(
    (ReadOnlySpan<uint>)[
        0xD5033F9F, // dsb sy
        0xD65F03C0, // ret
    ]);

    /// <summary><c>nuint ()</c>: bytes in the smallest data cache line.</summary>
    public static ReadOnlySpan<byte> LineSize => MemoryMarshal.AsBytes(
    (ReadOnlySpan<uint>)[
        0xD53B0020, // mrs  x0, ctr_el0
        0xD3504C00, // ubfx x0, x0, #16, #4
        0xD2800081, // mov  x1, #4
        0x9AC02020, // lsl  x0, x1, x0
        0xD65F03C0, // ret
    ]);
}
