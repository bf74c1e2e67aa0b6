using System.Runtime.InteropServices;
using System.Text;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <content>
/// macOS: msync(2) and fsync(2) leave the data in the drive's cache; only fcntl(2) with F_FULLFSYNC asks the drive to write
/// it to the medium. It needs some descriptor of the file, so where none is given the file is opened by its mapping's path.
/// Source: the macOS manual pages of fsync(2) and fcntl(2).
/// </content>
internal static unsafe partial class PageFlush
{
    private static void FlushOnMacOS(AddressRange range, SafeFileHandle? file)
    {
        AddressRange pages = range.ToWholePages();
        while (Libc.Msync(pages.Start, pages.Length, Libc.MacOS.MsSync) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.Eintr)
                throw FlushFailure.OfLastCall("msync", pages.ToString());
        }

        if (file is not null)
        {
            FileFlush.Flush(file, Describe(range));
            return;
        }

        using SafeFileHandle reopened = File.OpenHandle(
            MappedFilePath(range), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        FileFlush.Flush(reopened, Describe(range));
    }

    private static string MappedFilePath(AddressRange range)
    {
        byte* path = stackalloc byte[LibProc.PathMax];
        int length = LibProc.RegionFileName(Environment.ProcessId, (ulong)range.Start, path, LibProc.PathMax);
        if (length <= 0)
            throw FlushFailure.OfLastCall("proc_regionfilename", $"the mapping at 0x{(nuint)range.Start:x}");
        return Encoding.UTF8.GetString(path, length);
    }
}
