using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <content>
/// macOS: one call says of an address which file is mapped there, and from which byte on. Written from the system's headers
/// and the kernel's published source; no test has run it.
/// Source: sys/proc_info.h, and fill_procregioninfo in XNU.
/// </content>
internal sealed partial record MappedFile
{
    private static unsafe MappedFile FindOnMacOS(AddressRange range, SafeFileHandle? file)
    {
        LibProc.RegionWithPath first, next;
        if (!TryGetRegion((ulong)range.Start, &first) || first.File.Inode == 0)
            return s_unknown;
        bool isWritable = (first.Protection & LibProc.Writable) != 0;
        FileIdentity identity = new(first.File.Device, first.File.Inode);
        for (ulong at = first.Address + first.Size; at < (ulong)range.End; at = next.Address + next.Size)
        {
            // One file must be behind all of the range, without a gap.
            if (!TryGetRegion(at, &next) || new FileIdentity(next.File.Device, next.File.Inode) != identity
                || next.Offset - first.Offset != next.Address - first.Address || next.Protection != first.Protection)
                return s_unknown;
        }

        if (file != null && IdentityOnMacOS(file) != identity)
            return s_unknown with { IsWritable = isWritable };
        long offset = (long)(first.Offset + ((ulong)range.Start - first.Address));
        return new MappedFile(identity, offset, file == null ? Marshal.PtrToStringUTF8((nint)first.Path) : null, null, isWritable);
    }

    private static unsafe FileIdentity? IdentityOnMacOS(SafeFileHandle file)
    {
        LibProc.DescriptorVnode vnode;
        int filled = LibProc.OfDescriptor(
            Environment.ProcessId, (int)file.DangerousGetHandle(), LibProc.DescriptorVnodeFlavor, &vnode, sizeof(LibProc.DescriptorVnode));
        GC.KeepAlive(file);
        return filled == sizeof(LibProc.DescriptorVnode) && vnode.File.Inode != 0
            ? new FileIdentity(vnode.File.Device, vnode.File.Inode) : null;
    }

    /// <summary>The region that holds the address: the system would also answer with the next one.</summary>
    private static unsafe bool TryGetRegion(ulong address, LibProc.RegionWithPath* region)
        => LibProc.RegionAt(Environment.ProcessId, LibProc.RegionPathFlavor, address, region, sizeof(LibProc.RegionWithPath)) == sizeof(LibProc.RegionWithPath)
            && address - region->Address < region->Size;
}
