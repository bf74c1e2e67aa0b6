using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <summary>
/// Asks the kernel which pages of a mapping have been written since it was last asked: userfaultfd's asynchronous write
/// protection plus PAGEMAP_SCAN. For raw pointers and code that cannot be changed. Linux 6.7, no privilege.
/// </summary>
/// <remarks>
/// <para>A page counts as written unless the kernel holds its protection: present and protected, or absent with a protection
/// kept in its place. A page that is simply absent may have been written and then dropped (memory pressure,
/// MADV_DONTNEED), its content dirty in the page cache; so it counts as written, once, and is protected again.</para>
/// <para>Never on direct access: there a protected page that is not mapped makes its next access fault for ever, and pages of
/// 2 MiB go unreported (seen on Linux 6.12). <see cref="DirtyTracker"/> refuses.</para>
/// <para>Not thread safe: the caller holds a lock from before a scan until its result is marked, or another persist could
/// find neither the kernel's note nor the mark.</para>
/// </remarks>
internal sealed unsafe partial class WrittenPageScan : IDisposable
{
    private const int MostRegions = 4096;

    /// <summary>Beyond this the page tables that keep the protections cost more than 512 MiB.</summary>
    private const long LongestRange = 256L << 30;

    /// <summary>msync with this flag does nothing but fail where something is not mapped.</summary>
    private const int MsAsync = 1;

    private readonly AddressRange _pages;
    private readonly SafeFileHandle _faults;
    private readonly SafeFileHandle _pageMap;
    private readonly PageMapScan.Region* _regions;
    private bool _disposed;

    private WrittenPageScan(AddressRange pages, SafeFileHandle faults, SafeFileHandle pageMap)
    {
        _pages = pages;
        _faults = faults;
        _pageMap = pageMap;
        _regions = (PageMapScan.Region*)NativeMemory.Alloc(MostRegions, (nuint)sizeof(PageMapScan.Region));
    }

    /// <summary>Every watched page, as byte offsets from the first.</summary>
    internal DirtyRange All => new(0, (long)_pages.Length);

    /// <summary>Whether a page of these categories may have been written since it was last protected.</summary>
    private static bool MayBeWritten(ulong categories) =>
        (categories & PageMapScan.IsWritten) != 0 || (categories & (PageMapScan.IsPresent | PageMapScan.IsSwapped)) == 0;

    /// <summary>
    /// Starts watching the pages of the range: from here on every page written through this mapping is reported by the next
    /// <see cref="Collect"/>. Null with the reason when it cannot be done.
    /// </summary>
    internal static WrittenPageScan? TryStart(AddressRange range, out string reason)
    {
        if ((reason = WhyNotHere(range)).Length > 0)
            return null;
        WrittenPageScan? scan = null;
        try
        {
            SafeFileHandle faults = OpenUserfault(out reason);
            if (reason.Length == 0)
            {
                scan = new WrittenPageScan(range.ToWholePages(), faults, File.OpenHandle("/proc/self/pagemap"));
                reason = scan.Register();
            }

            if (reason.Length == 0)
                scan!.Collect(scan.All, static _ => { });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = e.Message;
        }

        if (reason.Length == 0)
            return scan;
        scan?.Dispose();
        return null;
    }

    /// <summary>
    /// Hands over each run of pages of <paramref name="part"/> (byte offsets from the first page) written since it was last asked
    /// for, and protects it again. When the kernel gives up halfway, the rest counts as written: too much is safe.
    /// </summary>
    internal void Collect(DirtyRange part, Action<DirtyRange> written)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        DirtyRange pages = part.RoundOut(Environment.SystemPageSize).Intersect(All);
        ulong start = (ulong)_pages.Start, end = start + (ulong)pages.End;
        // A scan passes over addresses that are not mapped as if nothing had ever been written there.
        if (Libc.Msync(_pages.Start + pages.Offset, (nuint)pages.Length, MsAsync) != 0)
        {
            written(pages);
            return;
        }

