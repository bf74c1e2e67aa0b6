using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Tracking;

/// <summary>
/// Tracks a file in each folder and says whether the kernel's report of written pages is used there. Where it is, epochs of random
/// writes, reads and drops must come back exactly; where it is not, it must be refused by name too, and a persist must still work.
/// </summary>
internal static unsafe partial class GuestScan
{
    private const int Page = 4096, Epochs = 40;
    private const long Length = 8 << 20;
    private const int MapShared = 1, MapSharedValidate = 3, MapSync = 0x80000;

    public static int Print(string[] folders)
    {
        int wrong = 0;
        foreach (string folder in folders)
        {
            string path = Path.Combine(folder, "scan.bin");
            using (FileStream file = new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
            {
                file.SetLength(Length);
                file.Write(new byte[Length / 2]);
                file.Flush(flushToDisk: true);
                wrong += FrameworkView($"{folder} view", file) ? 0 : 1;
                wrong += OwnMapping($"{folder} mmap", file, MapShared) ? 0 : 1;
                wrong += OwnMapping($"{folder} map-sync", file, MapSharedValidate | MapSync) ? 0 : 1;
            }

            File.Delete(path);
        }

        return wrong == 0 ? 0 : 1;
    }

    private static bool FrameworkView(string where, FileStream file)
    {
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor();
        using DirtyTracker tracker = view.Track();
        byte* address = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        bool right = Check(where, tracker, address);
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        return right;
    }

    private static bool OwnMapping(string where, FileStream file, int flags)
    {
        byte* address = (byte*)Map(null, (nuint)Length, 3, flags, (int)file.SafeFileHandle.DangerousGetHandle(), 0);
        if ((nint)address == -1)
        {
            Console.WriteLine($"{where} not here");
            return true;
        }

        using DirtyTracker tracker = DirtyTracker.Attach(address, (nuint)Length);
        return Check(where, tracker, address);
    }

    private static bool Check(string where, DirtyTracker tracker, byte* memory)
    {
        Console.WriteLine($"{where} {tracker.Mode} {tracker.Granularity}");
        Console.WriteLine($"{where} because {tracker.ModeReason}");
        if (tracker.Mode != TrackingMode.KernelScan)
        {
            bool refused = Refuses(memory, tracker);
            memory[5 * Page]++;
            tracker.Persist();
            Console.WriteLine($"{where} {(refused ? "refused by name" : "NOT refused by name")}, persisted");
            return refused;
        }

        var random = new Random(1);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            int[] written = [.. Enumerable.Range(0, random.Next(60)).Select(_ => random.Next((int)(Length / Page))).Distinct().Order()];
            foreach (int page in written)
                memory[(long)page * Page + random.Next(Page)]++;
            for (int i = 0; i < 20; i++)
                _ = Volatile.Read(ref memory[random.NextInt64(Length)]);
            if (epoch % 4 == 3)
                _ = Advise(memory, (nuint)Length, epoch % 8 == 3 ? 4 : 21);
            tracker.Collect();
            int[] reported = [.. tracker.Tree.GetRanges().SelectMany(r => Enumerable.Range((int)(r.Offset / Page), (int)(r.Length / Page)))];
            if (!reported.SequenceEqual(written))
            {
                Console.WriteLine($"{where} WRONG in epoch {epoch}: written {string.Join(' ', written)}; reported {string.Join(' ', reported)}");
                return false;
            }

            tracker.Persist();
        }

        Console.WriteLine($"{where} {Epochs} epochs exact");
        return true;
    }

    private static bool Refuses(byte* memory, DirtyTracker tracker)
    {
        try
        {
            using DirtyTracker asked = DirtyTracker.Attach(memory, (nuint)tracker.FileRange.Length, TrackingMode.KernelScan);
            return false;
        }
        catch (NotSupportedException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* hint, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
