using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DaxSafety.Tracking;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// A file mapped for durable writing: it finds out by what grain the mapping can be made durable, remembers what has been
/// written through it, and makes exactly that durable when asked. Files may be larger than 2 GiB and than memory, and one file
/// may be mapped several times; each map then answers for its own writes.
/// </summary>
/// <remarks>
/// <para><b>What is not durable.</b> Nothing, until a Persist has returned without an exception. Disposing persists nothing.</para>
/// <para><b>After a failed flush</b> the map is poisoned: what failed stays marked and every later Persist throws, because the
/// system reports a lost page once and calls it clean from then on. Dispose, open anew, and check what was not acknowledged.</para>
/// <para><b>A file truncated underneath</b> by somebody else ends the process at the next touch (SIGBUS, which no program can
/// catch here; on Windows such a truncation is refused). A persist at page granularity notices it and fails. Storage is
/// allocated by <see cref="Create(string, long, DurableMapOptions?)"/> and <see cref="Resize"/>, because the same happens when
/// a store needs a block and the disk is full; <see cref="Open"/> takes a sparse file as it is.</para>
/// <para><b>Threads.</b> Reads and writes may race as they may on memory. Persists may run at any time on any thread, also
/// while others write. <see cref="Resize"/> and <see cref="Dispose"/> wait for persists, but not for reads, writes and spans.</para>
/// </remarks>
public sealed unsafe partial class DurableMap : IDisposable
{
    /// <summary>In bytes. The last so many bytes less one of a map have no quick way, and few are read there.</summary>
    private const int LongestQuickValue = 16;

    private readonly UseGate _gate = new();
    private readonly DurableMapOptions _options;
    private readonly SafeFileHandle _file;
    private FileMapping _mapping;
    private MapFlusher _flusher;
    private MapMarks? _marks;

    /// <summary>The tree of <see cref="_marks"/>, at hand for every write.</summary>
    private DirtyTree? _tree;
    private PersistQueue? _queue;

    /// <summary>
    /// Copies of the mapping's, so that an access needs no more than this object. The lengths are 0 once disposed, and that for
    /// writing is on a read-only map: one comparison then refuses whatever is wrong.
    /// </summary>
    private byte* _address;
    private long _length, _writable;

    /// <summary>
    /// Below these offsets a value of up to <see cref="LongestQuickValue"/> bytes is read, or written without a mark, after one comparison. What is
    /// beyond, or larger, or to be marked, is checked exactly.
    /// </summary>
    private long _quickReads, _quickWrites;

    private DurableMap(string path, SafeFileHandle file, DurableMapOptions options)
    {
        Path = path;
        _file = file;
        _options = options;
        Attach(RandomAccess.GetLength(file));
    }

    /// <summary>The file's full path, as it was when it was opened.</summary>
    public string Path { get; }

    /// <summary>Length of the map in bytes; 0 once disposed.</summary>
    public long Length => _length;

    /// <summary>Whether nothing can be written through this map.</summary>
    public bool IsReadOnly => _options.ReadOnly;

    /// <summary>What a write to this map needs to be durable.</summary>
    public PersistGranularity Granularity => _mapping.Granularity;

