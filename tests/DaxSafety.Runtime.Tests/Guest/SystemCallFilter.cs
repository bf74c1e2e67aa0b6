using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Guest;

/// <summary>
/// From its installation on, every msync, fsync and fdatasync of the calling thread fails with EPERM (a seccomp filter, x64): what
/// persists then has not asked the operating system.
/// </summary>
internal static unsafe partial class SystemCallFilter
{
    private const int SetNoNewPrivileges = 38, SetSeccomp = 22, ModeFilter = 2;

    public static void RefuseFlushes()
    {
        // Load the number; compare with msync, fsync, fdatasync; errno EPERM, or allow. Source: Documentation/userspace-api/seccomp_filter.rst.
        Instruction[] program =
        [
            new(0x20, 0, 0, 0),
            new(0x15, 3, 0, 26),
            new(0x15, 2, 0, 74),
            new(0x15, 1, 0, 75),
            new(0x06, 0, 0, 0x7FFF0000),
            new(0x06, 0, 0, 0x00050000 | 1),
        ];
        fixed (Instruction* instructions = program)
        {
            Filter filter = new() { Length = (ushort)program.Length, Instructions = instructions };
            if (Prctl(SetNoNewPrivileges, 1, null, 0, 0) != 0 || Prctl(SetSeccomp, ModeFilter, &filter, 0, 0) != 0)
                throw new InvalidOperationException($"prctl: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, nuint value, Filter* filter, nuint third, nuint fourth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte True, byte False, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
