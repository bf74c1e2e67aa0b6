using System.Runtime.InteropServices;
using DaxSafety.Native;

namespace DaxSafety;

/// <content>
/// Linux: msync(2) with MS_SYNC is an fsync of the byte range in the mapped file, the device's own cache included; it needs no
/// file handle.
/// </content>
internal static unsafe partial class PageFlush
{
    private static void FlushOnLinux(AddressRange range)
    {
        AddressRange pages = range.ToWholePages();
        while (Libc.Msync(pages.Start, pages.Length, Libc.Linux.MsSync) != 0)
        {
            // A signal may interrupt it on FUSE and network file systems; nothing is lost by asking again.
            if (Marshal.GetLastPInvokeError() != Libc.Eintr)
                throw FlushFailure.OfLastCall("msync", pages.ToString());
        }
    }
}
