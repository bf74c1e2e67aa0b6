using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Durable flush for the views that the framework makes. Their own <c>Flush</c> takes no range, misses the tail of a view whose
/// offset is not page-aligned, and stops in the disk's cache on Windows and macOS; these do none of that.
/// </summary>
/// <remarks>
/// On Windows the disk's cache is flushed through a handle of the file, which a view does not lead back to. The overloads
/// without one open the file again by its mapped name; that fails with an <see cref="IOException"/> when the file is held open
/// without <see cref="FileShare.Write"/>, as <c>MemoryMappedFile.CreateFromFile(path)</c> holds it. The overloads with a handle
/// always work. On the other systems they are the same.
/// </remarks>
public static unsafe partial class ViewExtensions
{
    private static void PersistRange(
        SafeMemoryMappedViewHandle handle, long offset, long capacity, long position, long length, SafeFileHandle? file)
    {
        RangeCheck.Inside(position, length, capacity, "view");
        if (length == 0)
            return;
        byte* pointer = null;
        try
        {
            // Holds the mapping while the system works on it, whoever disposes the view meanwhile.
            handle.AcquirePointer(ref pointer);
            ViewState.Of(handle).Flush(new AddressRange(pointer + offset + position, (nuint)length), file);
        }
        finally
        {
            if (pointer is not null)
                handle.ReleasePointer();
        }
    }

    private static void RequireWritable(bool canWrite)
    {
        if (!canWrite)
            throw new NotSupportedException("The view is read-only: nothing can have been written through it.");
    }
}
