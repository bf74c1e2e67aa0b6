using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tests.Durability;

/// <summary>Files that are there after a power cut, as far as it can be seen without one: sizes, names, contents and what is still dirty.</summary>
public sealed class DurableFileTests
{
    [PageCacheFact]
    public void WrittenFile_IsOnDiskAfterFlush()
    {
        using TemporaryFile file = new(10_000);
        RandomAccess.Write(file.Handle, new byte[10_000], 0);
        Assert.NotEqual(0, PageCache.NotOnDisk(file.Handle));
        DurableFile.FlushToDisk(file.Handle);
        Assert.Equal(0, PageCache.NotOnDisk(file.Handle));
    }

    [Fact]
    public void CreatedFile_HasItsLength_AndIsNotMadeTwice()
    {
        using TemporaryFile place = new(0);
        string path = place.Path + ".new";
        using (SafeFileHandle file = DurableFile.Create(path, 12345))
            Assert.Equal(12345, RandomAccess.GetLength(file));
        Assert.Throws<IOException>(() => DurableFile.Create(path, 1));
        Assert.Equal(12345, new FileInfo(path).Length);
        File.Delete(path);
        using (SafeFileHandle empty = DurableFile.Create(path, 0))
            Assert.Equal(0, RandomAccess.GetLength(empty));
        File.Delete(path);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public void SetLength_GrowsAndShrinks_AndKeepsWhatIsThere(long length)
    {
        using TemporaryFile file = new(10_000);
        RandomAccess.Write(file.Handle, [1], 0);
        DurableFile.SetLength(file.Handle, length);
        Assert.Equal(length, RandomAccess.GetLength(file.Handle));
        byte[] first = new byte[1];
        Assert.Equal(Math.Min(1, length), RandomAccess.Read(file.Handle, first, 0));
        Assert.Equal(Math.Min(1, length), first[0]);
    }

    [PageCacheFact]
    public void ReplacedFile_HasTheNewContents_FlushedBeforeTheRename()
    {
        using TemporaryFile target = new(100), source = new(8192);
        RandomAccess.Write(source.Handle, new byte[] { 7, 8, 9 }, 0);
        DurableFile.Replace(source.Path, target.Path);
        Assert.False(File.Exists(source.Path));
        Assert.Equal(8192, new FileInfo(target.Path).Length);
        Assert.Equal([7, 8, 9], File.ReadAllBytes(target.Path)[..3]);
        Assert.Equal(0, PageCache.NotOnDisk(source.Handle));
    }

    /// <summary>Under a new name: where a file is replaced, some file systems flush the new one by themselves.</summary>
    [PageCacheFact]
    public void FileMovedToANewName_IsFlushedBeforeTheRename()
    {
        using TemporaryFile source = new(0);
        string target = source.Path + ".moved";
        RandomAccess.Write(source.Handle, new byte[8192], 0);
        DurableFile.Replace(source.Path, target);
        Assert.Equal(0, PageCache.NotOnDisk(source.Handle));
        File.Delete(target);
    }

    [Fact]
    public void DirectoryThatIsNotThere_SaysSo()
    {
        DurableFile.FlushDirectory(AppContext.BaseDirectory);
        Assert.Throws<DirectoryNotFoundException>(() => DurableFile.FlushDirectory(Path.Combine(AppContext.BaseDirectory, "no such")));
    }

    [Fact]
    public void WhatCannotBeFlushed_IsAFailure_WhereTheFrameworkCallsItDone()
    {
        if (!OperatingSystem.IsLinux())
            return;

        // fsync on a character device without one: EINVAL, which RandomAccess.FlushToDisk swallows.
        using SafeFileHandle device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(device);
        IOException refused = Assert.Throws<IOException>(() => DurableFile.FlushToDisk(device));
        Assert.Contains("errno 22", refused.Message);
    }

    [Fact]
    public void ClosedHandleAndNonsense_AreRefused()
    {
        SafeFileHandle closed;
        using (TemporaryFile file = new(1))
        {
            closed = file.Handle;
            Assert.Throws<ArgumentOutOfRangeException>("length", () => DurableFile.SetLength(closed, -1));
        }

        Assert.Throws<ObjectDisposedException>(() => DurableFile.FlushToDisk(closed));
        Assert.Throws<ArgumentNullException>(() => DurableFile.FlushToDisk(null!));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => DurableFile.Create("never", -1));
    }
}
