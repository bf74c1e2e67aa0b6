using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// Durability at page granularity: whatever lies between the mapping and the medium, the operating system is asked to carry
/// the pages there and to say when they have arrived. Right on every mapping, direct access included; there only slower.
/// </summary>
internal static unsafe partial class PageFlush
{
    /// <summary>Returns when the range survives a power cut, and throws <see cref="IOException"/> when that cannot be said.</summary>
    /// <param name="range">Mapped memory, at any alignment.</param>
    /// <param name="file">The mapped file where the caller has it; found by the address where the system needs one and it is null.</param>
    public static void Flush(AddressRange range, SafeFileHandle? file)
    {
        if (range.Length == 0)
            return;
        if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
            FlushOnLinux(range);
        else if (OperatingSystem.IsWindows())
            FlushOnWindows(range, file);
        else if (OperatingSystem.IsMacOS())
            FlushOnMacOS(range, file);
        else
            throw new PlatformNotSupportedException("No way to make a mapping durable is known on this operating system.");
    }

    private static string Describe(AddressRange range) => $"the file mapped at 0x{(nuint)range.Start:x}";
}
