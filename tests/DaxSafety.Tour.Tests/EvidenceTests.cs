using System.IO.MemoryMappedFiles;
using DaxSafety.Tour.Evidence;
using Xunit;

namespace DaxSafety.Tour.Tests;

/// <summary>The oracles are believed only where they were right about a page whose state is known.</summary>
public sealed class EvidenceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("daxsafety-evidence-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OracleThatCountsRight_IsChosenInTheFirstFolder()
    {
        Laboratory laboratory = Laboratory.Find([_folder, "/nowhere"], [new FakeOracle(1, 0)]);

        Assert.Equal((_folder, "fake"), (laboratory.Folder, laboratory.Oracle?.Name));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void OracleThatCountsWrong_IsRefusedWithItsCounts(long written, long flushed)
    {
        Laboratory laboratory = Laboratory.Find([_folder], [new FakeOracle(written, flushed)]);

        Assert.Null(laboratory.Oracle);
        Assert.Contains($"counts {written} dirty pages after a write and {flushed} after a flush", Assert.Single(laboratory.Refusals));
    }

    [Fact]
    public void OracleThatFails_IsRefusedWithItsReason()
    {
        Laboratory laboratory = Laboratory.Find([_folder], [new FakeOracle()]);

        Assert.Null(laboratory.Oracle);
        Assert.Contains("not implemented here", Assert.Single(laboratory.Refusals));
    }

    [Fact]
    public void FolderThatCannotBeMade_IsRefusedAndTheNextOneTaken()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        Laboratory laboratory = Laboratory.Find([Path.Combine(file, "data"), _folder], [new FakeOracle(1, 0)]);

        Assert.Equal(_folder, laboratory.Folder);
        Assert.Single(laboratory.Refusals);
    }

    [Fact]
    public void FileSystemInMemory_IsRefusedByTheRealOracles()
    {
        string folder = Path.Combine("/dev/shm", Path.GetFileName(_folder));

        Laboratory laboratory = Laboratory.Find([folder], [new CachestatOracle(), new PageTableOracle()]);

        Assert.Null(laboratory.Oracle);
        Assert.Equal(2, laboratory.Refusals.Count);
        Assert.False(Directory.Exists(folder), "A folder that was made for the probe is left behind.");
    }

    [Fact]
    public void RealOracles_CountThePagesOfThisMachine()
    {
        string[] folders = [_folder, AppContext.BaseDirectory];
        foreach (DirtyPageOracle oracle in new DirtyPageOracle[] { new CachestatOracle(), new PageTableOracle() })
        {
            Laboratory laboratory = Laboratory.Find(folders, [oracle]);
            if (laboratory.Oracle is null)
            {
                Assert.Equal(folders.Length, laboratory.Refusals.Count);
                continue;
            }

            string path = Path.Combine(laboratory.Folder, oracle.GetType().Name);
            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, 8 * Environment.SystemPageSize);
            using var view = file.CreateViewAccessor();
            for (int page = 0; page < 8; page += 3)
                view.Write(page * Environment.SystemPageSize, 1);

            Assert.Equal(3, oracle.DirtyPages(path, Environment.ProcessId));
        }
    }

    [Fact]
    public void PageTables_OfOtherFiles_DoNotCount()
    {
        string[] maps =
        [
            "7f0000000000-7f0000002000 rw-s 00000000 fe:00 42                         /data/orders.journal",
            "Size:                  8 kB",
            "Shared_Dirty:          4 kB",
            "Private_Dirty:         4 kB",
            "VmFlags: rd wr sh mr mw me ms sd",
            "7f0000002000-7f0000004000 rw-s 00000000 fe:00 43                         /data/orders.journal.old",
            "Shared_Dirty:         16 kB",
            "7f0000004000-7f0000006000 rw-s 00001000 fe:00 42                         /data/orders.journal",
            "Private_Dirty:        32 kB",
        ];

        Assert.Equal(40, PageTableOracle.KilobytesDirty(maps, "/data/orders.journal"));
    }

    private sealed class FakeOracle(params long[] counts) : DirtyPageOracle
    {
        private int _asked;

        public override string Name => "fake";

        public override long DirtyPages(string path, int processId) =>
            _asked < counts.Length ? counts[_asked++] : throw new IOException("not implemented here");
    }
}