        for (ulong at = start + (ulong)pages.Offset; at < end;)
        {
            PageMapScan scan = Ask(at, end);
            int count = Libc.Ioctl((int)_pageMap.DangerousGetHandle(), PageMapScan.Request, &scan);
            if (count < 0 || scan.WalkEnd <= at)
            {
                written(DirtyRange.Between((long)(at - start), (long)(end - start)));
                return;
            }

            ProtectAbsent(count);
            for (int i = 0; i < count; i++)
            {
                if (MayBeWritten(_regions[i].Categories))
                    written(DirtyRange.Between((long)(_regions[i].Start - start), (long)(_regions[i].End - start)));
            }

            at = scan.WalkEnd;
        }
    }

    /// <summary>
    /// Up to 6.12 at least, a scan that reports an absent page in an existing page table does not protect it. Doing so here may
    /// lift the note of a write since the report; but the page is only now handed over, so that the write comes before its mark.
    /// </summary>
    private void ProtectAbsent(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_regions[i].Categories != 0)
                continue;
            var protect = new Userfault.ProtectArgument
            {
                Range = new Userfault.RangeArgument { Start = _regions[i].Start, Length = _regions[i].End - _regions[i].Start },
                Mode = 1,
            };
            // Refused: it stays unprotected, and is reported every time.
            _ = Libc.Ioctl((int)_faults.DangerousGetHandle(), Userfault.WriteProtect, &protect);
        }
    }

    /// <summary>
    /// Reports and protects what is written or not present. An absent page whose protection is kept comes along (it is
    /// "swapped") and is sorted out by its categories.
    /// </summary>
    private PageMapScan Ask(ulong start, ulong end) => new()
    {
        Size = (ulong)sizeof(PageMapScan),
        Flags = PageMapScan.ProtectMatching | PageMapScan.CheckAsync,
        Start = start,
        End = end,
        Regions = (ulong)_regions,
        RegionCount = MostRegions,
        Inverted = PageMapScan.IsPresent,
        AnyOf = PageMapScan.IsWritten | PageMapScan.IsPresent,
        Returned = PageMapScan.IsWritten | PageMapScan.IsPresent | PageMapScan.IsSwapped,
    };

    private static string WhyNotHere(AddressRange range)
    {
        if (!OperatingSystem.IsLinux())
            return "only Linux reports written pages";
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
            return $"not on {RuntimeInformation.ProcessArchitecture}";
        return (long)range.Length > LongestRange ? $"{range.Length} bytes are more than the {LongestRange} for which page tables are affordable" : "";
    }

    private static SafeFileHandle OpenUserfault(out string reason)
    {
        nint call = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? Userfault.CallOnX64 : Userfault.CallOnArm64;
        nint descriptor = Userfault.Open(call, Userfault.UserModeOnly | Userfault.NonBlocking | Userfault.CloseOnExec);
        reason = descriptor < 0 ? $"userfaultfd is refused ({LastError()})" : "";
        var faults = new SafeFileHandle(descriptor, ownsHandle: true);
        if (descriptor < 0)
            return faults;
        var api = new Userfault.ApiArgument
        {
            Version = Userfault.ApiVersion,
            Features = Userfault.FeatureWriteProtectAsync | Userfault.FeatureWriteProtectUnpopulated,
        };
        if (Libc.Ioctl((int)descriptor, Userfault.Api, &api) != 0)
        {
            reason = $"this kernel has no asynchronous write protection ({LastError()}); Linux 6.7 has";
            faults.Dispose();
        }

        return faults;
    }

    private string Register()
    {
        var register = new Userfault.RegisterArgument
        {
            Range = new Userfault.RangeArgument { Start = (ulong)_pages.Start, Length = _pages.Length },
            Mode = Userfault.RegisterWriteProtect,
        };
        if (Libc.Ioctl((int)_faults.DangerousGetHandle(), Userfault.Register, &register) != 0)
            return $"the range cannot be registered ({LastError()}); it may be watched already";
        return "";
    }

    private static string LastError()
    {
        int error = Marshal.GetLastPInvokeError();
        return $"errno {error}, {Marshal.GetPInvokeErrorMessage(error)}";
    }

    /// <summary>Stops watching; the kernel lifts every protection when the descriptor is closed.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        var range = new Userfault.RangeArgument { Start = (ulong)_pages.Start, Length = _pages.Length };
        _ = Libc.Ioctl((int)_faults.DangerousGetHandle(), Userfault.Unregister, &range);
        _faults.Dispose();
        _pageMap.Dispose();
        NativeMemory.Free(_regions);
    }
}
