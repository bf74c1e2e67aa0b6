using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <summary>What lies behind a mapped range: which file, from which byte on, and whether it is direct access.</summary>
/// <param name="Identity">Which file; null when it cannot be made sure, and then its marks are shared with nobody.</param>
/// <param name="Offset">Where in the file the range begins, in bytes; null when the system does not say (Windows).</param>
/// <param name="Path">A name under which the file can be opened, where no handle was given.</param>
/// <param name="IsDirectAccess">Null when it cannot be told: then there is no kernel scan.</param>
/// <param name="IsWritable">Whether stores through the mapping are possible.</param>
/// <remarks>
/// Found through the address, because a framework view leads to no file handle; and believed only where the name that the
/// system has for the mapping still leads to the file that is mapped. What cannot be made sure stays unknown.
/// </remarks>
internal sealed partial record MappedFile(FileIdentity? Identity, long? Offset, string? Path, bool? IsDirectAccess, bool IsWritable)
{
    private static readonly MappedFile s_unknown = new(null, null, null, null, true);

    /// <summary>Length of the file in bytes when it was looked at, where its <see cref="Offset"/> could not be found: the mapping lies below.</summary>
    internal long Length { get; init; }

    /// <summary>The same, at a place in the file that the caller knows; refused where it cannot be that one.</summary>
    internal unsafe MappedFile At(long offset, AddressRange range, string parameter)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset, parameter);
        bool fits = Offset is { } known
            ? offset == known || Identity == null
            : Identity == null || ((offset - (long)range.Start) & (AllocationGranularity - 1)) == 0 && offset <= Length - (long)range.Length;
        return fits ? this with { Offset = offset }
            : throw new ArgumentException($"{range} does not begin at byte {offset} of its file{(Offset is { } found ? $", but at byte {found}" : "")}.", parameter);
    }

    internal static MappedFile Find(AddressRange range, SafeFileHandle? file)
        => OperatingSystem.IsLinux() ? FindOnLinux(range, file)
            : OperatingSystem.IsWindows() ? FindOnWindows(range, file)
            : OperatingSystem.IsMacOS() ? FindOnMacOS(range, file)
            : s_unknown;

    /// <summary>Which file a handle is of; null when the system does not say.</summary>
    internal static FileIdentity? IdentityOf(SafeFileHandle file)
        => OperatingSystem.IsLinux() ? IdentityOnLinux(file)
            : OperatingSystem.IsWindows() ? IdentityOnWindows(file)
            : OperatingSystem.IsMacOS() ? IdentityOnMacOS(file)
            : null;
}
