using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Benchmarks.Mapping;

/// <summary>A temporary file in the working directory whose every block is on the disk and none in memory.</summary>
internal sealed partial class ColdFile : IDisposable
{
    private const int DontNeed = 4;

    public ColdFile(long length)
    {
        Path = System.IO.Path.GetFullPath($"benchmark-{Guid.NewGuid():n}.bin");
        using SafeFileHandle file = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.ReadWrite);
        byte[] block = new byte[4 << 20];
        Random.Shared.NextBytes(block);
        for (long at = 0; at < length; at += block.Length)
            RandomAccess.Write(file, block, at);
        RandomAccess.FlushToDisk(file);
        if (OperatingSystem.IsLinux())
            Advise((int)file.DangerousGetHandle(), 0, length, DontNeed);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int descriptor, long offset, long length, int advice);
}
