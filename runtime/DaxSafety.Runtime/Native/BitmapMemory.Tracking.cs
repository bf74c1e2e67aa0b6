using System.Runtime.CompilerServices;
using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;

namespace DaxSafety.Tracking;

/// <summary>
/// Address space for the tree's bitmaps, of which only what is touched costs memory. On Linux and macOS the kernel commits
/// a page at the first touch; where that is refused (strict overcommit) and on Windows, pieces are committed before the first mark in them.
/// </summary>
/// <remarks>
/// The address space is given back only when the object is collected, not on dispose: a mark that races with a dispose must
/// find memory, not a fault. Whoever uses the pointers keeps this object alive.
/// </remarks>
internal sealed unsafe partial class BitmapMemory : CriticalFinalizerObject
{
    /// <summary>What one explicit commit covers, in bytes of bitmap: the allocation granularity of Windows.</summary>
    private const int CommitShift = 16;

    private readonly nint _base;
    private readonly nuint _length;
    private readonly byte[]? _committed;

    private BitmapMemory(nint start, nuint length, long leafBytes, long summaryBytes, bool mustCommit)
    {
        _base = start;
        _length = length;
        Leaves = (byte*)start;
        Summaries = (byte*)start + leafBytes;
        ReservedBytes = (long)length;
        MustCommit = mustCommit;
        if (mustCommit)
        {
            _committed = new byte[(leafBytes >> CommitShift) + 1];
            // 1/512 of the leaves, and 1/256 KiB of the data: small enough to have at once.
            Commit(leafBytes, summaryBytes);
        }
    }

    internal byte* Leaves { get; }

    internal byte* Summaries { get; }

    internal long ReservedBytes { get; }

    internal bool MustCommit { get; }

    internal static BitmapMemory Reserve(long leafBytes, long summaryBytes, bool forceCommit)
    {
        leafBytes = (leafBytes + 0xFFFF) & ~0xFFFFL;
        var length = checked((nuint)(leafBytes + summaryBytes));
        nint start = 0;
        bool mustCommit = forceCommit || OperatingSystem.IsWindows();
        if (!mustCommit)
        {
            start = MapLazily(length);
            mustCommit = start == 0;
        }

        if (start == 0)
            start = OperatingSystem.IsWindows() ? ReserveOnWindows(length) : MapInaccessible(length);
        if (start == 0)
            throw new OutOfMemoryException($"Cannot reserve {length} bytes of address space for the marks.");
        return new BitmapMemory(start, length, leafBytes, summaryBytes, mustCommit);
    }

    /// <summary>Makes the leaf word usable. Only called where <see cref="MustCommit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CommitLeaf(long word)
    {
        long piece = word >> (CommitShift - 3);
        if (Volatile.Read(ref _committed![piece]) == 0)
            CommitPiece(piece);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CommitPiece(long piece)
    {
        // Two threads may both commit: the second finds it done, and neither loses what the first has written.
        Commit(piece << CommitShift, 1L << CommitShift);
        Volatile.Write(ref _committed![piece], 1);
    }

    private void Commit(long offset, long length)
    {
        bool done = OperatingSystem.IsWindows()
            ? VirtualAlloc(_base + (nint)offset, (nuint)length, MemCommit, PageReadWrite) != 0
            : mprotect(_base + (nint)offset, (nuint)length, ProtRead | ProtWrite) == 0;
        if (!done)
            throw new OutOfMemoryException($"Cannot commit {length} bytes for the marks.");
    }

    /// <summary>Gives the memory back and keeps the addresses: late marks land in fresh zero pages.</summary>
    internal void Decommit()
    {
        if (!OperatingSystem.IsWindows())
            _ = madvise(_base, _length, MadvDontNeed);
        GC.KeepAlive(this);
    }

    /// <summary>Gives the addresses back.</summary>
    ~BitmapMemory()
    {
        if (OperatingSystem.IsWindows())
            _ = VirtualFree(_base, 0, MemRelease);
        else
            _ = munmap(_base, _length);
    }

    private static nint MapLazily(nuint length)
    {
        nint start = MapAnonymous(length, ProtRead | ProtWrite);
        if (start != 0 && OperatingSystem.IsLinux())
        {
            // One mark must not commit 2 MiB, and a core dump needs no marks.
            _ = madvise(start, length, MadvNoHugePage);
            _ = madvise(start, length, MadvDontDump);
        }

        return start;
    }

    private static nint MapInaccessible(nuint length) => MapAnonymous(length, 0);

    private static nint MapAnonymous(nuint length, int protection)
    {
        int flags = OperatingSystem.IsLinux() ? MapPrivate | MapAnonymousLinux | MapNoReserveLinux : MapPrivate | MapAnonymousMac | MapNoReserveMac;
        nint start = mmap(0, length, protection, flags, -1, 0);
        return start == -1 ? 0 : start;
    }

    private static nint ReserveOnWindows(nuint length) => VirtualAlloc(0, length, MemReserve, PageReadWrite);

    private const int ProtRead = 1, ProtWrite = 2;
    private const int MapPrivate = 2, MapAnonymousLinux = 0x20, MapNoReserveLinux = 0x4000, MapAnonymousMac = 0x1000, MapNoReserveMac = 0x40;
    private const int MadvDontNeed = 4, MadvNoHugePage = 15, MadvDontDump = 16;
    private const uint MemCommit = 0x1000, MemReserve = 0x2000, MemRelease = 0x8000, PageReadWrite = 4;

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(nint address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial nint VirtualAlloc(nint address, nuint length, uint type, uint protection);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int VirtualFree(nint address, nuint length, uint type);
}
