using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <summary>
/// The part of a <see cref="DurableMap"/> in the marks of its file: one tree with every other map and tracker of the file in this
/// process. A map for one thread at a time cannot share; it keeps a tree of its own, and counts for the others as a mapping
/// that cannot say what was written.
/// </summary>
internal sealed class MapMarks : IMarkedMapping, IDisposable
{
    private readonly FileMarks _file;
    private readonly Action _persistMap;
    private readonly bool _tracks, _alone;
    private long _length;

    /// <param name="file">The mapped file, for its identity.</param>
    /// <param name="length">Length of the map in bytes; it begins with the file.</param>
    /// <param name="tracks">Whether the map marks what it writes.</param>
    /// <param name="sharing">Who may write through the map at the same time.</param>
    /// <param name="persistMap">Persists all of the map; for a persist of the file through another mapping.</param>
    internal MapMarks(SafeFileHandle file, long length, bool tracks, DirtyTreeSharing sharing, Action persistMap)
    {
        _persistMap = persistMap;
        _tracks = tracks;
        _alone = tracks && sharing == DirtyTreeSharing.Exclusive;
        _length = length;
        _file = FileMarks.Join(MappedFile.IdentityOf(file), this, new DirtyRange(0, length));
        Tree = _alone ? new DirtyTree(length, sharing) : tracks ? _file.Tree : null;
    }

    /// <summary>Where the map marks, by file offset; null when it does not. Not less long than the map.</summary>
    internal DirtyTree? Tree { get; private set; }

    /// <summary>Makes what is dirty in the range durable; all of it, where some mapping cannot say what is.</summary>
    internal void Persist(DirtyRange range, IDirtyRangeSink sink)
    {
        if (_alone)
            Tree!.Persist(range, sink);
        else
            _file.Persist(range, sink);
    }

    /// <summary>The map has another length, and nothing in it is dirty. Marks beyond a new end are of bytes that are gone.</summary>
    /// <exception cref="NotSupportedException">The file's marks, which others use too, do not reach so far.</exception>
    internal void Resize(long length)
    {
        if (!_alone)
            _file.RequireRoom(length);
        long before = Interlocked.Exchange(ref _length, length);
        if (_alone)
        {
            DirtyTree old = Tree!;
            Tree = new DirtyTree(length, DirtyTreeSharing.Exclusive);
            old.Dispose();
        }
        else if (Tree != null && length < before)
        {
            // The line that holds the new end stays: its first bytes are still there.
            long gone = (length + LineIndex.Size - 1) & -LineIndex.Size;
            if (gone < before)
                Tree.Snapshot(DirtyRange.Between(gone, before)).Complete();
        }
    }

    /// <inheritdoc/>
    public bool CollectInto(DirtyTree tree, DirtyRange range) =>
        (!_tracks || _alone) && range.Overlaps(new DirtyRange(0, Volatile.Read(ref _length)));

    /// <inheritdoc/>
    public long? TryPersistInto(FileMarks marks)
    {
        try
        {
            long before = marks.Tree.Count;
            _persistMap();
            return Math.Max(0, before - marks.Tree.Count);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Bequeath(DirtyTree tree)
    {
        if (_alone)
        {
            foreach (DirtyRange range in Tree!.GetRanges())
                tree.MarkRange(range);
        }
        else if (!_tracks)
        {
            tree.MarkRange(new DirtyRange(0, Volatile.Read(ref _length)));
        }
    }

    /// <summary>Leaves the file's marks; what is still marked stays for the others.</summary>
    public void Dispose()
    {
        _file.Leave(this);
        if (_alone)
            Tree!.Dispose();
    }
}
