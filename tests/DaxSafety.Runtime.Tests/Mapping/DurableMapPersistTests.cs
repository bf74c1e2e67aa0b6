using System.Diagnostics;

namespace DaxSafety.Tests.Mapping;

/// <summary>What is durable after a Persist and, as much, what must not be said to be.</summary>
public sealed unsafe class DurableMapPersistTests
{
    private const int Page = 4096;
    private const long Length = 64 * Page;

    [PageCacheTheory]
    [InlineData(MapTracking.Marks)]
    [InlineData(MapTracking.None)]
    public void EverythingWritten_IsOnDiskAfterPersist(MapTracking tracking)
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path, new() { Tracking = tracking });
        foreach (long offset in new long[] { 1, 100, 4000, 4095, 5 * Page - 3, 9 * Page, Length - 8 })
            map.Write(offset, -1L);
        Assert.NotEqual(0, PageCache.NotOnDisk(file.Handle));
        map.Persist();
        Assert.Equal(0, PageCache.NotOnDisk(file.Handle));
    }

    [PageCacheTheory]
    [InlineData(MapTracking.Marks)]
    [InlineData(MapTracking.None)]
    public void RangePersisted_LeavesTheRestForLater(MapTracking tracking)
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path, new() { Tracking = tracking });
        map.Write(0, 1L);
        map.Write(20 * Page - 4, 2L);
        map.Write(40 * Page, 3L);
        map.Persist(20 * Page - 4, 8);
        Assert.Equal(0, PageCache.NotOnDisk(file.Handle, 19 * Page, 2 * Page));
        Assert.Equal(1, PageCache.NotOnDisk(file.Handle, 0, Page));
        Assert.Equal(1, PageCache.NotOnDisk(file.Handle, 40 * Page, Page));
        map.Persist();
        Assert.Equal(0, PageCache.NotOnDisk(file.Handle));
    }

    [PageCacheFact]
    public void PointerStores_AreDurableOnceMarked()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        ((byte*)map.Address)[7 * Page + 5] = 1;
        map.Persist();
        Assert.Equal(1, PageCache.NotOnDisk(file.Handle));
        map.MarkDirty(7 * Page + 5, 1);
        map.Persist();
        Assert.Equal(0, PageCache.NotOnDisk(file.Handle));
    }

    [PageCacheFact]
    public void SmallPages_OneByteDirtiesOnePage()
    {
        using TemporaryFile file = new(1 << 22);
        using DurableMap map = DurableMap.Open(file.Path);
        for (long offset = 0; offset < map.Length; offset += Page)
            map.Read<byte>(offset);
        map.Write(1_000_000, (byte)1);
        Assert.Equal(1, PageCache.NotOnDisk(file.Handle));
    }

    /// <summary>As the kernel shows it: "rr" in the VmFlags of smaps is MADV_RANDOM.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SmallPages_AreAskedForUnlessDeclined(bool smallPages)
    {
        if (!OperatingSystem.IsLinux())
            return;
        using TemporaryFile file = new(Length);
        using DurableMap map = smallPages ? DurableMap.Open(file.Path) : DurableMap.Open(file.Path, new() { SmallPages = false });
        string flags = File.ReadLines("/proc/self/smaps")
            .SkipWhile(line => !line.StartsWith($"{(nint)map.Address:x}-", StringComparison.Ordinal))
            .First(line => line.StartsWith("VmFlags:", StringComparison.Ordinal));
        Assert.Equal(smallPages, flags.Split(' ').Contains("rr"));
    }

    [Fact]
    public void FailedFlush_PoisonsTheMap_AndKeepsTheMarks()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        map.Write(100, 1L);
        map.Flusher.PageFlushOverride = _ => throw new IOException("EIO");
        Assert.Equal("EIO", Assert.Throws<IOException>(() => map.Persist()).Message);
        Assert.Equal([new(64, 64)], map.Dirty!.GetRanges());

        // The retry would succeed, as an fsync after a failed one does, and would be a lie.
        map.Flusher.PageFlushOverride = null;
        IOException later = Assert.Throws<IOException>(() => map.Persist());
        Assert.Contains("An earlier flush of this map failed", later.Message);
        Assert.Equal("EIO", later.InnerException!.Message);
        Assert.Throws<IOException>(() => map.Persist(0, 1));
        Assert.Throws<IOException>(() => map.Resize(2 * Length));
        Assert.Equal([new(64, 64)], map.Dirty.GetRanges());
        map.Dirty.Clear();
        Assert.Throws<IOException>(() => map.Persist());
    }

    [Fact]
    public void FileTruncatedUnderneath_IsNotCalledDurable()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        map.Write(Length - 8, 1L);
        RandomAccess.SetLength(file.Handle, Page);
        Assert.Contains($"truncated to {Page} bytes under a map of {Length}", Assert.Throws<IOException>(() => map.Persist()).Message);
        RandomAccess.SetLength(file.Handle, Length);
        Assert.Throws<IOException>(() => map.Persist());
    }

    /// <summary>Why the length is looked at and nothing touched: in .NET the signal of a store beyond the end cannot be caught.</summary>
    [Fact]
    public void StoreBeyondATruncation_EndsTheProcess()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using TemporaryFile file = new(Length);
        using Process toucher = Toucher.Start(file.Path, Length - 8);
        RandomAccess.SetLength(file.Handle, Page);
        toucher.StandardInput.WriteLine();
        Assert.DoesNotContain("stored", toucher.StandardOutput.ReadToEnd());
        toucher.WaitForExit();
        Assert.NotEqual(0, toucher.ExitCode);
    }

    [PageCacheFact]
    public void GrownMap_KeepsWhatWasWritten_AndIsDurable()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        map.Write(Length - 8, 42L);
        map.Resize(3 * Length + 5);
        Assert.Equal(0, PageCache.NotOnDisk(file.Handle));
        Assert.Equal(3 * Length + 5, map.Length);
        Assert.Equal(3 * Length + 5, RandomAccess.GetLength(file.Handle));
        Assert.Equal(42, map.Read<long>(Length - 8));
        map.Write(3 * Length - 3, 43L);
        map.Persist();
        Assert.Equal(0, PageCache.NotOnDisk(file.Handle));
    }

    [Fact]
    public void ShrunkMap_EndsWhereItSays_AndGrowsAgain()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        map.Write(Page, 42L);
        map.Write(Length - 8, 1L);
        map.Resize(Page + 8);
        Assert.Equal(42, map.Read<long>(Page));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<long>(Page + 1));
        map.Resize(Length);
        Assert.Equal(0, map.Read<long>(Length - 8));
        map.Resize(Length);
        map.Persist();
    }

    [Fact]
    public void GrowthThatDoesNotFit_LeavesTheMapAsItWas()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        map.Write(8, 42L);
        Assert.ThrowsAny<IOException>(() => map.Resize(1L << 50));
        Assert.Equal(Length, map.Length);
        Assert.Equal(42, map.Read<long>(8));
        map.Write(Length - 8, 1L);
        map.Persist();
    }
}
