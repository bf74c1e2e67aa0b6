using System.Runtime.InteropServices;

namespace DaxSafety.Native;

/// <summary>
/// What is called of macOS alone. Declarations only; the structs have the size the kernel fills and name the fields that are
/// read. Source: sys/proc_info.h and libproc.h of macOS (proc_regionwithpathinfo, vnode_fdinfo).
/// </summary>
internal static unsafe partial class LibProc
{
    public const int PathMax = 1024;

    /// <summary>PROC_PIDREGIONPATHINFO and PROC_PIDFDVNODEINFO.</summary>
    public const int RegionPathFlavor = 8, DescriptorVnodeFlavor = 1;

    /// <summary>VM_PROT_WRITE.</summary>
    public const uint Writable = 2;

    /// <summary>What is mapped at an address, and the file behind it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 96 + 152 + PathMax)]
    public struct RegionWithPath
    {
        [FieldOffset(0)]
        public uint Protection;

        /// <summary>Where in the mapped object the region begins, in bytes.</summary>
        [FieldOffset(16)]
        public ulong Offset;

        [FieldOffset(80)]
        public ulong Address;

        [FieldOffset(88)]
        public ulong Size;

        [FieldOffset(96)]
        public VnodeNumber File;

        [FieldOffset(96 + 152)]
        public fixed byte Path[PathMax];
    }

    /// <summary>The file behind a descriptor.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 24 + 152)]
    public struct DescriptorVnode
    {
        [FieldOffset(24)]
        public VnodeNumber File;
    }

    /// <summary>The beginning of vnode_info.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public struct VnodeNumber
    {
        [FieldOffset(0)]
        public uint Device;

        [FieldOffset(8)]
        public ulong Inode;
    }

    /// <summary>The path of the file mapped at an address, as UTF-8 without a final zero; returns its length, 0 on failure.</summary>
    [LibraryImport("libproc", EntryPoint = "proc_regionfilename", SetLastError = true)]
    public static partial int RegionFileName(int process, ulong address, byte* buffer, uint size);

    /// <summary>The region at an address or the next one after it; returns the bytes filled in, 0 or less on failure.</summary>
    [LibraryImport("libproc", EntryPoint = "proc_pidinfo", SetLastError = true)]
    public static partial int RegionAt(int process, int flavor, ulong address, RegionWithPath* buffer, int size);

    /// <summary>Returns the bytes filled in, 0 or less on failure.</summary>
    [LibraryImport("libproc", EntryPoint = "proc_pidfdinfo", SetLastError = true)]
    public static partial int OfDescriptor(int process, int descriptor, int flavor, DescriptorVnode* buffer, int size);
}
