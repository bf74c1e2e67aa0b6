namespace DaxSafety;

/// <summary>
/// The machine code that writes the cache lines of a range back, for x64: .NET has no intrinsic for it. Each is a function
/// <c>void (void* address, nuint length)</c> of the platform's C calling convention that changes no register it would have to
/// restore, and no memory. It writes back at least one line; the caller has dealt with empty ranges.
/// Source of the encodings: Intel SDM volume 2, CLFLUSH, CLFLUSHOPT, CLWB.
/// </summary>
internal static class X64LineCode
{
    /// <summary>Bytes in a cache line on every x64 processor that has these instructions; CPUID is asked all the same.</summary>
    public const int LineSize = 64;

    public static ReadOnlySpan<byte> Of(WriteBackInstruction instruction, bool windows) => (instruction, windows) switch
    {
        (WriteBackInstruction.ClWb, false) => SystemVClWb,
        (WriteBackInstruction.ClFlushOpt, false) => SystemVClFlushOpt,
        (WriteBackInstruction.ClFlush, false) => SystemVClFlush,
        (WriteBackInstruction.ClWb, true) => WindowsClWb,
        (WriteBackInstruction.ClFlushOpt, true) => WindowsClFlushOpt,
        (WriteBackInstruction.ClFlush, true) => WindowsClFlush,
        _ => [],
    };

    private static ReadOnlySpan<byte> SystemVClWb =>
    [
        0x48, 0x8D, 0x34, 0x37, //       lea  rsi, [rdi+rsi]
        0x48, 0x83, 0xE7, 0xC0, //       and  rdi, -64
        0x66, 0x0F, 0xAE, 0x37, // next: clwb [rdi]
        0x48, 0x83, 0xC7, 0x40, //       add  rdi, 64
        0x48, 0x39, 0xF7,       //       cmp  rdi, rsi
        0x72, 0xF3,             //       jb   next
        0xC3,                   //       ret
    ];

    private static ReadOnlySpan<byte> SystemVClFlushOpt =>
    [
        0x48, 0x8D, 0x34, 0x37, //       lea  rsi, [rdi+rsi]
        0x48, 0x83, 0xE7, 0xC0, //       and  rdi, -64
        0x66, 0x0F, 0xAE, 0x3F, // next: clflushopt [rdi]
        0x48, 0x83, 0xC7, 0x40, //       add  rdi, 64
        0x48, 0x39, 0xF7,       //       cmp  rdi, rsi
        0x72, 0xF3,             //       jb   next
        0xC3,                   //       ret
    ];

    private static ReadOnlySpan<byte> SystemVClFlush =>
    [
        0x48, 0x8D, 0x34, 0x37, //       lea  rsi, [rdi+rsi]
        0x48, 0x83, 0xE7, 0xC0, //       and  rdi, -64
        0x0F, 0xAE, 0x3F,       // next: clflush [rdi]
        0x48, 0x83, 0xC7, 0x40, //       add  rdi, 64
        0x48, 0x39, 0xF7,       //       cmp  rdi, rsi
        0x72, 0xF4,             //       jb   next
        0xC3,                   //       ret
    ];

    private static ReadOnlySpan<byte> WindowsClWb =>
    [
        0x48, 0x8D, 0x14, 0x11, //       lea  rdx, [rcx+rdx]
        0x48, 0x83, 0xE1, 0xC0, //       and  rcx, -64
        0x66, 0x0F, 0xAE, 0x31, // next: clwb [rcx]
        0x48, 0x83, 0xC1, 0x40, //       add  rcx, 64
        0x48, 0x39, 0xD1,       //       cmp  rcx, rdx
        0x72, 0xF3,             //       jb   next
        0xC3,                   //       ret
    ];

    private static ReadOnlySpan<byte> WindowsClFlushOpt =>
    [
        0x48, 0x8D, 0x14, 0x11, //       lea  rdx, [rcx+rdx]
        0x48, 0x83, 0xE1, 0xC0, //       and  rcx, -64
        0x66, 0x0F, 0xAE, 0x39, // next: clflushopt [rcx]
        0x48, 0x83, 0xC1, 0x40, //       add  rcx, 64
        0x48, 0x39, 0xD1,       //       cmp  rcx, rdx
        0x72, 0xF3,             //       jb   next
        0xC3,                   //       ret
    ];

    private static ReadOnlySpan<byte> WindowsClFlush =>
    [
        0x48, 0x8D, 0x14, 0x11, //       lea  rdx, [rcx+rdx]
        0x48, 0x83, 0xE1, 0xC0, //       and  rcx, -64
        0x0F, 0xAE, 0x39,       // next: clflush [rcx]
        0x48, 0x83, 0xC1, 0x40, //       add  rcx, 64
        0x48, 0x39, 0xD1,       //       cmp  rcx, rdx
        0x72, 0xF4,             //       jb   next
        0xC3,                   //       ret
    ];
}
