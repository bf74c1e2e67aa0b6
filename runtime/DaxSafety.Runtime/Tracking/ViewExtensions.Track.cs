using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <content>Tracking of framework views.</content>
public static unsafe partial class ViewExtensions
{
    /// <summary>Tracks what is written through the view, so that a persist makes durable just that.</summary>
    /// <remarks>
    /// The framework's own Write methods mark nothing, so by default the kernel is asked which pages were written; where it
    /// cannot say, every persist makes its whole range durable (see <see cref="DirtyTracker.Mode"/> and its reason). The view
    /// stays mapped until the tracker is disposed. Otherwise as <see cref="DirtyTracker.Attach(void*, nuint, TrackingMode, SafeFileHandle)"/>.
    /// </remarks>
    /// <param name="view">A writable view of a file.</param>
    /// <param name="mode">How to come to know of writes.</param>
    /// <param name="file">The mapped file if there is a handle: identifies it for certain.</param>
    /// <exception cref="ObjectDisposedException">The view is disposed.</exception>
    /// <exception cref="NotSupportedException">The view is read-only, or the kernel scan was asked for and cannot be had; says why.</exception>
    public static DirtyTracker Track(this MemoryMappedViewAccessor view, TrackingMode mode = TrackingMode.Automatic, SafeFileHandle? file = null)
        => DirtyTracker.Attach(Open(view), view.PointerOffset, view.Capacity, mode, file);

    /// <inheritdoc cref="Track(MemoryMappedViewAccessor, TrackingMode, SafeFileHandle)"/>
    public static DirtyTracker Track(this MemoryMappedViewStream view, TrackingMode mode = TrackingMode.Automatic, SafeFileHandle? file = null)
        => DirtyTracker.Attach(Open(view), view.PointerOffset, view.Capacity, mode, file);

    /// <summary>Tracks the whole mapping of a view, counted from the pointer that AcquirePointer gives.</summary>
    /// <inheritdoc cref="Track(MemoryMappedViewAccessor, TrackingMode, SafeFileHandle)"/>
    public static DirtyTracker Track(this SafeMemoryMappedViewHandle view, TrackingMode mode = TrackingMode.Automatic, SafeFileHandle? file = null)
        => DirtyTracker.Attach(Open(view), 0, (long)view.ByteLength, mode, file);

    /// <summary>Tracks what is written through the view, of which the caller knows where in the file it begins.</summary>
    /// <remarks>
    /// Only needed on Windows, which does not tell where a view of a part of a file begins: without it such a view shares no marks
    /// (<see cref="DirtyTracker.SharesMarks"/>). Otherwise as <see cref="Track(MemoryMappedViewAccessor, TrackingMode, SafeFileHandle)"/>.
    /// </remarks>
    /// <param name="view">A writable view of a file.</param>
    /// <param name="mode">How to come to know of writes.</param>
    /// <param name="file">The mapped file if there is a handle: identifies it for certain.</param>
    /// <param name="fileOffset">The offset the view was created with, in bytes from the start of the file. A wrong number is refused on Linux
    /// and macOS, and mixes up the marks on Windows.</param>
    /// <exception cref="ArgumentException">The view begins elsewhere in the file.</exception>
    /// <exception cref="ObjectDisposedException">The view is disposed.</exception>
    /// <exception cref="NotSupportedException">The view is read-only, or the kernel scan was asked for and cannot be had; says why.</exception>
    public static DirtyTracker Track(this MemoryMappedViewAccessor view, TrackingMode mode, SafeFileHandle? file, long fileOffset)
        => DirtyTracker.Attach(Open(view), view.PointerOffset, view.Capacity, mode, file, fileOffset);

    /// <inheritdoc cref="Track(MemoryMappedViewAccessor, TrackingMode, SafeFileHandle, long)"/>
    public static DirtyTracker Track(this MemoryMappedViewStream view, TrackingMode mode, SafeFileHandle? file, long fileOffset)
        => DirtyTracker.Attach(Open(view), view.PointerOffset, view.Capacity, mode, file, fileOffset);
}
