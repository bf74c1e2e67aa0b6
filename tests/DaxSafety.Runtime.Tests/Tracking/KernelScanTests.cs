using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using DaxSafety.Tracking;
using Xunit.Abstractions;

namespace DaxSafety.Tests.Tracking;

/// <summary>The kernel's report of written pages, against the page cache as the oracle: nothing is missed, nothing is made up.</summary>
public sealed unsafe partial class KernelScanTests(ITestOutputHelper output)
{
    private const int Page = 4096;
    private const long Length = 8 << 20;

    [Fact]
    public void ThisKernel_PassesTheSelfTestOrSaysWhyNot()
    {
        output.WriteLine(WrittenPageScan.KernelFault.Length == 0 ? "kernel scan: available" : $"kernel scan: {WrittenPageScan.KernelFault}");
        using MappedTestFile file = new(Length);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        using DirtyTracker tracker = view.Track();
        output.WriteLine($"{tracker.Mode}: {tracker.ModeReason}");
        Assert.Equal(WrittenPageScan.KernelFault.Length == 0 ? TrackingMode.KernelScan : TrackingMode.WholeRange, tracker.Mode);
    }

    [KernelScanFact]
    public void FrameworkWrites_AreFoundToThePage()
    {
        using MappedTestFile file = new(Length);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        using DirtyTracker tracker = view.Track();
        view.Write(5 * Page + 17, 1L);
        view.Write(700 * Page - 4, 1L);
        tracker.Collect();
        Assert.Equal([new DirtyRange(5 * Page, Page), new DirtyRange(699 * Page, 2 * Page)], tracker.Tree.GetRanges());
        Assert.Equal(3, file.NotOnDisk());
        Assert.Equal(3 * Page / 64, tracker.Persist());
        Assert.Equal(0, file.NotOnDisk());
        Assert.Equal(0, tracker.Persist());
    }

