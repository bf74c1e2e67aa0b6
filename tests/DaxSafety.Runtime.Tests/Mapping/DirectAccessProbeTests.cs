namespace DaxSafety.Tests.Mapping;

/// <summary>What smaps says becomes a grain: every mapping in the range must be synchronous, and every device's caches durable.</summary>
public sealed unsafe class DirectAccessProbeTests
{
    private const string Smaps = """
        00010000-00020000 rw-s 00000000 103:01 12 /mnt/dax/a
        Size:                 64 kB
        VmFlags: rd wr sh mr mw me ms sf
        00020000-00030000 rw-s 00000000 103:02 13 /mnt/dax/b
        VmFlags: rd wr sh mr mw me ms sf hg
        00030000-00040000 rw-s 00000000 fd:00 14 /mnt/disk/c
        VmFlags: rd wr sh mr mw me ms
        00050000-00060000 rw-s 00000000 103:01 15 /mnt/dax/d
        VmFlags: rd wr sh mr mw me ms sf
        """;

    [Theory]
    [InlineData(0x10000, 0x10000, true)]
    [InlineData(0x10800, 1, true)]
    [InlineData(0x10000, 0x20000, true)]
    [InlineData(0x2ffff, 1, true)]
    [InlineData(0x2ffff, 2, false)]
    [InlineData(0x30000, 1, false)]
    [InlineData(0x40000, 1, false)]
    [InlineData(0x0ffff, 1, false)]
    [InlineData(0x50000, 0x10001, false)]
    [InlineData(0x5ffff, 1, true)]
    [InlineData(0x60000, 1, false)]
    public void RangeIsDirectAccess_OnlyWhenAllOfItIs(int address, int length, bool expected)
    {
        PersistGranularity found = Granularity(address, length, _ => true);
        Assert.Equal(expected ? PersistGranularity.Byte : PersistGranularity.Page, found);
    }

    [Fact]
    public void DevicesDiffer_TheCoarserGrainCounts()
    {
        if (!CacheLineFlush.IsAvailable)
            return;
        Assert.Equal(PersistGranularity.Byte, Granularity(0x10000, 0x10000, device => device == "259:1"));
        Assert.Equal(PersistGranularity.CacheLine, Granularity(0x10000, 0x10001, device => device == "259:1"));
        Assert.Equal(PersistGranularity.CacheLine, Granularity(0x20000, 1, device => device == "259:1"));
    }

    [Fact]
    public void OrdinaryMemoryAndFiles_ArePages()
    {
        int local = 0;
        Assert.Equal(PersistGranularity.Page, PersistentMemory.GranularityOf(&local, 4));
        using MappedTestFile file = new(8192);
        using MappedPointer view = new(file);
        Assert.Equal(PersistGranularity.Page, PersistentMemory.GranularityOf(view.Address, 8192));
        Assert.Contains(
            "not a direct-access mapping", Assert.Throws<NotSupportedException>(() => DirectAccessRegion.Adopt(view.Address, 8192)).Message);
    }

    [Fact]
    public void UnknownDevice_IsNotCacheDurable() => Assert.False(DirectAccessProbe.IsCacheDurable("4095:7"));

    [Fact]
    public void KnownRegions_AreFoundByAnyPartOfThem_UntilRemoved()
    {
        AddressRange a = new((void*)0x100000, 0x1000), b = new((void*)0x300000, 0x1000), c = new((void*)0x200000, 0x1000);
        DirectAccessRegions.Add(a, PersistGranularity.CacheLine);
        DirectAccessRegions.Add(b, PersistGranularity.Byte);
        DirectAccessRegions.Add(c, PersistGranularity.CacheLine);
        Assert.Equal(PersistGranularity.CacheLine, Known(0x100fff, 1));
        Assert.Equal(PersistGranularity.Byte, Known(0x300000, 0x1000));
        Assert.Equal(PersistGranularity.CacheLine, Known(0x200800, 8));
        Assert.Equal(PersistGranularity.Page, Known(0x100fff, 2));
        Assert.Equal(PersistGranularity.Page, Known(0x0fffff, 8));
        Assert.Equal(PersistGranularity.Page, Known(0x201000, 8));
        DirectAccessRegions.Remove(c);
        Assert.Equal(PersistGranularity.Page, Known(0x200800, 8));
        Assert.Equal(PersistGranularity.Byte, Known(0x300000, 1));
        DirectAccessRegions.Remove(a);
        DirectAccessRegions.Remove(b);
        Assert.Equal(PersistGranularity.Page, Known(0x300000, 1));
    }

    [Fact]
    public void RegionKnownTwice_StaysUntilBothForgetIt()
    {
        AddressRange range = new((void*)0x500000, 0x1000);
        DirectAccessRegions.Add(range, PersistGranularity.CacheLine);
        DirectAccessRegions.Add(range, PersistGranularity.CacheLine);
        DirectAccessRegions.Remove(range);
        Assert.Equal(PersistGranularity.CacheLine, Known(0x500000, 64));
        DirectAccessRegions.Remove(range);
        DirectAccessRegions.Remove(range);
        Assert.Equal(PersistGranularity.Page, Known(0x500000, 64));
    }

    private static PersistGranularity Known(nuint address, nuint length)
        => DirectAccessRegions.GranularityOf((void*)address, length);

    private static PersistGranularity Granularity(int address, int length, Func<string, bool> isCacheDurable)
        => DirectAccessProbe.GranularityIn(Smaps.Split('\n'), new AddressRange((void*)address, (nuint)length), isCacheDurable);
}
