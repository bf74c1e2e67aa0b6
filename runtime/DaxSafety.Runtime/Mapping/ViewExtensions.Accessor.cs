using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <content>The accessor.</content>
public static unsafe partial class ViewExtensions
{
    /// <summary>
    /// Makes everything written through this view durable.
    /// <para>Thread safety: safe from any thread; stores that race with it may or may not be included.</para>
    /// <para>Allocation: none on Linux after the first call for a view; on Windows and macOS a file handle for the time of the
    /// call, unless one is given.</para>
    /// <para>Durability: the bytes of the view survive a power cut on return. That a new or grown file is there after it is not
    /// part of this: see DurableFile. A file truncated under the view is noticed on Linux 5.14 and later, where the end of the
    /// range is gone; touching it ends the process.</para>
    /// </summary>
    /// <param name="view">A writable view of a file.</param>
    /// <exception cref="ObjectDisposedException">The view is disposed.</exception>
    /// <exception cref="NotSupportedException">The view is read-only.</exception>
    /// <exception cref="ArgumentException">The view is copy-on-write: nothing written to it can reach the file.</exception>
    /// <exception cref="IOException">The system refused, now or at an earlier Persist of this view; nothing may be taken as
    /// durable. After a failed flush the view stays refused: map the file anew and write again.</exception>
    public static void Persist(this MemoryMappedViewAccessor view)
        => PersistRange(Open(view), view.PointerOffset, view.Capacity, 0, view.Capacity, null);

    /// <inheritdoc cref="Persist(MemoryMappedViewAccessor)"/>
    /// <param name="view">A writable view of a file.</param>
    /// <param name="file">The mapped file, opened for writing.</param>
    public static void Persist(this MemoryMappedViewAccessor view, SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        PersistRange(Open(view), view.PointerOffset, view.Capacity, 0, view.Capacity, file);
    }

    /// <summary>
    /// Makes <paramref name="length"/> bytes from <paramref name="position"/> on durable; both are in bytes, counted from the
    /// start of the view, at any alignment. The system works in whole pages: neighbours on them become durable too.
    /// </summary>
    /// <inheritdoc cref="Persist(MemoryMappedViewAccessor)"/>
    /// <param name="view">A writable view of a file.</param>
    /// <param name="position">First byte, counted from the start of the view.</param>
    /// <param name="length">Number of bytes; zero is nothing to do.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the view.</exception>
    public static void Persist(this MemoryMappedViewAccessor view, long position, long length)
        => PersistRange(Open(view), view.PointerOffset, view.Capacity, position, length, null);

    /// <inheritdoc cref="Persist(MemoryMappedViewAccessor, long, long)"/>
    /// <param name="view">A writable view of a file.</param>
    /// <param name="position">First byte, counted from the start of the view.</param>
    /// <param name="length">Number of bytes; zero is nothing to do.</param>
    /// <param name="file">The mapped file, opened for writing.</param>
    public static void Persist(this MemoryMappedViewAccessor view, long position, long length, SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        PersistRange(Open(view), view.PointerOffset, view.Capacity, position, length, file);
    }

    private static SafeMemoryMappedViewHandle Open(MemoryMappedViewAccessor view)
    {
        ArgumentNullException.ThrowIfNull(view);
        ObjectDisposedException.ThrowIf(view.SafeMemoryMappedViewHandle.IsClosed, view);
        RequireWritable(view.CanWrite);
        return view.SafeMemoryMappedViewHandle;
    }
}
