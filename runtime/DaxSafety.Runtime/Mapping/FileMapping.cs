using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// A whole file in memory, shared with it, by the finest grain the system gives. It knows what it is, and nothing of who writes.
/// </summary>
internal abstract unsafe class FileMapping(byte* address, long length, PersistGranularity granularity, string finding) : IDisposable
{
    private int _disposed;

    public byte* Address { get; } = address;

    /// <summary>In bytes.</summary>
    public long Length { get; } = length;

    public PersistGranularity Granularity { get; } = granularity;

    /// <summary>What was found and why the grain is no finer, as the end of a sentence.</summary>
    public string Finding { get; } = finding;

    public AddressRange Range => new(Address, (nuint)Length);

    /// <summary>Maps the file from its start.</summary>
    /// <param name="file">The file; the mapping does not need it afterwards.</param>
    /// <param name="length">How much, in bytes; not more than the file has.</param>
    /// <param name="options">Access and page size.</param>
    public static FileMapping Of(SafeFileHandle file, long length, DurableMapOptions options)
        => OperatingSystem.IsLinux()
            ? LinuxFileMapping.Map(file, length, options)
            : FrameworkFileMapping.Map(file, length, options);

    /// <summary>Unmaps; a second call does nothing, because the addresses may be somebody else's by then.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Unmap();
    }

    protected abstract void Unmap();
}
