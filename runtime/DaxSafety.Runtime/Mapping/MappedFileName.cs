using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Windows: the name that the system has for the file behind an address, and the file opened by it. A view does not lead back
/// to the handle it was made from; this is the documented way round.
/// Source: GetMappedFileName and CreateFile in the Windows API reference.
/// </summary>
internal static unsafe class MappedFileName
{
    private const int LongestPath = 32768;

    /// <summary>Null when the system has none: <see cref="Marshal.GetLastPInvokeError"/> says why.</summary>
    public static string? TryGet(void* address)
    {
        char[] buffer = new char[LongestPath];
        fixed (char* name = buffer)
        {
            uint length = Kernel32.GetMappedFileName(-1, address, name, LongestPath);
            return length == 0 ? null : new string(name, 0, (int)length);
        }
    }

    /// <summary>Opens the file of that name; the handle is invalid when it cannot be opened so.</summary>
    /// <param name="kernelName">As <see cref="TryGet"/> gave it.</param>
    /// <param name="access">Zero asks for the attributes alone, which no other user of the file can forbid.</param>
    public static SafeFileHandle Open(string kernelName, uint access)
        => Kernel32.CreateFile(ToPath(kernelName), access, Kernel32.ShareReadWriteDelete, null, Kernel32.OpenExisting, 0, 0);

    /// <summary>The kernel names files by device (\Device\HarddiskVolume3\a), Wine by drive (\??\C:\a).</summary>
    public static string ToPath(string kernelName)
        => kernelName.StartsWith(@"\??\", StringComparison.Ordinal)
            ? string.Concat(@"\\?\", kernelName.AsSpan(4))
            : @"\\?\GLOBALROOT" + kernelName;
}
