namespace DaxSafety.Tests.Mapping;

/// <summary>Persisting without waiting: what the task promises, who shares a flush, and how late one can still give up.</summary>
public sealed class DurableMapPersistAsyncTests
{
    private const int Page = 4096;
    private const long Length = 64 * Page;

    [Fact]
    public async Task FailedFlush_FailsTheTasksOfAllWhoWaited()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        map.Write(100, 1L);
        map.Flusher.PageFlushOverride = _ => throw new IOException("EIO");
        Task one = map.PersistAsync(), other = map.PersistAsync(0, 200);
        await Assert.ThrowsAsync<IOException>(() => one);
        await Assert.ThrowsAsync<IOException>(() => other);
    }

    [PageCacheFact]
    public async Task PersistAsync_IsDurableWhenTheTaskIs()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        for (int i = 0; i < 20; i++)
        {
            map.Write(i * Page, (long)i + 1);
            await map.PersistAsync();
            Assert.Equal(0, PageCache.NotOnDisk(file.Handle));
        }
    }

    [Fact]
    public async Task TheDeviceIsWaitedFor_OnNoThreadOfThePool()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        bool? pooled = null;
        map.Flusher.PageFlushOverride = _ => pooled = Thread.CurrentThread.IsThreadPoolThread;
        map.Write(0, 1);
        await map.PersistAsync();
        Assert.Equal(false, pooled);
    }

    [Fact]
    public async Task RequestsThatCameBeforeAFlushBegan_ShareIt()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path, new() { Tracking = MapTracking.None });
        using ManualResetEventSlim held = new(), running = new();
        List<long> flushed = [];
        map.Flusher.PageFlushOverride = range =>
        {
            flushed.Add(OffsetIn(map, range));
            flushed.Add((long)range.Length);
            running.Set();
            held.Wait();
        };
        Task first = map.PersistAsync(0, 8);
        running.Wait();
        Task[] others = [map.PersistAsync(3 * Page, 8), map.PersistAsync(Page, 8), map.PersistAsync(2 * Page, 1)];
        held.Set();
        await Task.WhenAll([first, .. others]);
        Assert.Equal([0, 8, Page, 2 * Page + 8], flushed);
    }

    [Fact]
    public async Task Cancellation_IsHonouredUntilTheFlushBegins()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path, new() { Tracking = MapTracking.None });
        using ManualResetEventSlim held = new(), running = new();
        map.Flusher.PageFlushOverride = _ =>
        {
            running.Set();
            held.Wait();
        };
        using CancellationTokenSource begun = new(), waiting = new();
        Task first = map.PersistAsync(begun.Token);
        running.Wait();
        Task second = map.PersistAsync(waiting.Token);
        begun.Cancel();
        waiting.Cancel();
        bool firstHasEnded = first.IsCompleted, secondIsCancelled = second.IsCanceled;
        held.Set();
        await first;
        Assert.True(secondIsCancelled);
        Assert.False(firstHasEnded);
        Assert.True(map.PersistAsync(waiting.Token).IsCanceled);
    }

    [Fact]
    public async Task Dispose_WaitsForTheFlushThatRuns_AndFailsThoseThatWait()
    {
        using TemporaryFile file = new(Length);
        DurableMap map = DurableMap.Open(file.Path, new() { Tracking = MapTracking.None });
        using ManualResetEventSlim held = new(), running = new();
        map.Flusher.PageFlushOverride = _ =>
        {
            running.Set();
            held.Wait();
        };
        Task first = map.PersistAsync();
        running.Wait();
        Task second = map.PersistAsync();
        Task disposal = Task.Factory.StartNew(
            map.Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.NotSame(disposal, await Task.WhenAny(disposal, Task.Delay(50)));
        held.Set();
        await first;
        await disposal;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
    }

    [Fact]
    public void ExclusiveMap_RefusesToPersistOnAnotherThread()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path, new() { Sharing = DirtyTreeSharing.Exclusive });
        map.Write(0, 1);
        Action persist = () => _ = map.PersistAsync();
        Assert.Throws<InvalidOperationException>(persist);
        map.Persist();
    }

    [Fact]
    public async Task PersistsAndResizesAndAsyncPersistsAtOnce_AllEnd()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(1));
        Task[] persisting = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                map.Persist();
                await map.PersistAsync();
            }
        }))];
        for (long pages = 64; !stop.IsCancellationRequested; pages = pages == 64 ? 80 : 64)
            map.Resize(pages * Page);
        await Task.WhenAll(persisting);
    }

    private static unsafe long OffsetIn(DurableMap map, AddressRange range) => range.Start - (byte*)map.Address;
}
