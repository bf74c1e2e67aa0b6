using DaxSafety;
using Xunit;

namespace DaxSafety.Tests.Tracking;

/// <summary>What persists promise each other: who waits for whom, who does not, and what a failure leaves behind.</summary>
public sealed class DirtyTreeConcurrencyTests
{
    /// <summary>Long enough that only a deadlock reaches it.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(60);

    private static readonly LineIndex Here = new(10), There = new(100_000);

    [Fact]
    public void StoreRacesWithClean_Linux410Scenario_TheStoreIsNotLost()
    {
        // Before Linux 4.10, dax_writeback_one flushed the cache and then cleared the tag: a store between the two was
        // neither written back nor marked. Here the store comes while its line is being written back.
        using var tree = new DirtyTree(1 << 24);
        int data = 1, medium = 0;
        tree.Mark(Here);
        var sink = new RecordingSink(_ =>
        {
            medium = data;
            data = 2;
            tree.Mark(Here);
        });
        tree.Persist(sink);
        Assert.Equal(1, medium);
        Assert.True(tree.IsDirty(Here));

        tree.Persist(new RecordingSink(_ => medium = data));
        Assert.Equal(2, medium);
        Assert.True(tree.IsEmpty);
    }

    [Fact]
    public async Task PersistOfARange_WaitsForWhatOverlapsAndForNothingElse()
    {
        using var tree = new DirtyTree(1 << 24);
        using var writing = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        tree.Mark(Here);
        Task slow = Task.Run(() => tree.Persist(Here.Range, new RecordingSink(_ =>
        {
            writing.Set();
            goOn.Wait(Never);
        })));
        Assert.True(writing.Wait(Never));

        tree.Mark(There);
        var elsewhere = new RecordingSink();
        Assert.Equal(1, await Task.Run(() => tree.Persist(There.Range, elsewhere)).WaitAsync(Never));
        Assert.False(slow.IsCompleted);

        Task same = Task.Run(() => tree.Persist(Here.Range, elsewhere));
        Task everything = Task.Run(() => tree.Persist(elsewhere));
        await Task.Delay(50);
        Assert.False(same.IsCompleted, "The line is taken but not durable: its persist must wait.");
        Assert.False(everything.IsCompleted);

        goOn.Set();
        await Task.WhenAll(slow, same, everything).WaitAsync(Never);
        Assert.Equal([There.Range], elsewhere.Ranges);
    }

    [Fact]
    public async Task RangeAroundATakenLine_NothingOfItDirtyNow_StillWaits()
    {
        using var tree = new DirtyTree(1 << 24);
        using DirtyWait wait = new();
        tree.Mark(Here);
        Task slow = Task.Run(() => tree.Persist(wait));
        wait.HasBegun();
        Task<long> around = Task.Run(() => tree.Persist(new DirtyRange(0, 1 << 20), new RecordingSink()));
        Task<long> beside = Task.Run(() => tree.Persist(DirtyRange.Between(Here.Range.End, 1 << 24), new RecordingSink()));
        await beside.WaitAsync(Never);
        await Task.Delay(50);
        Assert.False(around.IsCompleted);
        wait.GoOn();
        await Task.WhenAll(slow, around).WaitAsync(Never);
    }

    [Fact]
    public async Task ConstantWriter_DoesNotKeepAPersistFromEnding()
    {
        using var tree = new DirtyTree(1 << 26);
        using var stop = new CancellationTokenSource();
        Task writer = Task.Run(() =>
        {
            for (long line = 0; !stop.IsCancellationRequested; line = (line + 3) & 0xFFFFF)
                tree.Mark(new LineIndex(line));
        });
        var sink = new RecordingSink();
        for (int i = 0; i < 20; i++)
            await Task.Run(() => tree.Persist(sink)).WaitAsync(Never);
        Assert.False(writer.IsCompleted);
        stop.Cancel();
        await writer;
        // 2^20 lines are at most 2^19 ranges, so at most 8 steps of 2^16, and one for what is left.
        Assert.InRange(sink.Calls.Count, 0, 20 * 9);
    }

    [Fact]
    public void WriterInTheMiddleOfEveryFlush_PersistTakesWhatWasThereAndEnds()
    {
        using var tree = new DirtyTree(1 << 24);
        tree.MarkRange(tree.All);
        var sink = new RecordingSink(_ => tree.MarkRange(tree.All));
        Assert.Equal((1 << 24) / 64, tree.Persist(sink));
        Assert.Single(sink.Calls);
        Assert.Equal((1 << 24) / 64, tree.Count);
    }

    [Fact]
    public async Task FlushOfAnotherThreadFails_WhoWaitedForItWritesTheLineItself()
    {
        using var tree = new DirtyTree(1 << 24);
        using DirtyWait failing = new() { Fails = true };
        tree.Mark(Here);
        Task slow = Task.Run(() => tree.Persist(failing));
        failing.HasBegun();
        var sink = new RecordingSink();
        Task<long> waiting = Task.Run(() => tree.Persist(Here.Range, sink));
        await Task.Delay(50);
        failing.GoOn();
        await Assert.ThrowsAsync<IOException>(() => slow);
        Assert.Equal(1, await waiting.WaitAsync(Never));
        Assert.Equal([Here.Range], sink.Ranges);
        Assert.True(tree.IsEmpty);
    }

    [Fact]
    public void SnapshotHeld_PersistOfOtherLinesGoesOn()
    {
        using var tree = new DirtyTree(1 << 24);
        tree.Mark(Here);
        using DirtySnapshot towrite = tree.Snapshot();
        tree.Mark(There);
        long lines = 0;
        var other = new Thread(() => lines = tree.Persist(There.Range, new RecordingSink()));
        other.Start();
        Assert.True(other.Join(Never));
        Assert.Equal(1, lines);
        Assert.True(towrite.Complete());
    }

    [Fact]
    public async Task MarkDuringDispose_IsHarmless()
    {
        var tree = new DirtyTree(1 << 30);
        using var isMarking = new ManualResetEventSlim();
        Task marker = Task.Run(() =>
        {
            for (int i = 0; ; i++)
            {
                try
                {
                    tree.Mark(new LineIndex(i & 0xFFFFFF));
                    isMarking.Set();
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            }
        });
        Assert.True(isMarking.Wait(Never));
        tree.Dispose();
        await marker.WaitAsync(Never);
    }

    /// <summary>A sink that stays in the middle of its work until it is told to go on.</summary>
    private sealed class DirtyWait : IDirtyRangeSink, IDisposable
    {
        private readonly ManualResetEventSlim _begun = new(), _goOn = new();

        public bool Fails { get; init; }

        public void HasBegun() => Assert.True(_begun.Wait(Never));

        public void GoOn() => _goOn.Set();

        public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
        {
            _begun.Set();
            _goOn.Wait(Never);
            if (Fails)
                throw new IOException("The medium has failed, as asked.");
        }

        public void Dispose()
        {
            _begun.Dispose();
            _goOn.Dispose();
        }
    }
}
