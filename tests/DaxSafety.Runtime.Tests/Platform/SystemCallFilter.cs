using System.Runtime.InteropServices;

namespace DaxSafety.Tests;

/// <summary>
/// Seccomp filters (Linux, x64): from their installation on, some system calls of the calling thread, and of threads it starts, fail with
/// EPERM. For good: a process or a thread of its own. Source: Documentation/userspace-api/seccomp_filter.rst.
/// </summary>
internal static unsafe partial class SystemCallFilter
{
    private const int SetNoNewPrivileges = 38, SetSeccomp = 22, SetMdwe = 65, ModeFilter = 2;
    private const uint Allow = 0x7FFF0000, RefuseWithEperm = 0x00050000 | 1;

    /// <summary>No msync, fsync or fdatasync: what persists then has not asked the operating system.</summary>
    public static void RefuseFlushes() => Install(
    [
        new(0x20, 0, 0, 0), // load the number
        new(0x15, 3, 0, 26),
        new(0x15, 2, 0, 74),
        new(0x15, 1, 0, 75),
        new(0x06, 0, 0, Allow),
        new(0x06, 0, 0, RefuseWithEperm),
    ]);

    /// <summary>
    /// No memory file, and no page that becomes readable and executable and nothing else, which are the two ways of publishing
    /// code. A just-in-time compiler that keeps its pages writable (DOTNET_EnableWriteXorExecute=0) does not need them.
    /// </summary>
    public static void RefusePublishedCode() => Install(
    [
        new(0x20, 0, 0, 0),
        new(0x15, 3, 0, 319), // memfd_create: refuse
        new(0x15, 0, 3, 10),  // mprotect: look at its protection; anything else: allow
        new(0x20, 0, 0, 32),
        new(0x15, 0, 1, 5),   // PROT_READ and PROT_EXEC: refuse
        new(0x06, 0, 0, RefuseWithEperm),
        new(0x06, 0, 0, Allow),
    ]);

    /// <summary>
    /// PR_SET_MDWE with PR_MDWE_REFUSE_EXEC_GAIN: nothing that was mapped without PROT_EXEC becomes executable. False where the
    /// kernel does not know it (Linux 6.3). Source: prctl(2).
    /// </summary>
    public static bool TryRefuseExecutableGain() => Prctl(SetMdwe, 1, null, 0, 0) == 0;

    private static void Install(Instruction[] program)
    {
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
