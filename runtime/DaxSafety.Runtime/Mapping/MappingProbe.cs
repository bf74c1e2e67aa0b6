namespace DaxSafety;

/// <summary>
/// Asks the operating system what lies behind an address. It is here because the flush calls succeed on private memory too,
/// and would so call durable what no file will ever see.
/// </summary>
internal static partial class MappingProbe
{
    public static MappingKind KindOf(AddressRange range)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
            return KindOnLinux(range);
        return OperatingSystem.IsWindows() ? KindOnWindows(range) : MappingKind.Unknown;
    }

    /// <summary>Throws when the range is known to be memory that no file stands behind.</summary>
    public static void RequireShared(AddressRange range, string parameter)
    {
        switch (KindOf(range))
        {
            case MappingKind.Private:
                throw new ArgumentException(
                    $"{range} is private memory (copy-on-write or not mapped from a file): nothing written there can reach a file.",
                    parameter);
            case MappingKind.Unmapped:
                throw new ArgumentException($"{range} is not mapped, or not all of it is.", parameter);
        }
    }
}
