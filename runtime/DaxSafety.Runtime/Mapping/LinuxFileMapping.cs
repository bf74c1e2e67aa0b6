using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Linux: MAP_SYNC is asked for first; it is granted only where a store that has left the processor's cache is durable, the
/// file's own metadata included, so having it is the proof of direct access. Otherwise the page cache is in between.
/// Source: mmap(2), MAP_SYNC and MAP_SHARED_VALIDATE.
/// </summary>
internal sealed unsafe class LinuxFileMapping : FileMapping
{
    private LinuxFileMapping(byte* address, long length, PersistGranularity granularity, string finding)
        : base(address, length, granularity, finding)
    {
        if (granularity != PersistGranularity.Page)
            DirectAccessRegions.Add(Range, granularity);
    }

    public static FileMapping Map(SafeFileHandle file, long length, DurableMapOptions options)
    {
        int protection = options.ReadOnly ? Libc.ProtRead : Libc.ProtRead | Libc.ProtWrite;
        byte* address = Map(file, length, protection, Libc.Linux.MapSharedValidate | Libc.Linux.MapSync);
        if (address is not null)
            return DirectAccess(address, length);

        int refusal = Marshal.GetLastPInvokeError();
        address = Map(file, length, protection, Libc.MapShared);
        if (address is null)
            throw MapFailure(length, Marshal.GetLastPInvokeError());
        if (options.SmallPages)
            Advise(address, length);
        return new LinuxFileMapping(address, length, PersistGranularity.Page, WhyNotSync(refusal));
    }

    protected override void Unmap()
    {
        if (Granularity != PersistGranularity.Page)
            DirectAccessRegions.Remove(Range);
        Libc.Munmap(Address, (nuint)Length);
    }

    private static byte* Map(SafeFileHandle file, long length, int protection, int flags)
    {
        void* address = Libc.Mmap(null, (nuint)length, protection, flags, (int)file.DangerousGetHandle(), 0);
        GC.KeepAlive(file);
        return (nint)address == -1 ? null : (byte*)address;
    }

    private static LinuxFileMapping DirectAccess(byte* address, long length)
    {
        PersistGranularity granularity = DirectAccessProbe.GranularityOf(new AddressRange(address, (nuint)length));
        return new LinuxFileMapping(address, length, granularity, granularity switch
        {
            PersistGranularity.Byte => "direct access, and the processor's caches survive a power cut (persistence_domain cpu_cache)",
            PersistGranularity.CacheLine => "direct access (MAP_SYNC), but a power cut takes the processor's caches (persistence_domain)",
            _ => "direct access (MAP_SYNC), but no cache-line write-back can be run here, so only msync is left",
        });
    }

    /// <summary>
    /// Before the first touch, so that no large folio is ever made. It is advice: refused, the map is slower and as durable.
    /// </summary>
    private static void Advise(byte* address, long length) => Libc.Madvise(address, (nuint)length, Libc.Linux.MadvRandom);

    private static string WhyNotSync(int error) => error switch
    {
        Libc.Linux.Eopnotsupp => "the page cache is in between: the file system does not give direct access to this file (MAP_SYNC: EOPNOTSUPP)",
        Libc.Einval => "the page cache is in between: this kernel does not know MAP_SYNC (Linux 4.15)",
        _ => $"the page cache is in between: MAP_SYNC was refused ({Marshal.GetPInvokeErrorMessage(error)}, errno {error})",
    };

    private static IOException MapFailure(long length, int error)
        => new($"mmap of {length} bytes failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);
}
