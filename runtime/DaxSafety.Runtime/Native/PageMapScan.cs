using System.Runtime.InteropServices;

namespace DaxSafety.Native;

/// <summary>
/// The PAGEMAP_SCAN ioctl on /proc/self/pagemap (Linux 6.7): which pages of a range have been written, and protecting them
/// again in the same step. Declarations only. Source: include/uapi/linux/fs.h, Documentation/admin-guide/mm/pagemap.rst.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PageMapScan
{
    public const nuint Request = 0xC0606610;

    /// <summary>Protects what is reported, page by page with the report: no write falls between the two.</summary>
    public const ulong ProtectMatching = 1;

    /// <summary>Fails instead of skipping what is not registered for asynchronous write protection.</summary>
    public const ulong CheckAsync = 2;

    public const ulong IsProtectable = 1, IsWritten = 2, IsPresent = 8, IsSwapped = 16;

    public ulong Size;
    public ulong Flags;
    public ulong Start;
    public ulong End;
    public ulong WalkEnd;
    public ulong Regions;
    public ulong RegionCount;
    public ulong MostPages;
    public ulong Inverted;
    public ulong AllOf;
    public ulong AnyOf;
    public ulong Returned;

    /// <summary>A run of pages with the same categories.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Region
    {
        public ulong Start;
        public ulong End;
        public ulong Categories;
    }
}
