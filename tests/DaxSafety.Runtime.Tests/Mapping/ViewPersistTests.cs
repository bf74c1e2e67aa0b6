using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Mapping;

/// <summary>
/// Persist on the framework's views reaches every page that was written, whatever the view's offset and the range's ends. The
/// sizes end on, one before and one after a page; the offsets are those at which the framework's own Flush loses the tail.
/// </summary>
public sealed class ViewPersistTests
{
    private const int Page = 4096;
    private const long FileLength = 64 * 1024;

    public static TheoryData<long, long> Views()
    {
        TheoryData<long, long> views = [];
        foreach (long offset in new long[] { 0, 1, 100, 4000, 4095, 4096, 8191 })
        {
            foreach (long end in new long[] { 2 * Page - 1, 2 * Page, 2 * Page + 1, 5 * Page - 1, 5 * Page, 5 * Page + 1 })
                if (end > offset)
                    views.Add(offset, end - offset);
        }

        views.Add(64, 8192);
        return views;
    }

    [PageCacheTheory, MemberData(nameof(Views))]
    public void AccessorWrittenAtBothEnds_PersistLeavesNothing(long offset, long size)
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(offset, size);
        WriteEveryPage(view);
        Assert.NotEqual(0, file.NotOnDisk());
        view.Persist();
        Assert.Equal(0, file.NotOnDisk());
    }

    [PageCacheTheory, MemberData(nameof(Views))]
    public void StreamWrittenAtBothEnds_PersistLeavesNothing(long offset, long size)
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewStream view = file.Map.CreateViewStream(offset, size);
        view.WriteByte(1);
        view.Position = size - 1;
        view.WriteByte(2);
        Assert.NotEqual(0, file.NotOnDisk());
        view.Persist();
        Assert.Equal(0, file.NotOnDisk());
        Assert.Equal(size, view.Position);
    }

    [PageCacheTheory, MemberData(nameof(Views))]
    public void HandleOfViewWrittenAtBothEnds_PersistLeavesNothing(long offset, long size)
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(offset, size);
        WriteEveryPage(view);
        view.SafeMemoryMappedViewHandle.Persist();
        Assert.Equal(0, file.NotOnDisk());
    }

    [PageCacheTheory]
    [InlineData(0, 0, 1)]
    [InlineData(100, 0, Page)]
    [InlineData(100, Page - 101, 2)]
    [InlineData(1, Page - 2, 1)]
    [InlineData(1, Page - 1, 1)]
    [InlineData(4095, 0, 1)]
    [InlineData(4095, 1, Page)]
    [InlineData(4000, 96, Page - 1)]
    [InlineData(4000, 95, Page + 1)]
    public void RangeOfView_PersistReachesItsPages(long offset, long position, long length)
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(offset, FileLength - offset);
        WriteEveryPage(view);
        view.Persist(position, length);
        long first = (offset + position) / Page * Page, last = (offset + position + length - 1) / Page * Page;
        Assert.Equal(0, file.NotOnDisk(first, last - first + Page));
        Assert.NotEqual(0, file.NotOnDisk());
    }

    [PageCacheFact]
    public void RangeOfHandle_IsCountedFromItsPointer()
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(2 * Page + 100, Page);
        view.Write(Page - 1, (byte)1);
        view.SafeMemoryMappedViewHandle.Persist(view.PointerOffset + Page - 1, 1);
        Assert.Equal(0, file.NotOnDisk());
    }

    [PageCacheFact]
    public void FrameworkFlushOfUnalignedView_LosesTheTail_ThisIsWhyPersistExists()
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(64, 8192);
        WriteEveryPage(view);
        view.Flush();
        Assert.NotEqual(0, file.NotOnDisk());
        view.Persist();
        Assert.Equal(0, file.NotOnDisk());
    }

    [Theory]
    [InlineData(-1, 1, "position")]
    [InlineData(0, -1, "length")]
    [InlineData(0, 101, "length")]
    [InlineData(100, 1, "length")]
    [InlineData(101, 0, "position")]
    [InlineData(long.MaxValue, long.MaxValue, "position")]
    [InlineData(1, long.MaxValue, "length")]
    public void RangeOutsideTheView_NamesOffsetLengthAndView(long position, long length, string parameter)
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(100, 100);
        ArgumentOutOfRangeException thrown = Assert.Throws<ArgumentOutOfRangeException>(() => view.Persist(position, length));
        Assert.Equal(parameter, thrown.ParamName);
        Assert.Contains($"{length} bytes at offset {position} are not inside the view of 100 bytes", thrown.Message);
    }

    [Fact]
    public void EmptyRangeAtTheEnd_IsNothingToDo()
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(0, 100);
        view.Persist(100, 0);
        view.SafeMemoryMappedViewHandle.Persist(0, 0);
    }

    [Fact]
    public void DisposedViews_SaySo()
    {
        using MappedTestFile file = new(FileLength);
        MemoryMappedViewAccessor accessor = file.Map.CreateViewAccessor(100, 100);
        MemoryMappedViewStream stream = file.Map.CreateViewStream(100, 100);
        SafeBuffer handle = accessor.SafeMemoryMappedViewHandle;
        accessor.Dispose();
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => accessor.Persist());
        Assert.Throws<ObjectDisposedException>(() => accessor.Persist(0, 1));
        Assert.Throws<ObjectDisposedException>(() => stream.Persist());
        Assert.Throws<ObjectDisposedException>(
            () => ((Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle)handle).Persist());
    }

    [Fact]
    public void ReadOnlyViews_AreRefused()
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor accessor = file.Map.CreateViewAccessor(0, 100, MemoryMappedFileAccess.Read);
        using MemoryMappedViewStream stream = file.Map.CreateViewStream(0, 100, MemoryMappedFileAccess.Read);
        Assert.Throws<NotSupportedException>(() => accessor.Persist());
        Assert.Throws<NotSupportedException>(() => stream.Persist(0, 1));
    }

    [Fact]
    public void CopyOnWriteView_IsRefused_BecauseTheFileNeverSeesIt()
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(0, 100, MemoryMappedFileAccess.CopyOnWrite);
        view.Write(0, 1);
        Assert.Contains("private memory", Assert.Throws<ArgumentException>(() => view.Persist()).Message);
    }

    [Fact]
    public void NullHandleOfTheFile_IsRefused()
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor();
        Assert.Throws<ArgumentNullException>("file", () => view.Persist(null!));
    }

    [PageCacheFact]
    public void HandleOfTheFileGiven_PersistLeavesNothing()
    {
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(100, 8192);
        WriteEveryPage(view);
        view.Persist(file.File.Handle);
        Assert.Equal(0, file.NotOnDisk());
        WriteEveryPage(view);
        view.Persist(0, 8192, file.File.Handle);
        Assert.Equal(0, file.NotOnDisk());
    }

    [Fact]
    public void FlushThatFailed_KeepsTheViewRefused()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(0, 4 * Page);
        view.Write(0, 1);
        view.Persist();

        // A hole in the view makes msync fail with ENOMEM: the one failure that needs no broken disk.
        using (new HoleInView(view, 2 * Page))
            Assert.Contains("msync", Assert.Throws<IOException>(() => view.Persist()).Message);
        IOException later = Assert.Throws<IOException>(() => view.Persist(0, 1));
        Assert.Contains("An earlier flush of this view failed", later.Message);
        Assert.IsType<IOException>(later.InnerException);
        Assert.Throws<IOException>(() => view.SafeMemoryMappedViewHandle.Persist(0, 1));
    }

    [Fact]
    public void FileTruncatedUnderneath_IsNotCalledDurable()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using MappedTestFile file = new(FileLength);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(100, 8 * Page);
        view.Write(7 * Page, 1);
        RandomAccess.SetLength(file.File.Handle, 2 * Page);
        view.Persist(0, Page);
        Assert.Contains("truncated", Assert.Throws<IOException>(() => view.Persist(7 * Page, 4)).Message);
        Assert.Throws<IOException>(() => view.Persist(0, Page));

        // Once more, so that the disposal of the view has something to flush.
        RandomAccess.SetLength(file.File.Handle, FileLength);
    }

    private static void WriteEveryPage(MemoryMappedViewAccessor view)
    {
        for (long position = 0; position < view.Capacity; position += Page)
            view.Write(position, (byte)1);
        view.Write(view.Capacity - 1, (byte)2);
    }
}