    /// <summary>
    /// Start of the map, on a page boundary, for code that needs a pointer; valid until <see cref="Resize"/> or <see cref="Dispose"/>.
    /// Stores through it are not seen: call <see cref="MarkDirty"/> after them when the map tracks.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [Mapped]
    public void* Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address is null, this);
            return _address;
        }
    }

    /// <summary>What is marked dirty, to ask it; null when the map does not track. Marks made in it are as good as the map's own.</summary>
    public DirtyTree? Dirty => _tree;

    internal FileMapping Mapping => _mapping;

    internal MapFlusher Flusher => _flusher;

    /// <summary>
    /// Maps an existing file as a whole.
    /// <para>Thread safety: safe from any thread. Allocation: the map; address space of the file's length.</para>
    /// <para>Durability: none by itself.</para>
    /// </summary>
    /// <param name="path">The file; it must not be empty.</param>
    /// <param name="options">How; null for a writable, tracking map that takes any granularity.</param>
    /// <exception cref="NotSupportedException">The mapping is coarser than <see cref="DurableMapOptions.RequiredGranularity"/>; the
    /// message says what was found and why.</exception>
    /// <exception cref="IOException">The file is empty, not there, or cannot be mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened so.</exception>
    /// <exception cref="PlatformNotSupportedException">This is a 32-bit process.</exception>
    public static DurableMap Open(string path, DurableMapOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new DurableMapOptions();
        FileAccess access = options.ReadOnly ? FileAccess.Read : FileAccess.ReadWrite;
        string full = System.IO.Path.GetFullPath(path);
        return Over(full, File.OpenHandle(full, FileMode.Open, access, FileShare.ReadWrite | FileShare.Delete), options);
    }

    /// <summary>
    /// Creates a file of <paramref name="length"/> bytes, all zero and allocated, so that it is there after a power cut, and maps it.
    /// <para>Thread safety: safe from any thread. Allocation: as <see cref="Open"/>.</para>
    /// <para>Durability: the file's name, length and storage are durable on return.</para>
    /// </summary>
    /// <param name="path">Where; nothing may be there yet.</param>
    /// <param name="length">Length in bytes, at least 1.</param>
    /// <param name="options">How; null for a writable, tracking map that takes any granularity.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive.</exception>
    /// <exception cref="ArgumentException">The options say read-only.</exception>
    /// <exception cref="NotSupportedException">As of <see cref="Open"/>; the file is then deleted again.</exception>
    /// <exception cref="IOException">The file exists, the disk is full, or the system refused; then no file is left behind.</exception>
    /// <exception cref="PlatformNotSupportedException">This is a 32-bit process.</exception>
    public static DurableMap Create(string path, long length, DurableMapOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        options ??= new DurableMapOptions();
        if (options.ReadOnly)
            throw new ArgumentException("A new file that nothing can be written to would stay empty.", nameof(options));
        string full = System.IO.Path.GetFullPath(path);
        SafeFileHandle file = DurableFile.Create(full, length);
        try
        {
            return Over(full, file, options);
        }
        catch
        {
            File.Delete(full);
            throw;
        }
    }

    /// <summary>
    /// Unmaps and closes the file. Nothing is persisted: what no Persist has covered is as good as not written. Waits for
    /// persists that are running; asynchronous ones that have not begun fail. Spans and pointers into the map must no longer be used.
    /// </summary>
    public void Dispose()
    {
        if (!_gate.Close(forGood: true))
            return;
        _queue?.Dispose();
        Detach();
        _marks?.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }

    private static DurableMap Over(string path, SafeFileHandle file, DurableMapOptions options)
    {
        try
        {
            if (sizeof(nint) < 8)
                throw new PlatformNotSupportedException("A durable map needs the address space of a 64-bit process.");
            if (RandomAccess.GetLength(file) == 0)
                throw new IOException($"'{path}' is empty: there is nothing to map. Give it a length with DurableFile.SetLength.");
            return new DurableMap(path, file, options);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Maps the file anew at a length and takes over; what was attached before is left to the caller.</summary>
    [MemberNotNull(nameof(_mapping), nameof(_flusher))]
    private void Attach(long length)
    {
        FileMapping mapping = FileMapping.Of(_file, length, _options);
        if (mapping.Granularity > _options.RequiredGranularity)
        {
            mapping.Dispose();
            throw new NotSupportedException(
                $"'{Path}' was required at granularity {_options.RequiredGranularity} and can be mapped at {mapping.Granularity}: "
                + $"{mapping.Finding}.");
        }

        try
        {
            if (!_options.ReadOnly)
                MarkUpTo(length);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }

        _mapping = mapping;
        _flusher = new MapFlusher(mapping, _file);
        _address = mapping.Address;
        _length = length;
        _writable = _options.ReadOnly ? 0 : length;
        _quickReads = Math.Max(0, length - (LongestQuickValue - 1));
        _quickWrites = _options.ReadOnly || _tree is not null ? 0 : _quickReads;
    }

    /// <summary>Nothing can be read or written until it is attached again.</summary>
    private void Detach()
    {
        _quickReads = _quickWrites = _length = _writable = 0;
        _address = null;
    }

    /// <summary>Takes part in the marks of the file, which every mapping of it in this process shares.</summary>
    private void MarkUpTo(long length)
    {
        if (_marks is { } marks)
            marks.Resize(length);
        else
            _marks = new MapMarks(_file, length, _options.Tracking == MapTracking.Marks, _options.Sharing, Persist);
        _tree = _marks!.Tree;
    }

    /// <summary>Only a throw, and so the compiler moves the call out of the way of the loops it stands in.</summary>
    [DoesNotReturn]
    private void ThrowOutside(long offset, long length) => throw Outside(offset, length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Exception Outside(long offset, long length)
    {
        if (_address is null)
            return new ObjectDisposedException(typeof(DurableMap).FullName);
        return RangeCheck.IsInside(offset, length, _length)
            ? new NotSupportedException("The map is read-only: nothing can be written through it.")
            : RangeCheck.Outside(offset, length, _length, "map", nameof(offset));
    }
}
