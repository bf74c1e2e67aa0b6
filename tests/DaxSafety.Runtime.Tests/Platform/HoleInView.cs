using System.IO.MemoryMappedFiles;
using DaxSafety.Native;

namespace DaxSafety.Tests;

/// <summary>One page of a view unmapped under it, on Linux, until disposed; then other memory is there, so that the view can be closed.</summary>
internal sealed unsafe class HoleInView : IDisposable
{
    private const int MapFixed = 0x10;

    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _page;

    public HoleInView(MemoryMappedViewAccessor view, int offset)
    {
        _view = view;
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _page = start + offset;
        Assert.Equal(0, Libc.Munmap(_page, (nuint)Environment.SystemPageSize));
    }

    public void Dispose()
    {
        void* filled = Libc.Mmap(
            _page, (nuint)Environment.SystemPageSize, Libc.ProtRead, Libc.MapPrivate | Libc.Linux.MapAnonymous | MapFixed, -1, 0);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        Assert.True(filled == _page);
    }
}
