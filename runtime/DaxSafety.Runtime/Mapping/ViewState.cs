using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// What has to be remembered of a view that this library did not make, for as long as the view lives: that its stores reach
/// a file at all, and that a flush of it once failed. After a failure the kernel may have marked the pages clean without having
/// written them, so a later flush that succeeds says nothing about them (Linux: errseq_t reports an error once).
/// </summary>
internal sealed class ViewState
{
    private static readonly ConditionalWeakTable<SafeMemoryMappedViewHandle, ViewState> s_states = [];

    private volatile bool _isShared;
    private volatile Exception? _failure;

    public static ViewState Of(SafeMemoryMappedViewHandle view) => s_states.GetOrCreateValue(view);

    public void Flush(AddressRange range, SafeFileHandle? file)
    {
        if (_failure is { } before)
            throw new IOException(
                "An earlier flush of this view failed, and its pages may be lost although the system now calls them clean. "
                + "Map the file anew and write them again.", before);
        if (range.Length == 0)
            return;
        if (!_isShared)
        {
            MappingProbe.RequireShared(range, "view");
            _isShared = true;
        }

        try
        {
            PageFlush.Flush(range, file);
        }
        catch (IOException failure) when (failure is not FileOutOfReachException)
        {
            _failure = failure;
            throw;
        }
    }
}
