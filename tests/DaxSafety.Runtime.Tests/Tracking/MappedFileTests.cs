using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using DaxSafety.Native;
using DaxSafety.Tracking;

namespace DaxSafety.Tests.Tracking;

/// <summary>
/// Which file is behind an address and from which byte on; and what becomes of the marks where the system does not say the latter,
/// as Windows does not. What Windows itself answers is in WineTests.
/// </summary>
public sealed unsafe class MappedFileTests
{
    private const int Granularity = 0x10000, Page = 4096;

    [Theory]
    [InlineData(1, Page, true)]
    [InlineData(1 << 20, 1 << 20, true)]
    [InlineData(1 << 20, (1 << 20) - Granularity + Page, true)]
    [InlineData(1 << 20, (1 << 20) - Granularity, false)]
    [InlineData((1 << 20) + 1, (1 << 20) - Granularity + Page, false)]
    [InlineData((1 << 20) + 1, (1 << 20) - Granularity + 2 * Page, true)]
    [InlineData(1L << 40, Page, false)]
    public void ViewBeginsWithItsFile_WhereItWouldNotFitLater(long fileLength, long viewLength, bool isWhole)
        => Assert.Equal(isWhole, MappedFile.IsWhole(fileLength, viewLength, Page));

    [Fact]
    public void PlaceInTheFile_IsBelievedOnlyWhereItCanBe()
    {
        AddressRange range = new((void*)(5L * Granularity + 100), 1000);
        MappedFile unplaced = new(new FileIdentity(1, 2), null, null, null, true) { Length = 3 * Granularity };
        Assert.Equal(2 * Granularity + 100, unplaced.At(2 * Granularity + 100, range, "fileOffset").Offset);
        Assert.Throws<ArgumentException>("fileOffset", () => unplaced.At(2 * Granularity, range, "fileOffset"));
        Assert.Throws<ArgumentException>("fileOffset", () => unplaced.At(3 * Granularity + 100, range, "fileOffset"));
        Assert.Throws<ArgumentOutOfRangeException>("fileOffset", () => unplaced.At(100 - Granularity, range, "fileOffset"));
        MappedFile placed = unplaced with { Offset = 100 };
        Assert.Equal(100, placed.At(100, range, "fileOffset").Offset);
        Assert.Contains("but at byte 100", Assert.Throws<ArgumentException>("fileOffset", () => placed.At(Granularity + 100, range, "fileOffset")).Message);
    }

    [Fact]
    public void WrongPlaceInTheFile_IsRefused()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor view = file.Map.CreateViewAccessor(100_000, 1000);
        using (DirtyTracker tracker = view.Track(TrackingMode.Marks, null, 100_000))
            Assert.Equal(new DirtyRange(100_000, 1000), tracker.FileRange);
        Assert.Throws<ArgumentException>("fileOffset", () => view.Track(TrackingMode.Marks, null, 100_001));
    }

    /// <summary>Sizes and places as sys/proc_info.h of macOS has them: the kernel refuses a buffer of another size.</summary>
    [Fact]
    public void StructsOfMacOS_AreLaidOutAsInItsHeaders()
    {
        Assert.Equal(1272, sizeof(LibProc.RegionWithPath));
        Assert.Equal(176, sizeof(LibProc.DescriptorVnode));
        Assert.Equal(104, (int)Marshal.OffsetOf<LibProc.RegionWithPath>(nameof(LibProc.RegionWithPath.File)) + (int)Marshal.OffsetOf<LibProc.VnodeNumber>(nameof(LibProc.VnodeNumber.Inode)));
    }

    [PageCacheFact]
    public void ViewOfUnknownPlace_HasMarksOfItsOwn_AndTheFilesPersistStillReachesIt()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor whole = file.Map.CreateViewAccessor(), part = file.Map.CreateViewAccessor(1 << 18, 1 << 18);
        using DirtyTracker placed = whole.Track(TrackingMode.Marks);
        using (DirtyTracker unplaced = Unplaced(part, TrackingMode.Marks))
        {
            Assert.False(unplaced.SharesMarks);
            Assert.NotSame(placed.Tree, unplaced.Tree);

            // Through the other mapping, which cannot know where this one lies.
            part.Write(70_000, 1L);
            unplaced.MarkDirty(70_000, 8);
            placed.Persist(1 << 18, 1 << 18);
            Assert.Equal(0, file.NotOnDisk());

            // Through this one: what the other has written where it lies.
            whole.Write((1 << 18) + 9000, 1L);
            placed.MarkDirty((1 << 18) + 9000, 8);
            unplaced.Persist();
            Assert.Equal(0, file.NotOnDisk());

            part.Write(80_000, 1L);
            unplaced.MarkDirty(80_000, 8);
            placed.PersistFile();
            Assert.Equal(0, file.NotOnDisk());
            part.Write(5, 1L);
            unplaced.MarkDirty(5, 8);
        }

        placed.PersistFile();
        Assert.Equal(0, file.NotOnDisk());
    }

    [PageCacheFact]
    public void ViewOfUnknownPlace_AloneInItsFile_PersistsWhatIsMarked()
    {
        using MappedTestFile file = new(1 << 20);
        using MemoryMappedViewAccessor part = file.Map.CreateViewAccessor(1 << 18, 1 << 18);
        using DirtyTracker tracker = Unplaced(part, TrackingMode.Marks), forgetful = Unplaced(part, TrackingMode.WholeRange);
        forgetful.Dispose();
        tracker.PersistFile();
        part.Write(70_000, 1L);
        part.Write(5, 1L);
        tracker.MarkDirty(5, 8);
        Assert.Equal(1, tracker.Persist());
        Assert.Equal(1, file.NotOnDisk());
    }

    private static DirtyTracker Unplaced(MemoryMappedViewAccessor view, TrackingMode mode)
    {
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        AddressRange range = new(start + view.PointerOffset, (nuint)view.Capacity);
        MappedFile known = MappedFile.Find(range, null);
        return DirtyTracker.Attach(range, mode, null, known with { Offset = null, Length = 1 << 20 });
    }
}
