using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tests.Windows;

/// <summary>
/// The library on Windows, or on Wine, which answers for the calls and their results and not for durability. Each step prints its name
/// before and its outcome after, so that a trace of system calls can be read beside it.
/// </summary>
internal static unsafe class Program
{
    private static int Main(string[] args)
    {
        string folder = args[0];
        Console.WriteLine($"instruction {PersistentMemory.Instruction}");
        string path = Path.Combine(folder, "views.bin");
        Step("create", () => DurableFile.Create(path, 1 << 20).Dispose());
        Step("view, file shared", () => PersistView(path, FileShare.ReadWrite, giveHandle: false));
        Step("view, file not shared", () => PersistView(path, FileShare.Read, giveHandle: false));
        Step("view, file not shared, handle given", () => PersistView(path, FileShare.Read, giveHandle: true));
        Step("plain address", () => PersistAddress(path));
        Step("private memory", () => PersistentMemory.Persist(new byte[64]));
        Step("copy-on-write view", () => PersistCopyOnWrite(path));
        Step("map", () => UseMap(path));
        SharedMarks.Run(path);
        Step("resize", () => Resize(path));
        Step("replace", () => Replace(folder, path));
        return 0;
    }

    private static void PersistView(string path, FileShare share, bool giveHandle)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, share);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(100, 8192);
        view.Write(8191, (byte)1);
        try
        {
            if (giveHandle)
                view.Persist(8191, 1, file.SafeFileHandle);
            else
                view.Persist(8191, 1);
        }
        catch (IOException) when (!giveHandle)
        {
            // No flush has failed, so the view is still good for one that is told the file.
            view.Persist(file.SafeFileHandle);
            throw;
        }
    }

    private static void PersistAddress(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor();
        byte* address = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        try
        {
            address[5000] = 1;
            PersistentMemory.Persist(address + 5000, 1);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static void PersistCopyOnWrite(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            file, null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor(0, 100, MemoryMappedFileAccess.CopyOnWrite);
        view.Write(0, 1);
        view.Persist();
    }

    private static void UseMap(string path)
    {
        using (DurableMap map = DurableMap.Open(path))
        {
            map.Write(4090, 0x1122334455667788);
            map.Persist();
            map.Write(0, 5);
            map.PersistAsync().GetAwaiter().GetResult();
            Console.WriteLine($"granularity {map.Granularity}");
        }

        using SafeFileHandle file = File.OpenHandle(path);
        byte[] value = new byte[8];
        RandomAccess.Read(file, value, 4090);
        if (BitConverter.ToInt64(value) != 0x1122334455667788)
            throw new InvalidOperationException("The write is not in the file.");
    }

    private static void Resize(string path)
    {
        using DurableMap map = DurableMap.Open(path);
        map.Resize(2 << 20);
        map.Write((2 << 20) - 8, 1L);
        map.Resize(1 << 20);
        Console.WriteLine($"length {new FileInfo(path).Length}");
    }

    private static void Replace(string folder, string path)
    {
        string fresh = Path.Combine(folder, "fresh.bin");
        using (SafeFileHandle file = DurableFile.Create(fresh, 10))
            RandomAccess.Write(file, [42], 0);
        DurableFile.Replace(fresh, path);
        Console.WriteLine($"replaced by {File.ReadAllBytes(path)[0]} of {new FileInfo(path).Length}");
    }

    internal static void Step(string name, Action action)
    {
        Console.WriteLine($"begin {name}");
        try
        {
            action();
            Console.WriteLine($"end {name}: done");
        }
        catch (Exception e)
        {
            Console.WriteLine($"end {name}: {e.GetType().Name} {e.Message}");
        }
    }
}
