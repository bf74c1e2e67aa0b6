using System.Runtime.InteropServices;

namespace DaxSafety.Native;

/// <summary>What is called of macOS alone. Declarations only.</summary>
internal static unsafe partial class LibProc
{
    public const int PathMax = 1024;

    /// <summary>The path of the file mapped at an address, as UTF-8 without a final zero; returns its length, 0 on failure.</summary>
    [LibraryImport("libproc", EntryPoint = "proc_regionfilename", SetLastError = true)]
    public static partial int RegionFileName(int process, ulong address, byte* buffer, uint size);
}
