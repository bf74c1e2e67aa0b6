using System.Runtime.InteropServices;

namespace DaxSafety.Native;

/// <summary>
/// userfaultfd(2) as far as asynchronous write protection needs it. Declarations only. Source: include/uapi/linux/userfaultfd.h
/// and Documentation/admin-guide/mm/userfaultfd.rst.
/// </summary>
internal static unsafe partial class Userfault
{
    public const nint CallOnX64 = 323, CallOnArm64 = 282;
    public const int UserModeOnly = 1, NonBlocking = 0x800, CloseOnExec = 0x80000;

    public const ulong ApiVersion = 0xAA;

    /// <summary>Page tables may hold a protection for a page that is not there yet (6.4).</summary>
    public const ulong FeatureWriteProtectUnpopulated = 1 << 13;

    /// <summary>The kernel lifts the protection itself at the first write; nobody has to read events (6.7).</summary>
    public const ulong FeatureWriteProtectAsync = 1 << 15;

    public const ulong RegisterWriteProtect = 2;

    public const nuint Api = 0xC018AA3F, Register = 0xC020AA00, Unregister = 0x8010AA01, WriteProtect = 0xC018AA06;

    [StructLayout(LayoutKind.Sequential)]
    public struct ApiArgument
    {
        public ulong Version;
        public ulong Features;
        public ulong Ioctls;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct RangeArgument
    {
        public ulong Start;
        public ulong Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct RegisterArgument
    {
        public RangeArgument Range;
        public ulong Mode;
        public ulong Ioctls;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ProtectArgument
    {
        public RangeArgument Range;

        /// <summary>1 protects.</summary>
        public ulong Mode;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Open(nint number, nint flags);
}
