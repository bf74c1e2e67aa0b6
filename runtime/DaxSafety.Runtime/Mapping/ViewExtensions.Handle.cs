using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <content>The handle, whose pointer is the start of a page and not of the view: a view made at an unaligned offset starts <c>PointerOffset</c> bytes after it.</content>
public static unsafe partial class ViewExtensions
{
    /// <summary>
    /// Makes the whole mapping of a view durable: everything between the pointer that
    /// <see cref="System.Runtime.InteropServices.SafeBuffer.AcquirePointer"/> gives and the handle's length.
    /// </summary>
    /// <inheritdoc cref="Persist(MemoryMappedViewAccessor)"/>
    /// <param name="view">The handle of a view of a file. Whether it is writable cannot be told from it.</param>
    public static void Persist(this SafeMemoryMappedViewHandle view)
        => PersistRange(Open(view), 0, (long)view.ByteLength, 0, (long)view.ByteLength, null);

    /// <inheritdoc cref="Persist(SafeMemoryMappedViewHandle)"/>
    /// <param name="view">The handle of a view of a file. Whether it is writable cannot be told from it.</param>
    /// <param name="file">The mapped file, opened for writing.</param>
    public static void Persist(this SafeMemoryMappedViewHandle view, SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        PersistRange(Open(view), 0, (long)view.ByteLength, 0, (long)view.ByteLength, file);
    }

    /// <summary>
    /// Makes <paramref name="length"/> bytes from <paramref name="position"/> on durable; both are in bytes, counted from the
    /// pointer that <see cref="System.Runtime.InteropServices.SafeBuffer.AcquirePointer"/> gives. For a view made at an
    /// unaligned offset add its <c>PointerOffset</c>.
    /// </summary>
    /// <inheritdoc cref="Persist(MemoryMappedViewAccessor, long, long)"/>
    /// <param name="view">The handle of a view of a file. Whether it is writable cannot be told from it.</param>
    /// <param name="position">First byte, counted from the handle's own pointer.</param>
    /// <param name="length">Number of bytes; zero is nothing to do.</param>
    public static void Persist(this SafeMemoryMappedViewHandle view, long position, long length)
        => PersistRange(Open(view), 0, (long)view.ByteLength, position, length, null);

    /// <inheritdoc cref="Persist(SafeMemoryMappedViewHandle, long, long)"/>
    /// <param name="view">The handle of a view of a file. Whether it is writable cannot be told from it.</param>
    /// <param name="position">First byte, counted from the handle's own pointer.</param>
    /// <param name="length">Number of bytes; zero is nothing to do.</param>
    /// <param name="file">The mapped file, opened for writing.</param>
    public static void Persist(this SafeMemoryMappedViewHandle view, long position, long length, SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        PersistRange(Open(view), 0, (long)view.ByteLength, position, length, file);
    }

    private static SafeMemoryMappedViewHandle Open(SafeMemoryMappedViewHandle view)
    {
        ArgumentNullException.ThrowIfNull(view);
        ObjectDisposedException.ThrowIf(view.IsClosed, view);
        return view;
    }
}
