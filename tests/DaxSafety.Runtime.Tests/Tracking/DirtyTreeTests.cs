using DaxSafety;
using Xunit;

namespace DaxSafety.Tests.Tracking;

public sealed class DirtyTreeTests
{
    public static TheoryData<DirtyTreeSharing, bool> Kinds => new()
    {
        { DirtyTreeSharing.Shared, false },
        { DirtyTreeSharing.Shared, true },
        { DirtyTreeSharing.Exclusive, false },
        { DirtyTreeSharing.Exclusive, true },
    };

    private static DirtyTree Create(long length, DirtyTreeSharing sharing, bool explicitCommit) =>
        new(length, sharing, explicitCommit, 1 << 20);

    [Theory, MemberData(nameof(Kinds))]
    public void FreshTree_HasNothing(DirtyTreeSharing sharing, bool explicitCommit)
    {
        using DirtyTree tree = Create(1 << 30, sharing, explicitCommit);
        var sink = new RecordingSink();
        Assert.True(tree.IsEmpty);
        Assert.Equal(0, tree.Count);
        Assert.Equal(0, tree.Persist(sink));
        Assert.Empty(sink.Calls);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void NeighbouringLines_AreOneRange(DirtyTreeSharing sharing, bool explicitCommit)
    {
        using DirtyTree tree = Create(1 << 30, sharing, explicitCommit);
        // Across a word (64), a node (512), a region (2^18) and 2 MiB of data: wherever the levels have a seam.
        foreach (long seam in new long[] { 64, 512, 1 << 15, 1 << 18 })
        {
            tree.Mark(new LineIndex(seam - 1));
            tree.Mark(new LineIndex(seam));
        }

        var sink = new RecordingSink();
        Assert.Equal(8, tree.Persist(sink));
        Assert.Equal(
            new long[] { 64, 512, 1 << 15, 1 << 18 }.Select(seam => new DirtyRange((seam - 1) * 64, 128)),
            sink.Ranges);
        Assert.True(tree.IsEmpty);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void SixteenTebibytes_FirstAndLastLine_AreFound(DirtyTreeSharing sharing, bool explicitCommit)
    {
        using DirtyTree tree = Create(DirtyTree.MaxLength, sharing, explicitCommit);
        var last = new LineIndex(DirtyTree.MaxLength / 64 - 1);
        tree.Mark(last);
        tree.Mark(new LineIndex(0));
        Assert.Equal(2, tree.Count);
        var sink = new RecordingSink();
        tree.Persist(sink);
        Assert.Equal([new DirtyRange(0, 64), last.Range], sink.Ranges);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void LastLineIsShort_RangeEndsWithTheData(DirtyTreeSharing sharing, bool explicitCommit)
    {
        using DirtyTree tree = Create(1000, sharing, explicitCommit);
        tree.MarkRange(new DirtyRange(999, 1));
        Assert.Equal([new DirtyRange(960, 40)], tree.GetRanges());
        var sink = new RecordingSink();
        tree.Persist(sink);
        Assert.Equal([new DirtyRange(960, 40)], sink.Ranges);
        Assert.True(tree.IsEmpty);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void PersistOfPart_LeavesTheRest(DirtyTreeSharing sharing, bool explicitCommit)
    {
        using DirtyTree tree = Create(1 << 26, sharing, explicitCommit);
        tree.MarkRange(new DirtyRange(0, 1 << 26));
        var sink = new RecordingSink();
        var middle = new DirtyRange(64 * 700, 64 * 40_000);
        Assert.Equal(40_000, tree.Persist(middle, sink));
        Assert.Equal([middle], sink.Ranges);
        Assert.Equal([DirtyRange.Between(0, middle.Offset), DirtyRange.Between(middle.End, 1 << 26)], tree.GetRanges());
        Assert.Equal((1 << 20) - 40_000, tree.Persist(sink));
        Assert.True(tree.IsEmpty);
    }

    [Fact]
    public void ListIsFull_PersistGoesOnWithTheNextStep()
    {
        using var tree = new DirtyTree(1 << 22, DirtyTreeSharing.Shared, forceCommit: false, mostRanges: 256);
        for (long line = 0; line < 65536; line += 2)
            tree.Mark(new LineIndex(line));
        var sink = new RecordingSink();
        Assert.Equal(32768, tree.Persist(sink));
        Assert.Equal(128, sink.Calls.Count);
        Assert.Equal(Enumerable.Range(0, 32768).Select(i => new DirtyRange(i * 128, 64)), sink.Ranges);
        Assert.True(tree.IsEmpty);
    }

    [Fact]
    public void FailedFlush_LosesNoMark()
    {
        using var tree = new DirtyTree(1 << 26);
        tree.MarkRange(new DirtyRange(100, 100_000));
        tree.Mark(new LineIndex(500_000));
        DirtyRange[] before = tree.GetRanges();
        Assert.Throws<IOException>(() => tree.Persist(new RecordingSink { Fails = true }));
        Assert.Equal(before, tree.GetRanges());
        var sink = new RecordingSink();
        tree.Persist(sink);
        Assert.Equal(before, sink.Ranges);
    }

    [Fact]
    public void SnapshotNotCompleted_MarksComeBack()
    {
        using var tree = new DirtyTree(1 << 20);
        tree.Mark(new LineIndex(7));
        using (DirtySnapshot towrite = tree.Snapshot())
        {
            Assert.Equal(1, towrite.Lines);
            Assert.True(tree.IsEmpty);
        }

        Assert.Equal(1, tree.Count);
        using (DirtySnapshot towrite = tree.Snapshot())
            Assert.True(towrite.Complete());
        Assert.True(tree.IsEmpty);
    }

    [Fact]
    public void SnapshotEndedTwice_SaysSo()
    {
        using var tree = new DirtyTree(1 << 20);
        tree.Mark(new LineIndex(7));
        DirtySnapshot towrite = tree.Snapshot();
        towrite.Complete();
        Assert.True(towrite.IsEmpty);
        InvalidOperationException? thrown = null;
        try
        {
            towrite.Complete();
        }
        catch (InvalidOperationException e)
        {
            thrown = e;
        }

        Assert.NotNull(thrown);
    }

    [Fact]
    public void PersistUnderOwnSnapshot_ThrowsInsteadOfWaitingForItself()
    {
        using var tree = new DirtyTree(1 << 20);
        tree.Mark(new LineIndex(7));
        using DirtySnapshot towrite = tree.Snapshot();
        tree.Mark(new LineIndex(5));
        tree.Mark(new LineIndex(9));
        Assert.Throws<InvalidOperationException>(() => tree.Persist(new RecordingSink()));
        Assert.Equal(2, tree.Count);
        towrite.Complete();
        Assert.Equal(2, tree.Persist(new RecordingSink()));
    }

    [Fact]
    public void LinesOfOnePage_AreOnePage()
    {
        using var tree = new DirtyTree(1 << 24);
        foreach (long line in new long[] { 0, 63, 64, 200, 5000 })
            tree.Mark(new LineIndex(line));
        Assert.Equal(4, tree.CountPages(4096));
        Assert.Equal(2, tree.CountPages(65536));
        using DirtySnapshot towrite = tree.Snapshot();
        var pages = new List<DirtyRange>();
        foreach (DirtyRange page in towrite.Pages(4096))
            pages.Add(page);
        Assert.Equal([new DirtyRange(0, 8192), new DirtyRange(3 * 4096, 4096), new DirtyRange(78 * 4096, 4096)], pages);
        towrite.Complete();
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Cursor_CountsFromPublish(DirtyTreeSharing sharing, bool explicitCommit)
    {
        using DirtyTree tree = Create(1 << 24, sharing, explicitCommit);
        DirtyCursor cursor = tree.Cursor();
        cursor.Mark(new LineIndex(1));
        cursor.Mark(new LineIndex(2));
        Assert.True(tree.IsEmpty);
        cursor.Mark(new LineIndex(64));
        Assert.Equal(2, tree.Count);
        cursor.Dispose();
        Assert.Equal(3, tree.Count);
        Assert.True(tree.IsDirty(new LineIndex(64)));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(1000, 1)]
    [InlineData(1, 1000)]
    [InlineData(long.MaxValue, 1)]
    [InlineData(1, long.MaxValue)]
    public void RangeOutside_NamesOffsetLengthAndTree(long offset, long length)
    {
        using var tree = new DirtyTree(1000);
        var thrown = Assert.Throws<ArgumentOutOfRangeException>(() => tree.MarkRange(new DirtyRange(offset, length)));
        Assert.Contains($"{offset}", thrown.Message);
        Assert.Contains("1000 bytes", thrown.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Persist(new DirtyRange(offset, length), new RecordingSink()));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(16)]
    [InlineData(long.MinValue)]
    public void LineOutside_IsRefusedByTreeAndCursor(long line)
    {
        using var tree = new DirtyTree(1000);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Mark(new LineIndex(line)));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            DirtyCursor cursor = tree.Cursor();
            cursor.Mark(new LineIndex(line));
        });
    }

    [Fact]
    public void AfterDispose_EveryCallSaysSo()
    {
        var tree = new DirtyTree(1 << 20);
        tree.Mark(new LineIndex(3));
        tree.Dispose();
        tree.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tree.Mark(new LineIndex(3)));
        Assert.Throws<ObjectDisposedException>(() => tree.MarkRange(new DirtyRange(0, 64)));
        Assert.Throws<ObjectDisposedException>(() => tree.Persist(new RecordingSink()));
        Assert.Throws<ObjectDisposedException>(() => tree.Count);
        Assert.Throws<ObjectDisposedException>(() => tree.IsDirty(new LineIndex(0)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(DirtyTree.MaxLength + 1)]
    public void LengthOutsideTheLimits_IsRefused(long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DirtyTree(length));

    [Fact]
    public void Clear_ForgetsEverything()
    {
        using var tree = new DirtyTree(1 << 24);
        tree.MarkRange(new DirtyRange(5, 1 << 20));
        tree.Clear();
        Assert.True(tree.IsEmpty);
        Assert.Equal(0, tree.Count);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void MarksAndEmptyPersists_AllocateNothing(DirtyTreeSharing sharing, bool explicitCommit)
    {
        using DirtyTree tree = Create(1L << 34, sharing, explicitCommit);
        var sink = new NullSink();
        Work(); // compiles, and gives the list its working size
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Work()
        {
            tree.Mark(new LineIndex(12345));
            tree.MarkRange(new DirtyRange(1L << 33, 1 << 20));
            DirtyCursor cursor = tree.Cursor();
            cursor.Mark(new LineIndex(99));
            cursor.Publish();
            tree.Persist(sink);
            tree.Persist(sink);
            tree.Snapshot().Dispose();
            _ = tree.Count;
        }
    }

    [Fact]
    public void OneMark_CommitsAPageNotTheMap()
    {
        if (!OperatingSystem.IsLinux())
            return;
        long before = ResidentBytes();
        using var tree = new DirtyTree(DirtyTree.MaxLength);
        for (long gib = 0; gib < 1024; gib += 64)
            tree.Mark(LineIndex.Of(gib << 30));
        Assert.InRange(ResidentBytes() - before, 0, 8 << 20);
    }

    private static long ResidentBytes() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize;

    private sealed class NullSink : IDirtyRangeSink
    {
        public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
        {
        }
    }
}
