using DaxSafety.Native;

namespace DaxSafety;

/// <content>Windows: VirtualQuery says how a region was mapped when it was made.</content>
internal static unsafe partial class MappingProbe
{
    private static MappingKind KindOnWindows(AddressRange range)
    {
        byte* at = range.Start;
        while (at < range.End)
        {
            Kernel32.MemoryBasicInformation region;
            if (Kernel32.VirtualQuery(at, &region, (nuint)sizeof(Kernel32.MemoryBasicInformation)) == 0)
                return MappingKind.Unmapped;
            if (region.State != Kernel32.MemCommit)
                return MappingKind.Unmapped;
            if (region.Type != Kernel32.MemMapped || region.AllocationProtect is Kernel32.PageWriteCopy or Kernel32.PageExecuteWriteCopy)
                return MappingKind.Private;
            at = (byte*)region.BaseAddress + region.RegionSize;
        }

        return MappingKind.Shared;
    }
}
