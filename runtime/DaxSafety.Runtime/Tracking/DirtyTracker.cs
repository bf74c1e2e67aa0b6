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

    /// <summary>The marks of a mapping of which it is not known where in the file it begins; null where it is.</summary>
    private readonly DirtyTree? _ownTree;

    private bool _scanIsOver;
    private int _disposed;

    private DirtyTracker(AddressRange mapping, SafeBuffer? view, TrackingMode mode, SafeFileHandle? file, MappedFile found)
    {
        _mapping = mapping;
        _view = view;
        _handle = file;
        _file = found;
        if (!_file.IsWritable)
            throw new NotSupportedException("The mapping is read-only: nothing can be written through it, so there is nothing to track.");
        FileRange = new DirtyRange(_file.Offset ?? 0, (long)mapping.Length);
        _sink = new MappingSink(mapping, FileRange.Offset, PersistentMemory.GranularityOf(mapping.Start, mapping.Length), file);
        (Mode, ModeReason, _scan) = Choose(mode);
        try
        {
            // Watched from here on; what was written before nobody has counted.
            if (_scan != null)
                PageFlush.Flush(mapping, file);
            bool isUnplaced = _file is { Identity: not null, Offset: null };
            _ownTree = isUnplaced ? new DirtyTree(FileRange.End) : null;
            _marks = FileMarks.Join(_file.Identity, this, isUnplaced ? new DirtyRange(0, _file.Length) : FileRange);
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

    /// <summary>The bytes of the file that the mapping shows. Where its place in the file is not known, the mapping itself from 0 on.</summary>
    public DirtyRange FileRange { get; }

    /// <summary>
    /// The tree of the file, by file offset, shared with every other tracker and map of it; a tree of this mapping alone, by
    /// <see cref="FileRange"/>, where <see cref="SharesMarks"/> is false.
    /// </summary>
    public DirtyTree Tree => _ownTree ?? _marks.Tree;

    /// <summary>
    /// Whether the file and the mapping's place in it are known, so that its marks are shared. Where only the place is not known (a
    /// view of a part of a file on Windows), a persist through another mapping counts everything here as written, and one
    /// through this mapping beside others makes its whole range durable. A file that is not known is on its own: no
    /// persist through another mapping covers what was written through this one.
    /// </summary>
    public bool SharesMarks => _file.Identity != null && _ownTree == null;

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
        AddressRange mapping = new(address, length);
        return new DirtyTracker(mapping, null, mode, file, Find(mapping, file, null));
    }

    /// <inheritdoc cref="Attach(void*, nuint, TrackingMode, SafeFileHandle)"/>
    /// <param name="address">Start of the range.</param>
    /// <param name="length">Length in bytes; not zero.</param>
    /// <param name="mode">How to come to know of writes.</param>
    /// <param name="file">The mapped file if there is a handle: identifies it for certain. Kept open by the caller.</param>
    /// <param name="fileOffset">
    /// Where in the file <paramref name="address"/> lies, in bytes. Only needed on Windows, which does not tell where a view of a part of a file begins;
    /// there a wrong number mixes up the marks, and elsewhere it is refused.
    /// </param>
    /// <exception cref="ArgumentException">The range is not mapped, or is private memory, or lies elsewhere in the file.</exception>
    public static DirtyTracker Attach(void* address, nuint length, TrackingMode mode, SafeFileHandle? file, long fileOffset)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        AddressRange mapping = new(address, length);
        return new DirtyTracker(mapping, null, mode, file, Find(mapping, file, fileOffset));
    }

    /// <summary>For tests: what would be if this were all the system says of the mapping.</summary>
    internal static DirtyTracker Attach(AddressRange mapping, TrackingMode mode, SafeFileHandle? file, MappedFile found)
        => new(mapping, null, mode, file, found);

    /// <summary>Tracks a part of a framework view, and keeps it mapped until the tracker is disposed.</summary>
    internal static DirtyTracker Attach(SafeBuffer view, long offset, long length, TrackingMode mode, SafeFileHandle? file, long? fileOffset = null)
    {
        byte* start = null;
        view.AcquirePointer(ref start);
        try
        {
            AddressRange mapping = new(start + offset, (nuint)length);
            return new DirtyTracker(mapping, view, mode, file, Find(mapping, file, fileOffset));
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
        // What the kernel has noted so far must not go with the tracker: leaving marks it for the others.
        _marks.Leave(this);
        lock (_scanGate)
        {
            _scanIsOver = true;
            _scan?.Dispose();
        }

        _ownTree?.Dispose();
        _view?.ReleasePointer();
    }

    private static MappedFile Find(AddressRange mapping, SafeFileHandle? file, long? fileOffset)
    {
        MappingProbe.RequireShared(mapping, "address");
        MappedFile found = MappedFile.Find(mapping, file);
        return fileOffset is { } offset ? found.At(offset, mapping, nameof(fileOffset)) : found;
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
