using DaxSafety.Tests.Guest;
using DaxSafety.Tests.Policies;
using DaxSafety.Tests.Tracking;

namespace DaxSafety.Tests;

/// <summary>What this assembly does when it is run instead of tested: the part of the guest tests that runs in the guest, and processes under a policy.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["facts", .. var folders]:
                return GuestFacts.Print(folders);
            case ["limits", var folder]:
                return GuestLimits.Print(folder);
            case ["broken-disk", var folder]:
                return GuestBrokenDisk.Print(folder);
            case ["touch", var path, var offset]:
                return Toucher.Run(path, long.Parse(offset));
            case ["records", var path, var disk, var way]:
                return GuestRecords.Run(path, disk, Enum.Parse<PersistWay>(way));
            case ["check", var path, var disk]:
                return GuestRecords.Check(path, disk) ? 0 : 1;
            case ["scan", .. var folders]:
                return GuestScan.Print(folders);
            case ["policy", var policy, var file]:
                return PolicyProcess.Run(policy, file);
            default:
                Console.Error.WriteLine("usage: facts FOLDER... | limits FOLDER | broken-disk FOLDER | touch FILE OFFSET | records DAX-FILE DISK-FILE WAY | check DAX-FILE DISK-FILE | scan FOLDER... | policy NAME FILE");
                return 2;
        }
    }
}
