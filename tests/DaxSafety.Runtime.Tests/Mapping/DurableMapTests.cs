namespace DaxSafety.Tests.Mapping;

/// <summary>Opening, reading, writing and their limits. What it takes to be durable is in DurableMapPersistTests.</summary>
public sealed unsafe class DurableMapTests
{
    private const long Length = 64 * 1024;

    [Fact]
    public void WrittenValuesAndSpans_ReadBack_AndReachTheFile()
    {
        using TemporaryFile file = new(Length);
        using (DurableMap map = DurableMap.Open(file.Path))
        {
            map.Write(0, 0x1122334455667788L);
            map.Write(4093, (7, 8.5, (byte)9));
            map.Write(Length - 3, [1, 2, 3]);
            using (MapWrite<byte> write = map.BeginWrite(8000, 400))
                write.Span.Fill(0x5A);
            map.Persist();
            Assert.Equal(0x1122334455667788L, map.Read<long>(0));
            Assert.Equal((7, 8.5, (byte)9), map.Read<(int, double, byte)>(4093));
            Assert.Equal([1, 2, 3], map.View(Length - 3, 3).ToArray());
        }

        byte[] all = File.ReadAllBytes(file.Path);
        Assert.Equal(0x1122334455667788L, BitConverter.ToInt64(all));
        Assert.Equal([1, 2, 3], all[^3..]);
        Assert.False(all.AsSpan(8000, 400).ContainsAnyExcept((byte)0x5A));
    }

    [Fact]
    public void TypedSpans_AreTheMapItself_AndMarkEveryByte()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        using (MapWrite<long> write = map.BeginWrite<long>(120, 3))
            write.Span[2] = 77;
        Assert.Equal(77, map.View<long>(136, 1)[0]);
        Assert.Equal([new(64, 128)], map.Dirty!.GetRanges());
        Assert.Throws<ArgumentOutOfRangeException>(() => { map.View<long>(Length - 15, 2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { map.BeginWrite<long>(0, int.MaxValue); });
    }

    [Fact]
    public void Create_MakesAFileOfZeroes_WithItsStorage()
    {
        using TemporaryFile place = new(0);
        string path = place.Path + ".created";
        using (DurableMap map = DurableMap.Create(path, 100_000))
        {
            Assert.Equal(100_000, map.Length);
            Assert.Equal(path, map.Path);
            Assert.False(map.View(0, 100_000).ContainsAnyExcept((byte)0));
            Assert.Throws<IOException>(() => DurableMap.Create(path, 1));
        }

        File.Delete(path);
    }

    [Fact]
    public void CreateThatCannotBe_LeavesNoFile()
    {
        using TemporaryFile place = new(0);
        string path = place.Path + ".refused";
        if (OperatingSystem.IsLinux())
        {
            Assert.ThrowsAny<IOException>(() => DurableMap.Create(path, 1L << 50));
            Assert.False(File.Exists(path));
        }

        DurableMapOptions fine = new() { RequiredGranularity = PersistGranularity.CacheLine };
        Assert.Throws<NotSupportedException>(() => DurableMap.Create(path, 4096, fine));
        Assert.False(File.Exists(path));
        Assert.Throws<ArgumentException>("options", () => DurableMap.Create(path, 1, new() { ReadOnly = true }));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => DurableMap.Create(path, 0));
    }

    [Theory]
    [InlineData(PersistGranularity.CacheLine)]
    [InlineData(PersistGranularity.Byte)]
    public void GranularityThatCannotBeHad_FailsAtOnce_AndSaysWhatWasFound(PersistGranularity required)
    {
        using TemporaryFile file = new(Length);
        string message = Assert.Throws<NotSupportedException>(
            () => DurableMap.Open(file.Path, new() { RequiredGranularity = required })).Message;
        Assert.Contains($"required at granularity {required} and can be mapped at Page", message);
        Assert.Contains(OperatingSystem.IsLinux() ? "MAP_SYNC" : "operating system", message);
    }

