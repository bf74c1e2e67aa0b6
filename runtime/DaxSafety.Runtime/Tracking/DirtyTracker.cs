using System.Runtime.InteropServices;
using DaxSafety.Tracking;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Knows what has been written through a mapping and not yet been made durable, and makes exactly that durable. The marks
/// belong to the file: trackers of the same file in this process share one tree, wherever they map it.
/// </summary>
/// <remarks>
/// <para><b>Thread safety.</b> Every member from any thread. Writers never wait; persists of ranges that do not overlap do not
/// wait for each other.</para>
/// <para><b>After a failed flush</b> the lines stay marked and every later persist of the file throws, until all its trackers
/// are disposed and the file is mapped anew: an fsync that has failed once may lie on the retry.</para>
/// <para><b>What it cannot know:</b> writes of other processes, and writes by pwrite or FileStream, which are not stores
/// through a mapping. Flush those through their handle.</para>
/// </remarks>
public sealed unsafe partial class DirtyTracker : IDisposable, IMarkedMapping
{
    private readonly AddressRange _mapping;
    private readonly SafeBuffer? _view;
    private readonly FileMarks _marks;
    private readonly MappingSink _sink;
    private readonly MappedFile _file;
    private readonly SafeFileHandle? _handle;
    private readonly WrittenPageScan? _scan;
    private readonly object _scanGate = new();
    private int _disposed;

    private DirtyTracker(AddressRange mapping, SafeBuffer? view, TrackingMode mode, SafeFileHandle? file)
    {
        MappingProbe.RequireShared(mapping, "address");
        _mapping = mapping;
        _view = view;
        _handle = file;
        _file = MappedFile.Find(mapping, file);
        if (!_file.IsWritable)
            throw new NotSupportedException("The mapping is read-only: nothing can be written through it, so there is nothing to track.");
        FileRange = new DirtyRange(_file.Offset, (long)mapping.Length);
        _sink = new MappingSink(mapping, _file.Offset, PersistentMemory.GranularityOf(mapping.Start, mapping.Length), file);
        (Mode, ModeReason, _scan) = Choose(mode);
        try
        {
            // Watched from here on; what was written before nobody has counted.
            if (_scan != null)
                PageFlush.Flush(mapping, file);
            _marks = FileMarks.Join(_file.Identity, this, FileRange);
        }
        catch
        {
            _scan?.Dispose();
            throw;
        }
    }

    /// <summary>How the tracker comes to know what is written; never <see cref="TrackingMode.Automatic"/>.</summary>
    public TrackingMode Mode { get; }

    /// <summary>Why <see cref="Mode"/> is what it is, for a log.</summary>
    public string ModeReason { get; }

    /// <summary>The bytes of the file that the mapping shows. Where the file cannot be identified, the mapping itself from 0 on.</summary>
    public DirtyRange FileRange { get; }

    /// <summary>The tree of the file, by file offset; shared with every other tracker of it.</summary>
    public DirtyTree Tree => _marks.Tree;

    /// <summary>Whether the file could be identified, so that its marks are shared.</summary>
    public bool SharesMarks => _file.Identity != null;

    /// <summary>What one write-back moves: a line on direct access, else a page.</summary>
    public PersistGranularity Granularity => _sink.Granularity;

    /// <summary>Tracks <paramref name="length"/> bytes of a shared mapping from <paramref name="address"/> on.</summary>
    /// <remarks>
    /// Reads /proc/self/maps and smaps, and where the kernel scan is used flushes the range once: milliseconds, once per mapping.
    /// In <see cref="TrackingMode.KernelScan"/> everything written before the call is durable on return; in
    /// the modes with marks it is the caller's to persist. Dispose the tracker before the range is unmapped.
    /// </remarks>
    /// <param name="address">Start of the range.</param>
    /// <param name="length">Length in bytes; not zero.</param>
    /// <param name="mode">How to come to know of writes.</param>
    /// <param name="file">The mapped file if there is a handle: identifies it for certain. Kept open by the caller.</param>
    /// <exception cref="ArgumentException">The range is not mapped, or is private memory.</exception>
    /// <exception cref="NotSupportedException">The mapping is read-only, or the kernel scan was asked for and cannot be had; says why.</exception>
    /// <exception cref="IOException">The first flush failed.</exception>
    public static DirtyTracker Attach(void* address, nuint length, TrackingMode mode = TrackingMode.Automatic, SafeFileHandle? file = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        return new DirtyTracker(new AddressRange(address, length), null, mode, file);
    }

    /// <summary>Tracks a part of a framework view, and keeps it mapped until the tracker is disposed.</summary>
    internal static DirtyTracker Attach(SafeBuffer view, long offset, long length, TrackingMode mode, SafeFileHandle? file)
    {
        byte* start = null;
        view.AcquirePointer(ref start);
        try
        {
            return new DirtyTracker(new AddressRange(start + offset, (nuint)length), view, mode, file);
        }
        catch
        {
            view.ReleasePointer();
            throw;
        }
    }

    /// <summary>
    /// Stops tracking. Marks of lines that another tracker of the file covers are kept; those that nobody covers are kept for
    /// <see cref="PersistFile"/> as long as the file has a tracker, and forgotten with its last one. Does not persist.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        lock (_scanGate)
        {
            // What the kernel has noted so far must not go with the tracker.
            if (_scan != null)
                Scan(Tree, FileRange);
            _scan?.Dispose();
        }

        _marks.Leave(this);
        _view?.ReleasePointer();
    }

    private (TrackingMode Mode, string Reason, WrittenPageScan? Scan) Choose(TrackingMode wanted)
    {
        if (wanted is TrackingMode.Marks or TrackingMode.Scopes or TrackingMode.WholeRange)
            return (wanted, "asked for", null);
        string reason = WhyNoScan();
        WrittenPageScan? scan = reason.Length == 0 ? WrittenPageScan.TryStart(_mapping, out reason) : null;
        if (scan != null && (reason = scan.TestMapping()).Length > 0)
        {
            scan.Dispose();
            scan = null;
        }

        if (scan != null)
            return (TrackingMode.KernelScan, "the kernel reports written pages, and the self-test passed", scan);
        return wanted == TrackingMode.Automatic
            ? (TrackingMode.WholeRange, $"no kernel scan: {reason}", null)
            : throw new NotSupportedException($"The kernel scan cannot be used: {reason}.");
    }

    private string WhyNoScan()
    {
        if (_file.IsDirectAccess == true || _sink.Granularity != PersistGranularity.Page)
        {
            return "the mapping is direct access, where a watched page that is not mapped (after a hole is punched or filled, or the file truncated, "
                + "by anyone) makes its next access hang for ever, and pages of 2 MiB go unreported";
        }

        return _file.IsDirectAccess == null && OperatingSystem.IsLinux()
            ? "it cannot be ruled out that the mapping is direct access (the file is not to be found under its name); pass its handle"
            : WrittenPageScan.KernelFault;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
