using System.IO.MemoryMappedFiles;

namespace DaxSafety.Tests.Windows;

/// <summary>Whether views and maps of one file find the same marks, by what the system says of an address.</summary>
internal static unsafe class SharedMarks
{
    private const int Granularity = 0x10000;

    public static void Run(string path)
    {
        foreach (FileShare share in new[] { FileShare.ReadWrite, FileShare.Read })
            Program.Step($"two views of one file, {share}", () => TwoViews(path, share));
        Program.Step("a view and a map", () => ViewAndMap(path));
        Program.Step("two files", () => TwoFiles(path));
        Program.Step("a part of a file", () => Part(path));
        Program.Step("a closed view", () => ClosedView(path));
    }

    private static void TwoViews(string path, FileShare share)
    {
        using FileStream file = Open(path, share);
        using MemoryMappedFile one = Map(file), two = Map(file);
        using MemoryMappedViewAccessor first = one.CreateViewAccessor(), second = two.CreateViewAccessor(100, 0);
        using DirtyTracker a = first.Track(TrackingMode.Marks), b = second.Track(TrackingMode.Marks, file.SafeFileHandle);
        b.MarkDirty(28, 1);
        Console.WriteLine($"shared {a.SharesMarks} {b.SharesMarks} {ReferenceEquals(a.Tree, b.Tree)}, range {b.FileRange}, marked {string.Join(' ', a.Tree.GetRanges())}");
        Console.WriteLine($"persisted {a.Persist(128, 1, share, file)} left {b.Tree.Count}");
    }

    private static long Persist(this DirtyTracker tracker, long offset, long length, FileShare share, FileStream file)
    {
        try
        {
            return tracker.Persist(offset, length);
        }
        catch (IOException) when (share == FileShare.Read)
        {
            // This one was not given the handle, and the file may not be opened again for writing: no flush has failed, it has not been made.
            return -1;
        }
    }

    private static void ViewAndMap(string path)
    {
        using FileStream file = Open(path, FileShare.ReadWrite);
        using MemoryMappedFile mapped = Map(file);
        using MemoryMappedViewAccessor view = mapped.CreateViewAccessor();
        using DirtyTracker tracker = view.Track(TrackingMode.Marks);
        using DurableMap map = DurableMap.Open(path);
        map.Write(5000, 1L);
        Console.WriteLine($"map and view share {ReferenceEquals(map.Dirty, tracker.Tree)}, persisted {tracker.Persist()}, left {map.Dirty!.Count}");
    }

    private static void TwoFiles(string path)
    {
        string otherPath = path + ".other";
        DurableFile.Create(otherPath, 1 << 20).Dispose();
        using FileStream file = Open(path, FileShare.ReadWrite), other = Open(otherPath, FileShare.ReadWrite);
        using MemoryMappedFile mapped = Map(file), otherMapped = Map(other);
        using MemoryMappedViewAccessor view = mapped.CreateViewAccessor(), otherView = otherMapped.CreateViewAccessor();
        using DirtyTracker a = view.Track(TrackingMode.Marks), b = otherView.Track(TrackingMode.Marks), wrong = view.Track(TrackingMode.Marks, other.SafeFileHandle);
        Console.WriteLine($"two files share {ReferenceEquals(a.Tree, b.Tree)}, wrong handle shares {wrong.SharesMarks}");
    }

    private static void Part(string path)
    {
        using FileStream file = Open(path, FileShare.ReadWrite);
        using MemoryMappedFile mapped = Map(file);
        using MemoryMappedViewAccessor view = mapped.CreateViewAccessor(), part = mapped.CreateViewAccessor(3 * Granularity + 100, 5000);
        using DirtyTracker a = view.Track(TrackingMode.Marks), b = part.Track(TrackingMode.Marks), c = part.Track(TrackingMode.Marks, null, 3 * Granularity + 100);
        Console.WriteLine($"part shares {b.SharesMarks}, placed part shares {ReferenceEquals(a.Tree, c.Tree)} {c.FileRange}");
        b.MarkDirty(0, 1);
        Console.WriteLine($"file persisted {a.PersistFile()}, part left {b.Tree.Count}");
        part.Track(TrackingMode.Marks, null, 3 * Granularity + 101).Dispose();
    }

    private static void ClosedView(string path)
    {
        using FileStream file = Open(path, FileShare.ReadWrite);
        using MemoryMappedFile mapped = Map(file);
        using MemoryMappedViewAccessor stays = mapped.CreateViewAccessor(0, Granularity);
        using DirtyTracker tracker = stays.Track(TrackingMode.Marks, null, 0);
        MemoryMappedViewAccessor goes = mapped.CreateViewAccessor(3 * Granularity, 5000);
        using (DirtyTracker other = goes.Track(TrackingMode.Marks, file.SafeFileHandle, 3 * Granularity))
        {
            goes.Write(7, (byte)9);
            other.MarkDirty(7, 1);
        }

        goes.SafeMemoryMappedViewHandle.Dispose();
        Console.WriteLine($"closed view left {tracker.Tree.Count}");
        Console.WriteLine($"closed view persisted {tracker.PersistFile()}, left {tracker.Tree.Count}");
    }

    private static FileStream Open(string path, FileShare share) => new(path, FileMode.Open, FileAccess.ReadWrite, share);

    private static MemoryMappedFile Map(FileStream file) => MemoryMappedFile.CreateFromFile(
        file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
}