    [Fact]
    public void EmptyOrMissingFile_SaysSo()
    {
        using TemporaryFile file = new(0);
        Assert.Contains("is empty", Assert.Throws<IOException>(() => DurableMap.Open(file.Path)).Message);
        Assert.Throws<FileNotFoundException>(() => DurableMap.Open(file.Path + ".missing"));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(Length, 1)]
    [InlineData(Length - 7, 8)]
    [InlineData(long.MinValue, 8)]
    [InlineData(long.MaxValue, 8)]
    [InlineData(long.MaxValue, int.MaxValue)]
    [InlineData(0, -1)]
    public void AccessOutsideTheMap_NamesOffsetLengthAndMap(long offset, int length)
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        string expected = $"{length} bytes at offset {offset} are not inside the map of {Length} bytes";
        Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => { map.View(offset, length); }).Message);
        Assert.Contains(expected, Assert.Throws<ArgumentOutOfRangeException>(() => { map.BeginWrite(offset, length); }).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.MarkDirty(offset, length));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Persist(offset, length));
        Action persistAsync = () => _ = map.PersistAsync(offset, length);
        Assert.Throws<ArgumentOutOfRangeException>(persistAsync);
        if (length == 8)
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<long>(offset));
            Assert.Throws<ArgumentOutOfRangeException>(() => map.Write(offset, 1L));
            Assert.Throws<ArgumentOutOfRangeException>(() => map.Write(offset, new byte[8]));
            Assert.Throws<ArgumentOutOfRangeException>(() => map.Read(offset, new byte[8]));
        }
    }

    [Theory]
    [InlineData(1, MapTracking.None)]
    [InlineData(15, MapTracking.None)]
    [InlineData(16, MapTracking.Marks)]
    [InlineData(17, MapTracking.None)]
    [InlineData(100, MapTracking.None)]
    [InlineData(100, MapTracking.Marks)]
    public void EveryValueInsideTheMap_IsReachedUpToItsLastByte_AndNoneBeyond(int length, MapTracking tracking)
    {
        using TemporaryFile file = new(length);
        using DurableMap map = DurableMap.Open(file.Path, new() { Tracking = tracking });
        Check<byte>(0x11);
        Check<short>(0x2222);
        Check(0x33333333);
        Check(0x4444444444444444);
        Check<(long, long)>((5, 6));
        Check<(long, long, byte)>((7, 8, 9));

        void Check<T>(T value)
            where T : unmanaged
        {
            for (int offset = -1; offset <= length; offset++)
            {
                if (offset >= 0 && offset + sizeof(T) <= length)
                {
                    map.Write(offset, value);
                    Assert.Equal(value, map.Read<T>(offset));
                    Assert.True(map.Dirty?.IsDirty(new DirtyRange(offset, sizeof(T))) ?? true);
                    map.Dirty?.Clear();
                }
                else
                {
                    Assert.Throws<ArgumentOutOfRangeException>(() => map.Read<T>(offset));
                    Assert.Throws<ArgumentOutOfRangeException>(() => map.Write(offset, value));
                }
            }
        }
    }

    [Fact]
    public void RangesWhoseEndOverflows_AreOutside()
    {
        Assert.False(RangeCheck.IsInside(long.MaxValue, long.MaxValue, 0));
        Assert.False(RangeCheck.IsInside(long.MaxValue, long.MaxValue, long.MaxValue));
        Assert.False(RangeCheck.IsInside(1, long.MaxValue, long.MaxValue));
        Assert.False(RangeCheck.IsInside(-1, long.MinValue, long.MaxValue));
        Assert.True(RangeCheck.IsInside(0, long.MaxValue, long.MaxValue));
        Assert.True(RangeCheck.IsInside(long.MaxValue, 0, long.MaxValue));
    }

    [Fact]
    public void ReadOnlyMap_Reads_AndRefusesTheRest()
    {
        using TemporaryFile file = new(Length);
        RandomAccess.Write(file.Handle, [42], 5);
        using DurableMap map = DurableMap.Open(file.Path, new() { ReadOnly = true });
        Assert.True(map.IsReadOnly);
        Assert.Null(map.Dirty);
        Assert.Equal(42, map.Read<byte>(5));
        Assert.Throws<NotSupportedException>(() => map.Write(5, (byte)1));
        Assert.Throws<NotSupportedException>(() => map.Write(5, [1]));
        Assert.Throws<NotSupportedException>(() => { map.BeginWrite(5, 1); });
        Assert.Throws<NotSupportedException>(() => map.MarkDirty(5, 1));
        Assert.Throws<NotSupportedException>(() => map.Persist());
        Assert.Throws<NotSupportedException>(() => map.Persist(0, 1));
        Action persistAsync = () => _ = map.PersistAsync();
        Assert.Throws<NotSupportedException>(persistAsync);
        Assert.Throws<NotSupportedException>(() => map.Resize(10));
    }

    [Fact]
    public void DisposedMap_SaysSo_WhateverIsAsked()
    {
        using TemporaryFile file = new(Length);
        DurableMap map = DurableMap.Open(file.Path);
        map.Dispose();
        map.Dispose();
        Assert.Equal(0, map.Length);
        Assert.Throws<ObjectDisposedException>(() => map.Read<byte>(0));
        Assert.Throws<ObjectDisposedException>(() => map.Write(0, (byte)1));
        Assert.Throws<ObjectDisposedException>(() => { map.View(0, 1); });
        Assert.Throws<ObjectDisposedException>(() => { map.BeginWrite(0, 1); });
        Assert.Throws<ObjectDisposedException>(() => (nint)map.Address);
        Assert.Throws<ObjectDisposedException>(() => map.Persist());
        Assert.Throws<ObjectDisposedException>(() => map.Persist(0, 1));
        Action persistAsync = () => _ = map.PersistAsync();
        Assert.Throws<ObjectDisposedException>(persistAsync);
        Assert.Throws<ObjectDisposedException>(() => map.Resize(1));
    }

    [Fact]
    public void MapLargerThanMemory_IsReachedEverywhere()
    {
        if (!OperatingSystem.IsLinux())
            return;
        const long Large = 1L << 37;
        using TemporaryFile file = new(Large);
        using DurableMap map = DurableMap.Open(file.Path);
        foreach (long offset in new[] { 0, (1L << 31) - 4, (1L << 32) - 1, (1L << 36) + 5, Large - 8 })
        {
            map.Write(offset, offset ^ 0x55);
            map.Persist();
            Assert.Equal(offset ^ 0x55, map.Read<long>(offset));
        }

        Assert.True(map.Dirty!.IsEmpty);
    }

    [Fact]
    public void TwoMapsOfOneFile_SeeEachOther_AndShareTheirMarks()
    {
        using TemporaryFile file = new(Length);
        using DurableMap one = DurableMap.Open(file.Path), other = DurableMap.Open(file.Path);
        one.Write(100, 7);
        Assert.Equal(7, other.Read<int>(100));
        if (OperatingSystem.IsMacOS())
            return; // Files are not identified there.
        Assert.Same(one.Dirty, other.Dirty);
        Assert.False(other.Dirty!.IsEmpty);
        other.Persist();
        Assert.True(one.Dirty!.IsEmpty);
    }

    [Fact]
    public void Writes_MarkTheLinesTheyTouch_AndNoOthers()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path);
        map.Write(60, 1L);
        map.Write(256, (byte)1);
        map.Write(640, new byte[129]);
        MapWrite<byte> write = map.BeginWrite(4096, 64);
        Assert.Equal([new(0, 128), new(256, 64), new(640, 192)], map.Dirty!.GetRanges());
        write.Dispose();
        write.Dispose();
        map.MarkDirty(Length - 1, 1);
        map.MarkDirty(5, 0);
        Assert.Equal([new(0, 128), new(256, 64), new(640, 192), new(4096, 64), new(Length - 64, 64)], map.Dirty.GetRanges());
    }

    [Fact]
    public void HotPath_AllocatesNothing()
    {
        using TemporaryFile file = new(Length);
        using DurableMap map = DurableMap.Open(file.Path), untracked = DurableMap.Open(file.Path, new() { Tracking = MapTracking.None });
        Use(map, untracked, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Use(map, untracked, 100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Use(DurableMap map, DurableMap untracked, int times)
    {
        for (int i = 0; i < times; i++)
        {
            map.Write(i * 200, i);
            untracked.Write(i * 200, i + untracked.Read<int>(i * 100));
            using (MapWrite<byte> write = map.BeginWrite(i * 300, 30))
                write.Span.Fill(1);
            if (i % 10 == 0)
            {
                map.Persist();
                untracked.Persist(i * 200, 4);
                PersistentMemory.WriteBack((byte*)map.Address + i, 100);
                PersistentMemory.Fence();
            }
        }
    }
}
