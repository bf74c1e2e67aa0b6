using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>Windows and macOS: the framework's own mapping, at page granularity.</summary>
internal sealed unsafe class FrameworkFileMapping : FileMapping
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private FrameworkFileMapping(MemoryMappedFile file, MemoryMappedViewAccessor view, byte* address, long length)
        : base(address, length, PersistGranularity.Page, "this operating system gives programs no direct access that it would vouch for")
    {
        _file = file;
        _view = view;
    }

    public static FileMapping Map(SafeFileHandle file, long length, DurableMapOptions options)
    {
        MemoryMappedFileAccess access = options.ReadOnly ? MemoryMappedFileAccess.Read : MemoryMappedFileAccess.ReadWrite;
        MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(
            file, null, 0, access, HandleInheritability.None, leaveOpen: true);
        MemoryMappedViewAccessor? view = null;
        try
        {
            view = mapped.CreateViewAccessor(0, length, access);
            byte* address = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
            return new FrameworkFileMapping(mapped, view, address + view.PointerOffset, length);
        }
        catch
        {
            view?.Dispose();
            mapped.Dispose();
            throw;
        }
    }

    protected override void Unmap()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();

        // Closing the handle unmaps; disposing the accessor would flush first, which is the map's business and not ours.
        _view.SafeMemoryMappedViewHandle.Dispose();
        _file.Dispose();
    }
}
