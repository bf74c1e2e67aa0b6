using System.Runtime.InteropServices;
using DaxSafety.Native;

namespace DaxSafety.Tracking;

/// <summary>
/// Kernels differ in what they report, so none is believed untested: once per process on scratch memory, where the
/// answer must be exact, and once per mapping with a store that changes nothing.
/// </summary>
internal sealed unsafe partial class WrittenPageScan
{
    /// <summary>Page tables end every 2 MiB: the scratch area has whole tables that were never touched, and an aligned start.</summary>
    private const int ScratchBytes = 8 << 20;

    private static readonly Lazy<string> s_kernelFault = new(TestKernel);

    /// <summary>Why this kernel's answers cannot be used; empty when they can.</summary>
    internal static string KernelFault => s_kernelFault.Value;

    /// <summary>
    /// Writes one byte of the first page (its own value, atomically) and expects the page to be reported, and to be protected
    /// again after that. Other threads may write meanwhile, so other pages may come too. Returns what is wrong.
    /// </summary>
    /// <remarks>Allocates the first block of the file if it is a hole, as any store would.</remarks>
    internal string TestMapping()
    {
        Interlocked.Or(ref *(int*)_pages.Start, 0);
        if (!ReportsFirstPage())
            return "a store to the mapping went unreported";
        for (int attempt = 0; attempt < 8; attempt++)
        {
            if (!ReportsFirstPage())
                return "";
        }

        return "the first page is reported again and again without a store";
    }

    private bool ReportsFirstPage()
    {
        bool reported = false;
        Collect(new DirtyRange(0, 1), range => reported |= range.Offset == 0);
        return reported;
    }

    private static string TestKernel()
    {
        if (!OperatingSystem.IsLinux())
            return "only Linux reports written pages";
        void* memory = Libc.Mmap(null, 2 * ScratchBytes, Libc.ProtRead | Libc.ProtWrite, Libc.MapShared | Libc.Linux.MapAnonymous, -1, 0);
        if ((nint)memory == -1)
            return "no scratch memory";
        try
        {
            byte* scratch = (byte*)(((nuint)memory + ScratchBytes - 1) & ~((nuint)ScratchBytes - 1));
            using WrittenPageScan? scan = TryStart(new AddressRange(scratch, ScratchBytes), out string reason);
            return scan == null ? reason : TestScratch(scan, scratch, Environment.SystemPageSize);
        }
        finally
        {
            _ = Libc.Munmap(memory, 2 * ScratchBytes);
        }
    }

    private static string TestScratch(WrittenPageScan scan, byte* scratch, int page)
    {
        int[] touched = [0, 5, 511, 512, ScratchBytes / page - 1];
        if (Pages(scan, page).Count > 0)
            return "pages are reported that nobody wrote";
        for (int round = 0; round < 3; round++)
        {
            foreach (int i in touched)
                scratch[(long)i * page] = (byte)round;
            // Read pages must stay quiet, dropped ones must not be forgotten.
            _ = Volatile.Read(ref scratch[7L * page]);
            if (round == 1 && Libc.Madvise(scratch, ScratchBytes, MadvDontNeed) != 0)
                return $"madvise fails ({LastError()})";
            List<int> reported = Pages(scan, page);
            if (!reported.SequenceEqual(touched))
                return $"round {round}: pages {string.Join(", ", touched)} were written, {string.Join(", ", reported.Take(8))} reported";
            if (Pages(scan, page).Count > 0)
                return $"round {round}: reported pages are not protected again";
        }

        return "";
    }

    private const int MadvDontNeed = 4;

    private static List<int> Pages(WrittenPageScan scan, int page)
    {
        var pages = new List<int>();
        scan.Collect(scan.All, range =>
        {
            for (long offset = range.Offset; offset < range.End; offset += page)
                pages.Add((int)(offset / page));
        });
        return pages;
    }
}
