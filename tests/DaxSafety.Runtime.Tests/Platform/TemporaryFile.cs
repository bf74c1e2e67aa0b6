using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tests;

/// <summary>A sparse file on a real file system (beside the test's binaries: the temporary folder may be in memory).</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(long length)
    {
        Path = System.IO.Path.Combine(AppContext.BaseDirectory, $"temporary-{Guid.NewGuid():n}.bin");
        Handle = File.OpenHandle(
            Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.SetLength(Handle, length);
        // Otherwise the size itself is still on its way to the disk when the test looks.
        RandomAccess.FlushToDisk(Handle);
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    public FileStream OpenShared() => new(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    public void Dispose()
    {
        Handle.Dispose();
        File.Delete(Path);
    }
}
