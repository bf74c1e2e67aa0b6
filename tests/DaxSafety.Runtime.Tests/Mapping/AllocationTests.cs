using System.IO.MemoryMappedFiles;

namespace DaxSafety.Tests.Mapping;

/// <summary>Nothing on the hot path allocates, whichever way the bytes are reached. The tree's own is in DirtyTreeTests.</summary>
public sealed unsafe class AllocationTests
{
    [Fact]
    public void PersistOfViewsAndAddresses_AllocatesNothing_OnLinux()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(100, 100_000);
        using MemoryMappedViewStream stream = file.Map.CreateViewStream(5000, 100_000);
        using MappedPointer pointer = new(file);
        byte* address = pointer.Address;
        AssertNone(() =>
        {
            view.Write(4000, 1);
            view.Persist();
            view.Persist(4000, 4);
            stream.Persist(1, 2);
            view.SafeMemoryMappedViewHandle.Persist(5, 6);
            PersistentMemory.Persist(address + 9, 10);
            PersistentMemory.CopyAndPersist("bytes"u8, address + 77);
            PersistentMemory.FillAndPersist(address + 99, 100, 1);
            PersistentMemory.Copy("bytes"u8, address + 177);
            PersistentMemory.Fill(address + 199, 100, 1);
            PersistentMemory.WriteBack(address, 5000);
            PersistentMemory.Fence();
        });
    }

    [Theory]
    [InlineData(TrackingMode.Marks)]
    [InlineData(TrackingMode.Scopes)]
    [InlineData(TrackingMode.WholeRange)]
    public void TrackedWrites_AllocateNothing(TrackingMode mode)
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        using DirtyTracker tracker = view.Track(mode, file.File.Handle);
        AssertNone(() =>
        {
            using (WriteScope write = tracker.BeginWrite(700, 100))
                write.Span.Fill(1);
            if (mode != TrackingMode.Scopes)
                tracker.MarkDirty(5000, 8);
            tracker.Persist(0, 1000);
            tracker.Persist();
            tracker.Persist();
        });
    }

    private static void AssertNone(Action action)
    {
        for (int i = 0; i < 100; i++)
            action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            action();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
