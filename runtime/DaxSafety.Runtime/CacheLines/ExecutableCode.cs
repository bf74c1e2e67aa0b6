using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Puts machine code where it can be called, in memory that is never writable and executable at once, for the life of the
/// process. A system that refuses (a hardened policy, a sandbox) is an answer, not an error: the caller goes on without.
/// </summary>
internal static unsafe class ExecutableCode
{
    private const nuint PageSize = 4096;

    /// <summary>The address of the code, at the start of a page, or null where the system refuses it.</summary>
    public static void* TryPublish(ReadOnlySpan<byte> code)
    {
        if (code.IsEmpty || (nuint)code.Length > PageSize)
            return null;
        if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
        {
            void* mapped = TryMemoryFile(code);
            return mapped is not null ? mapped : TryProtect(code);
        }

        return OperatingSystem.IsWindows() ? TryVirtualProtect(code) : null;
    }

    /// <summary>
    /// Linux: written into a memory file, which is then mapped to be read and executed only. It is allowed even where making
    /// a written page executable is not (PR_SET_MDWE, SELinux's execmem).
    /// </summary>
    internal static void* TryMemoryFile(ReadOnlySpan<byte> code)
    {
        using SafeFileHandle? file = MemoryFile();
        if (file is null)
            return null;
        try
        {
            RandomAccess.Write(file, code, 0);
        }
        catch (IOException)
        {
            return null;
        }

        void* page = Libc.Mmap(
            null, PageSize, Libc.ProtRead | Libc.ProtExec, Libc.MapPrivate, (int)file.DangerousGetHandle(), 0);
        return Mapped(page) ? page : null;
    }

    /// <summary>Linux without memory files: an anonymous page, written, then changed from writable to executable.</summary>
    internal static void* TryProtect(ReadOnlySpan<byte> code)
    {
        void* page = Libc.Mmap(
            null, PageSize, Libc.ProtRead | Libc.ProtWrite, Libc.MapPrivate | Libc.Linux.MapAnonymous, -1, 0);
        if (!Mapped(page))
            return null;
        code.CopyTo(new Span<byte>(page, code.Length));
        if (Libc.Mprotect(page, PageSize, Libc.ProtRead | Libc.ProtExec) == 0)
            return page;
        Libc.Munmap(page, PageSize);
        return null;
    }

    private static void* TryVirtualProtect(ReadOnlySpan<byte> code)
    {
        void* page = Kernel32.VirtualAlloc(
            null, PageSize, Kernel32.MemCommit | Kernel32.MemReserve, Kernel32.PageReadWrite);
        if (page is null)
            return null;
        code.CopyTo(new Span<byte>(page, code.Length));
        uint previous;
        if (Kernel32.VirtualProtect(page, PageSize, Kernel32.PageExecuteRead, &previous)
            && Kernel32.FlushInstructionCache(-1, page, PageSize))
            return page;
        Kernel32.VirtualFree(page, 0, Kernel32.MemRelease);
        return null;
    }

    private static SafeFileHandle? MemoryFile()
    {
        nint number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => Libc.Linux.MemfdCreateOnX64,
            Architecture.Arm64 => Libc.Linux.MemfdCreateOnArm64,
            _ => -1,
        };
        if (number < 0)
            return null;
        fixed (byte* name = "dax-safety-lines"u8)
        {
            // Linux before 6.3 does not know MFD_EXEC, and later kernels may be told to refuse memory files without it.
            nint descriptor = Libc.Syscall(number, name, Libc.Linux.MfdCloexec | Libc.Linux.MfdExec);
            if (descriptor < 0)
                descriptor = Libc.Syscall(number, name, Libc.Linux.MfdCloexec);
            return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    private static bool Mapped(void* page) => (nint)page != -1;
}
