using System.Runtime.InteropServices;

namespace DaxSafety.Native;

/// <summary>
/// The argument of the <c>PROCMAP_QUERY</c> ioctl on <c>/proc/self/maps</c> (Linux 6.11): which mapping covers an address.
/// Source: include/uapi/linux/fs.h.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProcMapQuery
{
    public const ulong WritableFlag = 2, SharedFlag = 8;

    public ulong Size;
    public ulong QueryFlags;
    public ulong QueryAddress;
    public ulong Start;
    public ulong End;
    public ulong Flags;
    public ulong PageSize;
    public ulong Offset;
    public ulong Inode;
    public uint DeviceMajor;
    public uint DeviceMinor;
    public uint NameSize;
    public uint BuildIdSize;
    public ulong NameAddress;
    public ulong BuildIdAddress;
}
