using System.IO.MemoryMappedFiles;

namespace DaxSafety.Tests;

/// <summary>A temporary file with a framework mapping, from which a test takes views.</summary>
internal sealed class MappedTestFile : IDisposable
{
    private readonly TemporaryFile _file;

    public MappedTestFile(long length)
    {
        _file = new TemporaryFile(length);
        Map = MemoryMappedFile.CreateFromFile(
            _file.OpenShared(), null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
    }

    public MemoryMappedFile Map { get; }

    public TemporaryFile File => _file;

    public long NotOnDisk(long offset = 0, long length = 0) => PageCache.NotOnDisk(_file.Handle, offset, length);

    public void Dispose()
    {
        Map.Dispose();
        _file.Dispose();
    }
}