    [KernelScanFact]
    public void EveryEpoch_ReportsWhatWasWrittenInItAndNothingElse()
    {
        using MappedTestFile file = new(Length);
        using MappedPointer pointer = new(file);
        using DirtyTracker tracker = DirtyTracker.Attach(pointer.Address, (nuint)Length, TrackingMode.KernelScan);
        var random = new Random(1);
        for (int epoch = 0; epoch < 30; epoch++)
        {
            int[] pages = [.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next((int)(Length / Page))).Distinct().Order()];
            foreach (int page in pages)
                pointer.Address[(long)page * Page + random.Next(Page)]++;
            for (int i = 0; i < 20; i++)
                _ = Volatile.Read(ref pointer.Address[random.Next((int)Length)]);
            if (epoch % 5 == 4)
                Assert.Equal(0, Advise(pointer.Address, (nuint)Length, epoch % 2 == 0 ? DontNeed : PageOut));
            tracker.Collect();
            Assert.Equal(pages, tracker.Tree.GetRanges().SelectMany(r => Enumerable.Range((int)(r.Offset / Page), (int)(r.Length / Page))));
            tracker.Persist();
            Assert.Equal(0, file.NotOnDisk());
        }
    }

    [KernelScanFact]
    public void PersistWhileATrackerOfTheFileIsDisposed_CoversWhatThatOneHadSeen()
    {
        using MappedTestFile file = new(Length);
        using MappedPointer one = new(file), other = new(file);
        using DirtyTracker stays = DirtyTracker.Attach(one.Address, (nuint)Length, TrackingMode.Marks);
        byte* written = other.Address + 9 * Page;
        for (int round = 0; round < 200; round++)
        {
            DirtyTracker goes = DirtyTracker.Attach(other.Address, (nuint)Length, TrackingMode.KernelScan);
            *written = (byte)round;
            using Barrier start = new(2);
            Thread disposing = new(() =>
            {
                start.SignalAndWait();
                goes.Dispose();
            });
            disposing.Start();
            start.SignalAndWait();
            Thread.SpinWait(round * 20);
            stays.Persist();
            long left = file.NotOnDisk();
            disposing.Join();
            Assert.Equal(0, left);
        }
    }

    [KernelScanFact]
    public void SystemCallThatReadsIntoTheMapping_IsAWriteToo()
    {
        using MappedTestFile file = new(Length), source = new(Page);
        using MappedPointer pointer = new(file);
        using DirtyTracker tracker = DirtyTracker.Attach(pointer.Address, (nuint)Length, TrackingMode.KernelScan);
        RandomAccess.Read(source.File.Handle, new Span<byte>(pointer.Address + 9 * Page, Page), 0);
        tracker.Collect();
        Assert.Equal([new DirtyRange(9 * Page, Page)], tracker.Tree.GetRanges());
    }

    [KernelScanFact]
    public void UnalignedView_IsTrackedToItsOwnBytes()
    {
        using MappedTestFile file = new(Length);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(4000, 100_000);
        using DirtyTracker tracker = view.Track();
        Assert.Equal(TrackingMode.KernelScan, tracker.Mode);
        view.Write(0, (byte)1);
        view.Write(99_999, (byte)1);
        tracker.Collect();
        Assert.True(tracker.Tree.IsDirty(new DirtyRange(4000, 1)));
        Assert.True(tracker.Tree.IsDirty(new DirtyRange(103_999, 1)));
        Assert.False(tracker.Tree.IsDirty(new DirtyRange(0, 3968)));
        tracker.Persist();
        Assert.Equal(0, file.NotOnDisk());
        Assert.True(tracker.Tree.IsEmpty);
    }

    [KernelScanFact]
    public void WrittenBeforeTracking_IsDurableWhenTrackReturns()
    {
        using MappedTestFile file = new(Length);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        view.Write(12_345, 1L);
        using DirtyTracker tracker = view.Track();
        Assert.Equal(0, file.NotOnDisk());
    }

    [KernelScanFact]
    public void TrackerDisposed_WhatTheKernelHadNotedStaysWithTheFile()
    {
        using MappedTestFile file = new(Length);
        using MemoryMappedViewAccessor first = file.Map.CreateViewAccessor(), second = file.Map.CreateViewAccessor();
        using DirtyTracker stays = first.Track();
        using (DirtyTracker goes = second.Track())
            second.Write(3 * Page, 1L);
        Assert.True(stays.Tree.IsDirty(new DirtyRange(3 * Page, 1)));
        stays.Persist();
        Assert.Equal(0, file.NotOnDisk());
    }

    [KernelScanFact]
    public void SecondTrackerOfTheSameAddresses_FallsBackAndSaysWhy()
    {
        using MappedTestFile file = new(Length);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        using DirtyTracker first = view.Track();
        using DirtyTracker second = view.Track();
        Assert.Equal(TrackingMode.WholeRange, second.Mode);
        Assert.Contains("watched already", second.ModeReason);
        Assert.Throws<NotSupportedException>(() => view.Track(TrackingMode.KernelScan));
        view.Write(3 * Page, 1L);
        second.Persist();
        Assert.Equal(0, file.NotOnDisk());
    }

    [KernelScanFact]
    public void FileThatCannotBeFound_ScanIsRefusedUnlessItsHandleIsGiven()
    {
        using TemporaryFile file = new(Length);
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(file.OpenShared(), null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor();
        File.Delete(file.Path);
        using (DirtyTracker tracker = view.Track())
        {
            Assert.Equal(TrackingMode.WholeRange, tracker.Mode);
            Assert.Contains("handle", tracker.ModeReason);
            Assert.False(tracker.SharesMarks);
        }

        using DirtyTracker known = view.Track(TrackingMode.Automatic, file.Handle);
        Assert.Equal(TrackingMode.KernelScan, known.Mode);
    }

    [KernelScanFact]
    public void MappingPulledAway_EverythingCountsAsWritten()
    {
        using MappedTestFile file = new(Length);
        MappedPointer pointer = new(file);
        WrittenPageScan scan = WrittenPageScan.TryStart(new AddressRange(pointer.Address, (nuint)Length), out _)!;
        pointer.Dispose();
        var reported = new List<DirtyRange>();
        scan.Collect(scan.All, reported.Add);
        scan.Dispose();
        Assert.Equal([new DirtyRange(0, Length)], reported);
    }

    [KernelScanFact]
    public void WritersDuringPersists_LastPersistLeavesNothing()
    {
        using MappedTestFile file = new(Length);
        using MappedPointer pointer = new(file);
        using DirtyTracker tracker = DirtyTracker.Attach(pointer.Address, (nuint)Length, TrackingMode.KernelScan);
        bool stop = false;
        byte* memory = pointer.Address;
        Thread[] writers = [.. Enumerable.Range(1, 2).Select(seed => new Thread(() =>
        {
            var random = new Random(seed);
            while (!Volatile.Read(ref stop))
                memory[random.Next((int)Length)]++;
        }))];
        foreach (Thread writer in writers)
            writer.Start();
        for (int i = 0; i < 10; i++)
            tracker.Persist(i * (Length / 10), Length / 10);
        Volatile.Write(ref stop, true);
        foreach (Thread writer in writers)
            writer.Join();
        tracker.Persist();
        Assert.Equal(0, file.NotOnDisk());
        Assert.True(tracker.Tree.IsEmpty);
    }

    private const int DontNeed = 4, PageOut = 21;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
