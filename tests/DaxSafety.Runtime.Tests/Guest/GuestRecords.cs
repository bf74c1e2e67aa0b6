using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Guest;

/// <summary>
/// Writes numbered records and acknowledges them, until the power goes; and finds out after it whether what was acknowledged is there.
/// One thread writes a record, makes it durable in the way that is on trial, and acknowledges it in the same direct-access file by
/// <c>clflush</c>: that instruction takes its line to memory by itself, and completes no other line's write-back. So an acknowledgement
/// is durable at once, nothing stands between the trial and the cut, and a missing fence shows: pending write-backs are lost
/// unless an interrupt has happened to complete them. The main thread does the same with a page-cache file and whole persists.
/// </summary>
internal static unsafe class GuestRecords
{
    private const int RecordSize = 256, Slots = 8192, Page = 4096;
    private const long DaxLength = Page + (long)Slots * RecordSize;
    private const int DiskSlots = 64;
    private const long DiskLength = DiskSlots * (long)Page;

    private static long s_acknowledged;

    public static int Run(string daxPath, string diskPath, PersistWay way)
    {
        using DurableMap dax = File.Exists(daxPath) ? DurableMap.Open(daxPath) : DurableMap.Create(daxPath, DaxLength);
        using DurableMap disk = File.Exists(diskPath) ? DurableMap.Open(diskPath) : DurableMap.Create(diskPath, DiskLength);
        if (!Check(dax, disk))
            return 1;
        s_acknowledged = dax.Read<long>(0);
        RunOnlyOn(processor: 0);
        new Thread(() => WriteRecords(dax, way)) { IsBackground = true }.Start();
        WriteDisk(dax, disk);
        return 0;
    }

    public static bool Check(string daxPath, string diskPath)
    {
        using DurableMap dax = DurableMap.Open(daxPath), disk = DurableMap.Open(diskPath);
        return Check(dax, disk);
    }

    private static bool Check(DurableMap dax, DurableMap disk)
    {
        long acknowledged = dax.Read<long>(0), onDisk = dax.Read<long>(64);
        long lost = 0, lostOnDisk = 0;
        Span<long> expected = stackalloc long[RecordSize / 8];
        for (long i = Math.Max(0, acknowledged - Slots / 2); i < acknowledged; i++)
        {
            Fill(expected, i);
            lost += dax.View<long>(Place(i), expected.Length).SequenceEqual(expected) ? 0 : 1;
        }

        for (long i = Math.Max(0, onDisk - DiskSlots / 2); i < onDisk; i++)
            lostOnDisk += disk.Read<long>(i % DiskSlots * Page + 100) == i ? 0 : 1;
        Console.WriteLine($"acknowledged {acknowledged} lost {lost}; on disk {onDisk} lost {lostOnDisk}");
        return lost == 0 && lostOnDisk == 0;
    }

    /// <summary>Keeps this thread, and those it starts, to one processor.</summary>
    private static void RunOnlyOn(int processor)
    {
        ulong mask = 1UL << processor;
        Assert.Equal(0, sched_setaffinity(0, sizeof(ulong), &mask));
    }

    [DllImport("libc")]
    private static extern int sched_setaffinity(int thread, nuint maskSize, ulong* mask);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteRecords(DurableMap dax, PersistWay way)
    {
        RunOnlyOn(processor: 1);
        Span<long> record = stackalloc long[RecordSize / 8];
        byte* start = (byte*)dax.Address;
        var flush = (delegate* unmanaged[SuppressGCTransition]<void*, nuint, void>)LineCode.Instance.WriteBackBy(WriteBackInstruction.ClFlush);
        for (long i = s_acknowledged; ; i++)
        {
            Fill(record, i);
            long place = Place(i);
            switch (way)
            {
                case PersistWay.Map:
                    dax.Write(place, MemoryMarshal.AsBytes(record));
                    dax.Persist(place, RecordSize);
                    break;
                case PersistWay.Copy:
                    PersistentMemory.CopyAndPersist(MemoryMarshal.AsBytes(record), start + place);
                    break;
                case PersistWay.NoWriteBack:
                    record.CopyTo(new Span<long>(start + place, record.Length));
                    PersistentMemory.Fence();
                    break;
                case PersistWay.NoFence:
                    record.CopyTo(new Span<long>(start + place, record.Length));
                    PersistentMemory.WriteBack(start + place, RecordSize);
                    break;
            }

            *(long*)start = i + 1;
            flush(start, sizeof(long));
            Volatile.Write(ref s_acknowledged, i + 1);
        }
    }

    private static void WriteDisk(DurableMap dax, DurableMap disk)
    {
        for (long i = dax.Read<long>(64); ; i++)
        {
            disk.Write(i % DiskSlots * Page + 100, i);
            disk.Persist();
            long* place = (long*)((byte*)dax.Address + 64);
            *place = i + 1;
            PersistentMemory.Persist(place, sizeof(long));
            Console.WriteLine($"done {Volatile.Read(ref s_acknowledged)} and {i + 1} on disk");
            Thread.Sleep(5);
        }
    }

    private static long Place(long record) => Page + record % Slots * RecordSize;

    private static void Fill(Span<long> record, long index)
    {
        for (int j = 0; j < record.Length; j++)
            record[j] = (index + 1) * unchecked((long)0x9E3779B97F4A7C15) ^ j;
    }
}
