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

        RequireStillThere(pages);
    }

    /// <summary>
    /// msync succeeds on pages that a truncation has taken away, and on lost memory. Asked to bring the last page in, the kernel says
    /// what a touch would end in. Before Linux 5.14 it does not know the question.
    /// Source: madvise(2), MADV_POPULATE_READ.
    /// </summary>
    private static void RequireStillThere(AddressRange pages)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        if (Libc.Madvise(pages.End - page, page, Libc.Linux.MadvPopulateRead) == 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        if (error == Libc.Efault)
            throw new IOException($"The file was truncated under {pages}, or never reached so far: what was written beyond its end is lost.", error);
        if (error == Libc.Linux.Ehwpoison)
            throw FlushFailure.Of("madvise(MADV_POPULATE_READ)", pages.ToString(), error);
    }
}
