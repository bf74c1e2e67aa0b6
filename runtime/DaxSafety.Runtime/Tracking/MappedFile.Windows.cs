using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <content>
/// Windows: the file is opened by its mapped name, for its attributes only, which works however it is shared. Where in the file a
/// view begins no call tells; it is known when the view is as long as the file.
/// Source: GetMappedFileName, VirtualQuery and MapViewOfFile in the Windows API reference.
/// </content>
internal sealed partial record MappedFile
{
    /// <summary>Views begin at multiples of the allocation granularity, which is this or a multiple of it on every Windows.</summary>
    private const long AllocationGranularity = 0x10000;

    private static unsafe MappedFile FindOnWindows(AddressRange range, SafeFileHandle? file)
    {
        if (!TryFindView(range, out AddressRange view, out bool isWritable) || MappedFileName.TryGet(range.Start) is not { } name)
            return s_unknown;
        using SafeFileHandle named = MappedFileName.Open(name, access: 0);
        // Were the file renamed and another put in its place meanwhile, it would be the wrong one.
        if (named.IsInvalid || IdentityOnWindows(named) is not { } identity || MappedFileName.TryGet(range.Start) != name)
            return s_unknown with { IsWritable = isWritable };
        if (file != null && IdentityOnWindows(file) != identity)
            return s_unknown with { IsWritable = isWritable };
        long length = RandomAccess.GetLength(named);
        long? offset = IsWhole(length, (long)view.Length, Environment.SystemPageSize) ? range.Start - view.Start : null;
        return new MappedFile(identity, offset, file == null ? MappedFileName.ToPath(name) : null, null, isWritable) { Length = length };
    }

    /// <summary>
    /// Whether a view of so many bytes can only begin where the file does: it would not fit between the next place where a view may
    /// begin and the end of the file, and no view reaches beyond that.
    /// </summary>
    internal static bool IsWhole(long fileLength, long viewLength, int pageSize)
        => ((fileLength + pageSize - 1) & -pageSize) - viewLength < AllocationGranularity;

    private static unsafe FileIdentity? IdentityOnWindows(SafeFileHandle file)
    {
        FileNumber number;
        return FileNumber.Get(file, FileNumber.Class, &number, (uint)sizeof(FileNumber)) != 0
            ? new FileIdentity(number.Volume, number.File) : null;
    }

    /// <summary>The view that holds the range, from its first page to its last; false when no single one does.</summary>
    private static unsafe bool TryFindView(AddressRange range, out AddressRange view, out bool isWritable)
    {
        (view, isWritable) = (default, false);
        Kernel32.MemoryBasicInformation region;
        if (Kernel32.VirtualQuery(range.Start, &region, (nuint)sizeof(Kernel32.MemoryBasicInformation)) == 0)
            return false;
        nuint start = region.AllocationBase, end;
        isWritable = region.AllocationProtect is Kernel32.PageReadWrite or Kernel32.PageExecuteReadWrite;
        do
            end = region.BaseAddress + region.RegionSize;
        while (Kernel32.VirtualQuery((void*)end, &region, (nuint)sizeof(Kernel32.MemoryBasicInformation)) != 0
            && region.AllocationBase == start && region.State != Kernel32.MemFree);
        view = new AddressRange((void*)start, end - start);
        return range.End <= view.End;
    }
}
