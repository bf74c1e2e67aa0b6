using System.Runtime.InteropServices;

namespace DaxSafety.Native;

/// <summary>
/// What is called of the C library on Linux and macOS. Declarations and constants only; the constants of the two systems
/// stand apart because they differ. Nothing variadic is called with a variadic argument on macOS, where those travel otherwise.
/// </summary>
internal static unsafe partial class Libc
{
    public const int ProtRead = 1, ProtWrite = 2, ProtExec = 4;
    public const int MapShared = 1, MapPrivate = 2;

    public const int Enoent = 2, Eintr = 4, Eio = 5, Efault = 14, Einval = 22, Enospc = 28;

    /// <summary>sys/mman.h, asm-generic/mman.h and linux/magic numbers of Linux on x64 and ARM64.</summary>
    public static class Linux
    {
        public const int MsSync = 4;

        /// <summary>O_RDONLY and O_CLOEXEC; O_DIRECTORY has another number on ARM64, and fsync does not need it.</summary>
        public const int OpenDirectory = 0x80000;
        public const int MapAnonymous = 0x20;
        public const nint MemfdCreateOnX64 = 319, MemfdCreateOnArm64 = 279;
        public const int MapSharedValidate = 3, MapSync = 0x80000;
        public const int MadvRandom = 1, MadvNoHugePage = 15, MadvPopulateRead = 22;
        public const int Enodev = 19, Enotty = 25, Eopnotsupp = 95, Ehwpoison = 133;
        public const nuint ProcMapQuery = 0xC0686611;
        public const int AtHwcap = 16;
        public const uint MfdCloexec = 1, MfdExec = 0x10;
    }

    /// <summary>sys/mman.h and sys/fcntl.h of macOS.</summary>
    public static class MacOS
    {
        public const int MsSync = 0x10;
        public const int OpenDirectory = 0x1000000;
        public const int FullFsync = 51;
    }

    [LibraryImport("libc", EntryPoint = "msync", SetLastError = true)]
    public static partial int Msync(void* address, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int Fdatasync(int descriptor);

    /// <summary>Two arguments only: nothing is ever created with it.</summary>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    /// <summary>Returns the error itself.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    public static partial int PosixFallocate(int descriptor, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Mmap(void* hint, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Munmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Mprotect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Syscall(nint number, byte* name, nuint flags);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Madvise(void* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "getauxval")]
    public static partial nuint GetAuxVal(nuint type);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Ioctl(int descriptor, nuint request, void* argument);
}
