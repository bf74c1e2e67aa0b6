using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Tracking;

/// <summary>One tree per file, whatever maps it; the modes; what a tracker promises and refuses.</summary>
public sealed unsafe partial class DirtyTrackerTests
{
    private const int Page = 4096;

    [Fact]
    public void TwoMappingsOfOneFile_ShareOneTreeByFileOffset()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedFile second = MemoryMappedFile.CreateFromFile(
            file.File.OpenShared(), null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false);
        using MemoryMappedViewAccessor whole = file.Map.CreateViewAccessor();
        using MemoryMappedViewStream part = second.CreateViewStream(100_000, 300_000);
        using DirtyTracker a = whole.Track(TrackingMode.Marks), b = part.Track(TrackingMode.Marks);
        Assert.True(a.SharesMarks);
        Assert.Same(a.Tree, b.Tree);
        Assert.Equal(new DirtyRange(100_000, 300_000), b.FileRange);

        b.MarkDirty(28, 1);
        Assert.Equal([LineIndex.Of(100_028).Range], a.Tree.GetRanges());
        a.MarkDirty(900_000, 1);
        Assert.Equal(1, b.Persist());
        Assert.Equal([LineIndex.Of(900_000).Range], b.Tree.GetRanges());
        Assert.Equal(1, a.Persist());
        Assert.True(a.Tree.IsEmpty);
    }

    [Fact]
    public void RenamedFile_IsStillTheSameFile()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using TemporaryFile file = new(1 << 16);
        string moved = file.Path + ".moved";
        using MemoryMappedFile before = MemoryMappedFile.CreateFromFile(file.OpenShared(), null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false);
        using MemoryMappedViewAccessor first = before.CreateViewAccessor();
        using DirtyTracker a = first.Track(TrackingMode.Marks);
        File.Move(file.Path, moved);
        try
        {
            using MemoryMappedFile after = MemoryMappedFile.CreateFromFile(moved);
            using MemoryMappedViewAccessor second = after.CreateViewAccessor();
            using DirtyTracker b = second.Track(TrackingMode.Marks);
            Assert.Same(a.Tree, b.Tree);
        }
        finally
        {
            File.Move(moved, file.Path);
        }
    }

    [Fact]
    public void TwoFiles_HaveTwoTrees()
    {
        using MappedTestFile one = new(1 << 16), other = new(1 << 16);
        using MemoryMappedViewAccessor first = one.Map.CreateViewAccessor(), second = other.Map.CreateViewAccessor();
        using DirtyTracker a = first.Track(TrackingMode.Marks), b = second.Track(TrackingMode.Marks);
        Assert.NotSame(a.Tree, b.Tree);
    }

    [Fact]
    public void HandleOfAnotherFile_IsNotBelieved()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using MappedTestFile one = new(1 << 16), other = new(1 << 16);
        using MemoryMappedViewAccessor view = one.Map.CreateViewAccessor(), second = other.Map.CreateViewAccessor();
        using DirtyTracker a = second.Track(TrackingMode.Marks);
        using DirtyTracker b = view.Track(TrackingMode.Marks, other.File.Handle);
        Assert.NotSame(a.Tree, b.Tree);
    }

    [PageCacheFact]
    public void MarkedRange_PersistMakesItDurableAndTheRestStaysMarked()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(4000, 500_000);
        using DirtyTracker tracker = view.Track(TrackingMode.Marks);
        foreach (long offset in new long[] { 0, 100, 40_000, 499_999 })
        {
            view.Write(offset, (byte)7);
            tracker.MarkDirty(offset, 1);
        }

        Assert.Equal(1, tracker.Persist(40_000, 10));
        Assert.Equal(0, file.NotOnDisk(44_000 & -Page, Page));
        Assert.NotEqual(0, file.NotOnDisk());
        Assert.Equal(3, tracker.Persist());
        Assert.Equal(0, file.NotOnDisk());
        Assert.Equal(0, tracker.Persist());
    }

    [PageCacheFact]
    public void MarksOfAClosedMapping_PersistFileReachesThem()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor stays = file.Map.CreateViewAccessor(0, 1 << 16);
        using DirtyTracker tracker = stays.Track(TrackingMode.Marks);
        MemoryMappedViewAccessor goes = file.Map.CreateViewAccessor(1 << 19, 1 << 16);
        using (DirtyTracker other = goes.Track(TrackingMode.Marks))
        {
            goes.Write(5, (byte)1);
            other.MarkDirty(5, 1);
        }

        stays.Write(9, (byte)1);
        tracker.MarkDirty(9, 1);
        Assert.Equal(2, tracker.Tree.Count);
        Assert.Equal(2, tracker.PersistFile());
        Assert.Equal(0, file.NotOnDisk());
        Assert.True(tracker.Tree.IsEmpty);
        goes.Dispose();
    }

    [PageCacheTheory]
    [InlineData("view that knows nothing")]
    [InlineData("view that the kernel watches")]
    [InlineData("map that knows nothing")]
    [InlineData("map for one thread")]
    public void ClosedMapping_LeavesWhatOnlyItKnew_ToThePersistOfTheFile(string what)
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor stays = file.Map.CreateViewAccessor(0, 1 << 16);
        using DirtyTracker tracker = stays.Track(TrackingMode.Marks);
        if (what.StartsWith("view", StringComparison.Ordinal))
        {
            if (what.Contains("kernel") && KernelScanFactAttribute.WhyNot != null)
                return;
            using MemoryMappedViewAccessor goes = file.Map.CreateViewAccessor(1 << 19, 1 << 16);
            using (goes.Track(what.Contains("kernel") ? TrackingMode.KernelScan : TrackingMode.WholeRange))
                goes.Write(5, 1L);

            // Unmaps; disposing the view would flush it first.
            goes.SafeMemoryMappedViewHandle.Dispose();
        }
        else
        {
            using DurableMap map = DurableMap.Open(file.File.Path, what.Contains("one thread")
                ? new() { Sharing = DirtyTreeSharing.Exclusive } : new() { Tracking = MapTracking.None });
            map.Write(900_000, 1L);
        }

        Assert.NotEqual(0, file.NotOnDisk());
        tracker.PersistFile();
        Assert.Equal(0, file.NotOnDisk());
    }

    [PageCacheTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void RangesOfClosedMappings_AreDurable_ByTheFileAndByMappingItAgain(bool mapAgain)
    {
        using MappedTestFile file = new(1 << 20);
        using (MemoryMappedViewAccessor view = file.Map.CreateViewAccessor())
        {
            view.Write(5000, 1L);
            view.Write(900_000, 1L);
        }

        ClosedMappingSink sink = new(() => File.OpenHandle(file.File.Path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite)) { AlwaysMap = mapAgain };
        sink.MakeDurable([new(4992, 64), new(899_968, 128), new(2 << 20, 64)]);
        Assert.Equal(0, file.NotOnDisk());
        Assert.Throws<FileOutOfReachException>(() => new ClosedMappingSink(() => null).MakeDurable([new(0, 64)]));
    }

    [PageCacheFact]
    public void DurableMapAndTrackedView_SeeTheSameMarks()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(1 << 16, 1 << 16);
        using DirtyTracker tracker = view.Track(TrackingMode.Marks);
        using DurableMap map = DurableMap.Open(file.File.Path);
        map.Write((1 << 16) + 100, 1L);
        map.Write(5, 1L);
        Assert.Same(map.Dirty, tracker.Tree);
        Assert.Equal(1, tracker.Persist());
        Assert.Equal([new DirtyRange(0, 64)], map.Dirty!.GetRanges());
        view.Write(200, 1L);
        tracker.MarkDirty(200, 8);
        map.Persist();
        Assert.Equal(0, file.NotOnDisk());
        Assert.Equal(0, tracker.Persist());
    }

    [PageCacheFact]
    public void DurableMapThatRecordsNothing_IsPersistedWithTheFile()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(0, 1 << 16);
        using DirtyTracker tracker = view.Track(TrackingMode.Marks);
        using DurableMap map = DurableMap.Open(file.File.Path, new() { Tracking = MapTracking.None });
        map.Write(100, 1L);
        tracker.Persist();
        Assert.Equal(0, file.NotOnDisk());
        map.Write(900_000, 1L);
        tracker.PersistFile();
        Assert.Equal(0, file.NotOnDisk());
    }

    [Fact]
    public void LastTrackerGone_TheFileStartsAnew()
    {
        using MappedTestFile file = new(1 << 16);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        DirtyTree old;
        using (DirtyTracker tracker = view.Track(TrackingMode.Marks))
        {
            tracker.MarkDirty(0, 1);
            old = tracker.Tree;
        }

        Assert.Throws<ObjectDisposedException>(() => old.Count);
        using DirtyTracker next = view.Track(TrackingMode.Marks);
        Assert.True(next.Tree.IsEmpty);
    }

    [Theory]
    [InlineData(TrackingMode.Marks, 0)]
    [InlineData(TrackingMode.Scopes, 2)]
    public void WriteScope_MarksWhenItEnds_AndInModeScopesWhenItOpens(TrackingMode mode, long markedWhileOpen)
    {
        using MappedTestFile file = new(1 << 16);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        using DirtyTracker tracker = view.Track(mode);
        using (WriteScope write = tracker.BeginWrite(60, 10))
        {
            write.Span.Fill(3);
            Assert.Equal(markedWhileOpen, tracker.Tree.Count);
            tracker.Persist();
        }

        Assert.Equal(3, view.ReadByte(69));
        Assert.Equal(2, tracker.Persist());
        Assert.True(tracker.Tree.IsEmpty);
    }

    [Fact]
    public void ModeScopes_RefusesMarksBesideTheScopes()
    {
        using MappedTestFile file = new(1 << 16);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        using DirtyTracker tracker = view.Track(TrackingMode.Scopes);
        Assert.Throws<InvalidOperationException>(() => tracker.MarkDirty(0, 1));
    }

    [PageCacheFact]
    public void WholeRange_PersistsWhatNobodyMarked()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(100, 1 << 19);
        using DirtyTracker tracker = view.Track(TrackingMode.WholeRange);
        view.Write(70_000, 1L);
        tracker.Persist(0, 10);
        Assert.NotEqual(0, file.NotOnDisk());
        tracker.Persist(70_000, 8);
        Assert.Equal(0, file.NotOnDisk());
    }

    [PageCacheFact]
    public void MappingThatKnowsNothing_BesideOneWithMarks_IsPersistedWithIt()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor marked = file.Map.CreateViewAccessor(), unknown = file.Map.CreateViewAccessor(0, 1 << 18);
        using DirtyTracker a = marked.Track(TrackingMode.Marks), b = unknown.Track(TrackingMode.WholeRange);
        unknown.Write(200_000, 1L);
        a.Persist();
        Assert.Equal(0, file.NotOnDisk());
    }

    [Fact]
    public void FailedFlush_LeavesTheMarks_AndPoisonsTheFile()
    {
        if (!OperatingSystem.IsLinux())
            return;
        // A mapping of the test's own, so that it can be pulled from under the tracker; so long that nothing else is likely to be
        // mapped into the gap, whose lower end is used last.
        const int LongEnough = 64 << 20;
        using MappedTestFile file = new(LongEnough);
        void* address = Map(null, LongEnough, 3, 1, (int)file.File.Handle.DangerousGetHandle(), 0);
        using DirtyTracker tracker = DirtyTracker.Attach(address, LongEnough, TrackingMode.Marks);
        tracker.MarkDirty(5000, 1);
        Assert.Equal(0, Unmap(address, LongEnough));
        Assert.Throws<IOException>(() => tracker.Persist());
        Assert.Equal(1, tracker.Tree.Count);
        var again = Assert.Throws<IOException>(() => tracker.Persist());
        Assert.Contains("earlier flush", again.Message);
        Assert.Throws<IOException>(() => tracker.PersistFile());
        Assert.Equal(1, tracker.Tree.Count);
    }

    [Fact]
    public void ReadOnlyAndPrivateMappings_AreRefused()
    {
        using MappedTestFile file = new(1 << 16);
        using MemoryMappedViewAccessor read = file.Map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        Assert.Throws<NotSupportedException>(() => read.Track());
        using MemoryMappedViewAccessor copy = file.Map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
        Assert.ThrowsAny<ArgumentException>(() => copy.Track());
    }

    [Fact]
    public void RangesOutsideTheMapping_AreRefused()
    {
        using MappedTestFile file = new(1 << 16);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(0, 1000);
        using DirtyTracker tracker = view.Track(TrackingMode.Marks);
        Assert.Throws<ArgumentOutOfRangeException>(() => tracker.MarkDirty(1000, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tracker.Persist(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tracker.BeginWrite(999, 2).Dispose());
        Assert.Equal(0, tracker.Persist(1000, 0));
    }

    [Fact]
    public void AfterDispose_EveryCallSaysSo()
    {
        using MappedTestFile file = new(1 << 16);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        DirtyTracker tracker = view.Track(TrackingMode.Marks);
        tracker.Dispose();
        tracker.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tracker.MarkDirty(0, 1));
        Assert.Throws<ObjectDisposedException>(() => tracker.Persist());
        Assert.Throws<ObjectDisposedException>(() => tracker.PersistFile());
        Assert.Throws<ObjectDisposedException>(() => tracker.Collect());
    }

    [Fact]
    public void ViewDisposedFirst_TrackerStillPersists()
    {
        using MappedTestFile file = new(1 << 16);
        MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        using DirtyTracker tracker = view.Track(TrackingMode.Marks);
        tracker.MarkDirty(10, 1);
        view.Dispose();
        Assert.Equal(1, tracker.Persist());
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* hint, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
