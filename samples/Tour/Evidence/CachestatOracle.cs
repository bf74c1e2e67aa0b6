using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tour.Evidence;

/// <summary>
/// cachestat(2), Linux 6.5 and later: the kernel's own count of a file's dirty pages in the page cache, and of those that are on
/// their way out at this moment. Source: <c>Documentation/admin-guide/mm</c> and <c>mm/filemap.c</c> of the kernel.
/// </summary>
internal sealed unsafe partial class CachestatOracle : DirtyPageOracle
{
    /// <summary>The same on every architecture that .NET runs on: it is younger than the unified table.</summary>
    private const nint SystemCall = 451;

    public override string Name => "cachestat(2)";

    public override long DirtyPages(string path, int processId)
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException("cachestat(2) is a Linux system call.");
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var wholeFile = new Range { Offset = 0, Length = 0 };
        Counts counts;
        if (Syscall(SystemCall, (nint)(int)file.DangerousGetHandle(), &wholeFile, &counts, 0) != 0)
            throw new IOException($"cachestat of '{path}' failed: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        return (long)(counts.Dirty + counts.WriteBack);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint file, Range* range, Counts* counts, nint flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public ulong Offset;

        /// <summary>Zero means to the end of the file.</summary>
        public ulong Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Counts
    {
        public ulong Cached;
        public ulong Dirty;
        public ulong WriteBack;
        public ulong Evicted;
        public ulong RecentlyEvicted;
    }
}
