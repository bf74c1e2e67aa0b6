using System.Runtime.InteropServices;

namespace DaxSafety.Native;

/// <summary>
/// What statx(2) says of a file: who it is and whether it is direct access. Declarations only; the struct has the size
/// the kernel fills and names the fields that are read. Source: include/uapi/linux/stat.h.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal unsafe partial struct FileStatus
{
    /// <summary>The file is in direct-access state: no page cache (STATX_ATTR_DAX).</summary>
    public const ulong DirectAccess = 0x200000;

    public const int EmptyPath = 0x1000, WorkingDirectory = -100;
    public const uint InodeWanted = 0x100;

    [FieldOffset(8)]
    public ulong Attributes;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(56)]
    public ulong AttributesKnown;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;

    /// <summary>Whether this is a regular file (S_IFREG).</summary>
    public readonly bool IsRegularFile => (Mode & 0xF000) == 0x8000;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Get(int directory, string path, int flags, uint wanted, FileStatus* status);
}
