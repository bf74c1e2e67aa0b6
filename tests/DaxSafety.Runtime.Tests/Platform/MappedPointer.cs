using System.IO.MemoryMappedFiles;

namespace DaxSafety.Tests;

/// <summary>A view of a whole file as a plain pointer.</summary>
internal sealed unsafe class MappedPointer : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;

    public MappedPointer(MappedTestFile file)
    {
        _view = file.Map.CreateViewAccessor();
        byte* address = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        Address = address + _view.PointerOffset;
    }

    public byte* Address { get; }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }
}
