using System.IO.MemoryMappedFiles;

namespace DaxSafety.Tests.Guest;

/// <summary>Pulls the disk out of the running guest, and prints what becomes of writes through a map, a view, a tracker and an address.</summary>
internal static unsafe class GuestBrokenDisk
{
    private const int Page = 4096;

    public static int Print(string folder)
    {
        using DurableMap map = DurableMap.Create(Path.Combine(folder, "map"), 1 << 20);
        using FileStream file = new(Path.Combine(folder, "view"), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.SetLength(1 << 20);
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor view = mapped.CreateViewAccessor(), tracked = mapped.CreateViewAccessor();
        using DirtyTracker tracker = tracked.Track(TrackingMode.Marks);
        byte* address = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        Write(0);
        map.Persist();
        view.Persist();
        tracker.Persist();
        Console.WriteLine("with the disk: persisted");

        Pull(folder);
        Write(8);
        Console.WriteLine($"map: {Errno(map.Persist)}");
        Console.WriteLine($"map again: {Errno(map.Persist)}, marked {map.Dirty!.Count}");
        Console.WriteLine($"map, to grow: {Errno(() => map.Resize(2 << 20))}, length {map.Length}");
        Console.WriteLine($"tracker: {Errno(() => tracker.Persist())}");
        Console.WriteLine($"tracker again: {Errno(() => tracker.Persist())}, marked {tracker.Tree.Count}");
        Write(16);
        Console.WriteLine($"view: {Errno(() => view.Persist())}");
        Console.WriteLine($"view again: {Errno(() => view.Persist())}");
        Write(24);
        Console.WriteLine($"address: {Errno(() => PersistentMemory.Persist(address, Page))}");
        Console.WriteLine($"file: {Errno(() => DurableFile.FlushToDisk(file.SafeFileHandle))}");
        view.SafeMemoryMappedViewHandle.ReleasePointer();

        // The views' own disposal flushes, and would fail.
        Console.Out.Flush();
        Environment.Exit(0);
        return 0;

        void Write(int offset)
        {
            map.Write(offset, 7);
            view.Write(offset, 7);
            tracked.Write(3 * Page + offset, 7);
            tracker.MarkDirty(3 * Page + offset, 4);
        }
    }

    /// <summary>Removes the PCI device below the file system: from then on its requests fail, as those of a disk that has died do.</summary>
    private static void Pull(string folder)
    {
        string mount = File.ReadLines("/proc/mounts").Single(line => line.Split(' ')[1] == folder);
        string name = Path.GetFileName(mount.Split(' ')[0]);
        string block = Directory.ResolveLinkTarget($"/sys/block/{name}", returnFinalTarget: true)!.FullName;
        string device = Directory.ResolveLinkTarget(Path.Combine(block, "device"), returnFinalTarget: true)!.FullName;
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(device)!, "remove"), "1");
    }

    private static string Errno(Action persist)
    {
        try
        {
            persist();
            return "persisted";
        }
        catch (IOException failure) when (failure.InnerException is IOException before)
        {
            return $"refused after errno {before.HResult}";
        }
        catch (IOException failure)
        {
            return $"errno {failure.HResult}";
        }
    }
}
