using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tests;

/// <summary>
/// The oracle of every test about page-cache mappings: cachestat(2) (Linux 6.5) says how many pages of a file range are still
/// dirty or on their way to the disk. It needs no privilege and sees what no flush call's result can tell.
/// </summary>
internal static unsafe partial class PageCache
{
    private const nint Cachestat = 451;

    /// <summary>Why the oracle cannot be asked here, or null when it can.</summary>
    public static string? WhyNot { get; } = Probe();

    /// <summary>Pages of the file range that a power cut would still take.</summary>
    public static long NotOnDisk(SafeFileHandle file, long offset = 0, long length = 0)
    {
        Range range = new() { Offset = (ulong)offset, Length = (ulong)length };
        Counts counts;
        if (Syscall(Cachestat, (int)file.DangerousGetHandle(), &range, &counts, 0) != 0)
            throw new IOException($"cachestat: errno {Marshal.GetLastPInvokeError()}");
        return (long)(counts.Dirty + counts.Writeback);
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux())
            return "cachestat(2), the oracle of this test, is Linux's";
        using TemporaryFile file = new(4096);
        try
        {
            NotOnDisk(file.Handle);
            return null;
        }
        catch (IOException e)
        {
            return $"cachestat(2), the oracle of this test, is not to be had here (Linux 6.5 or later): {e.Message}";
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, int descriptor, Range* range, Counts* counts, uint flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public ulong Offset, Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Counts
    {
        public ulong Cached, Dirty, Writeback, Evicted, RecentlyEvicted;
    }
}
