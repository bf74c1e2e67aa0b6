using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <content>The stream; its position does not matter and does not move.</content>
public static unsafe partial class ViewExtensions
{
    /// <inheritdoc cref="Persist(MemoryMappedViewAccessor)"/>
    public static void Persist(this MemoryMappedViewStream view)
        => PersistRange(Open(view), view.PointerOffset, view.Capacity, 0, view.Capacity, null);

    /// <inheritdoc cref="Persist(MemoryMappedViewStream)"/>
    /// <param name="view">A writable view of a file.</param>
    /// <param name="file">The mapped file, opened for writing.</param>
    public static void Persist(this MemoryMappedViewStream view, SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        PersistRange(Open(view), view.PointerOffset, view.Capacity, 0, view.Capacity, file);
    }

    /// <inheritdoc cref="Persist(MemoryMappedViewAccessor, long, long)"/>
    public static void Persist(this MemoryMappedViewStream view, long position, long length)
        => PersistRange(Open(view), view.PointerOffset, view.Capacity, position, length, null);

    /// <inheritdoc cref="Persist(MemoryMappedViewStream, long, long)"/>
    /// <param name="view">A writable view of a file.</param>
    /// <param name="position">First byte, counted from the start of the view.</param>
    /// <param name="length">Number of bytes; zero is nothing to do.</param>
    /// <param name="file">The mapped file, opened for writing.</param>
    public static void Persist(this MemoryMappedViewStream view, long position, long length, SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        PersistRange(Open(view), view.PointerOffset, view.Capacity, position, length, file);
    }

    private static SafeMemoryMappedViewHandle Open(MemoryMappedViewStream view)
    {
        ArgumentNullException.ThrowIfNull(view);
        ObjectDisposedException.ThrowIf(view.SafeMemoryMappedViewHandle.IsClosed, view);
        RequireWritable(view.CanWrite);
        return view.SafeMemoryMappedViewHandle;
    }
}
