namespace DaxSafety.Tests.Guest;

/// <summary>Prints, in the guest, what the library makes of a file in each folder, one fact a line: what the host's tests compare.</summary>
internal static unsafe class GuestFacts
{
    public static int Print(string[] folders)
    {
        Console.WriteLine($"instruction {PersistentMemory.Instruction}");
        foreach (string folder in folders)
        {
            using DurableMap map = DurableMap.Create(Path.Combine(folder, "facts"), 1 << 20);
            Console.WriteLine($"{folder} map {map.Granularity}");
            Console.WriteLine($"{folder} finding {map.Mapping.Finding}");
            Console.WriteLine($"{folder} address {PersistentMemory.GranularityOf(map.Address, 1 << 20)}");
            Console.WriteLine($"{folder} smaps {DirectAccessProbe.GranularityOf(new AddressRange(map.Address, 1 << 20))}");
            map.Write(100, 1L);
            map.Persist();
            Console.WriteLine($"{folder} adopted {Adopted(map)}");
        }

        // On a thread of its own: the filter is for good.
        Thread filtered = new(() => PrintWithoutFlushes(folders));
        filtered.Start();
        filtered.Join();
        return 0;
    }

    private static string Adopted(DurableMap map)
    {
        // Another part of the process, which knows only the address: forget that it is ours first.
        AddressRange range = map.Mapping.Range;
        DirectAccessRegions.Remove(range);
        try
        {
            using DirectAccessRegion region = DirectAccessRegion.Adopt(range.Start, range.Length);
            return region.Granularity.ToString();
        }
        catch (NotSupportedException)
        {
            return "refused";
        }
        finally
        {
            if (map.Granularity != PersistGranularity.Page)
                DirectAccessRegions.Add(range, map.Granularity);
        }
    }

    private static void PrintWithoutFlushes(string[] folders)
    {
        DurableMap[] maps = [.. folders.Select(folder => DurableMap.Open(Path.Combine(folder, "facts")))];
        SystemCallFilter.RefuseFlushes();
        for (int i = 0; i < maps.Length; i++)
        {
            maps[i].Write(5000, 2L);
            Console.WriteLine($"{folders[i]} without-flushes map {Outcome(maps[i].Persist)}");
            void* address = maps[i].Address;
            Console.WriteLine($"{folders[i]} without-flushes address {Outcome(() => PersistentMemory.Persist(address, 64))}");
            maps[i].Dispose();
        }
    }

    private static string Outcome(Action persist)
    {
        try
        {
            persist();
            return "persisted";
        }
        catch (IOException)
        {
            return "failed";
        }
    }
}
