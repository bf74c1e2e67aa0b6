using System.Runtime.InteropServices;
using DaxSafety.Tracking;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>Marking, collecting and persisting.</summary>
public sealed unsafe partial class DirtyTracker
{
    /// <summary>
    /// Says that <paramref name="length"/> bytes from <paramref name="offset"/> on have been written (both in bytes, from the
    /// start of the mapping). Call it <em>after</em> the store.
    /// </summary>
    /// <remarks>Never blocks, allocates nothing. Harmless, and needless, in the modes that find out by themselves.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the mapping.</exception>
    /// <exception cref="InvalidOperationException">The tracker is in <see cref="TrackingMode.Scopes"/>.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    [LeavesDirty]
    public void MarkDirty(long offset, long length)
    {
        if (Mode == TrackingMode.Scopes)
            throw new InvalidOperationException("In the mode Scopes every write goes through BeginWrite.");
        Tree.MarkRange(InFile(offset, length));
    }

    /// <summary>
    /// Opens <paramref name="length"/> bytes at <paramref name="offset"/> (both in bytes, from the start of the mapping) for
    /// writing; disposing the scope marks them.
    /// </summary>
    /// <remarks>
    /// Allocates nothing. A persist while the scope is open may write back what is half written, and leaves the range dirty.
    /// The scope must end before the tracker is disposed.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the mapping, or longer than a span.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    [LeavesDirty]
    public WriteScope BeginWrite(long offset, int length)
    {
        DirtyRange range = InFile(offset, length);
        if (Mode == TrackingMode.Scopes)
            Tree.MarkRange(range);
        return new WriteScope(Tree, range, new Span<byte>(_mapping.Start + offset, length));
    }

    /// <summary>Makes everything written through the mapping durable; returns how many lines were marked.</summary>
    /// <inheritdoc cref="Persist(long, long)" path="/remarks|/exception"/>
    [Persists]
    public long Persist() => Persist(0, (long)_mapping.Length);

    /// <summary>
    /// Makes everything written to <paramref name="length"/> bytes at <paramref name="offset"/> (both in bytes, from the start of
    /// the mapping) durable, whoever wrote it through whichever tracked mapping of the file; returns how many lines were marked
    /// (in <see cref="TrackingMode.WholeRange"/> nothing need be marked for all of it to be made durable).
    /// </summary>
    /// <remarks>
    /// Waits for other persists only where they hold lines of this range. Allocates nothing when nothing is dirty and nothing
    /// is scanned.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the mapping.</exception>
    /// <exception cref="IOException">The flush failed, now or at an earlier persist of the file. The lines stay marked.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    [Persists]
    public long Persist(long offset, long length)
    {
        DirtyRange range = InFile(offset, length);
        if (range.IsEmpty)
            return 0;
        using ViewHold hold = Hold();
        return PersistHeld(_marks, range);
    }

    /// <summary>
    /// Makes everything written to the file through any tracked mapping durable, mappings that have been closed since
    /// included; returns how many lines were marked.
    /// </summary>
    /// <exception cref="IOException">As <see cref="Persist(long, long)"/>; or lines of closed mappings are marked and no handle of the file can be had.</exception>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    [Persists]
    public long PersistFile()
    {
        ThrowIfDisposed();
        using ViewHold hold = Hold();
        return _marks.PersistAll(OpenFile);
    }

    /// <summary>Asks the kernel now what has been written and marks it in <see cref="Tree"/>; nothing to do in other modes.</summary>
    /// <remarks>For looking: every persist asks by itself.</remarks>
    /// <exception cref="ObjectDisposedException">The tracker is disposed.</exception>
    public void Collect()
    {
        ThrowIfDisposed();
        using ViewHold hold = Hold();
        ((IMarkedMapping)this).CollectInto(Tree, FileRange);
    }

    /// <inheritdoc/>
    bool IMarkedMapping.CollectInto(DirtyTree tree, DirtyRange range)
    {
        if (_ownTree != null)
            return true;
        if (!range.Overlaps(FileRange))
            return false;
        if (_scan == null)
            return Mode == TrackingMode.WholeRange;
        TryScan(tree, range);
        return false;
    }

    /// <inheritdoc/>
    long? IMarkedMapping.TryPersistInto(FileMarks marks)
    {
        try
        {
            using ViewHold hold = Hold();
            return PersistHeld(marks, FileRange);
        }
        catch (ObjectDisposedException) when (Volatile.Read(ref _disposed) != 0)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    void IMarkedMapping.Bequeath(DirtyTree tree)
    {
        if (_scan != null)
            TryScan(tree, FileRange);
        else if (_ownTree != null)
            tree.MarkRange(new DirtyRange(0, _file.Length));
        else if (Mode == TrackingMode.WholeRange)
            tree.MarkRange(FileRange);
    }

    private long PersistHeld(FileMarks marks, DirtyRange range)
        => _ownTree != null ? marks.PersistUnplaced(_ownTree, range, whole: Mode == TrackingMode.WholeRange, _sink) : marks.Persist(range, _sink);

    /// <summary>
    /// Under the gate: until the marks are made, the kernel's note is the only trace of the write. Once the scan is over all it
    /// knew has been marked.
    /// </summary>
    private void TryScan(DirtyTree tree, DirtyRange range)
    {
        // Where in the file the first watched page begins: before the mapping if that does not start on a page.
        long firstPage = FileRange.Offset - (long)((nuint)_mapping.Start & (nuint)(Environment.SystemPageSize - 1));
        lock (_scanGate)
        {
            if (_scanIsOver)
                return;
            _scan!.Collect(
                range.Intersect(FileRange).Shift(-firstPage),
                pages => tree.MarkRange(pages.Shift(firstPage).Intersect(FileRange)));
        }
    }

    private DirtyRange InFile(long offset, long length)
    {
        ThrowIfDisposed();
        RangeCheck.Inside(offset, length, (long)_mapping.Length, "mapping");
        return new DirtyRange(FileRange.Offset + offset, length);
    }

    private SafeFileHandle? OpenFile()
    {
        try
        {
            if (_handle is { IsClosed: false })
                return new SafeFileHandle(_handle.DangerousGetHandle(), ownsHandle: false);
            if (_file.Path == null)
                return null;
            // Linux flushes a file through any handle; elsewhere it must be writable.
            FileAccess access = OperatingSystem.IsLinux() ? FileAccess.Read : FileAccess.ReadWrite;
            SafeFileHandle opened = File.OpenHandle(_file.Path, access: access, share: FileShare.ReadWrite | FileShare.Delete);
            if (MappedFile.IdentityOf(opened) == _file.Identity)
                return opened;
            opened.Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ViewHold Hold()
    {
        ThrowIfDisposed();
        return new ViewHold(_view);
    }

    /// <summary>Keeps the view mapped during a call, whoever disposes the tracker meanwhile.</summary>
    private readonly ref struct ViewHold
    {
        private readonly SafeBuffer? _view;

        public ViewHold(SafeBuffer? view)
        {
            bool added = false;
            view?.DangerousAddRef(ref added);
            _view = added ? view : null;
        }

        public void Dispose() => _view?.DangerousRelease();
    }
}
