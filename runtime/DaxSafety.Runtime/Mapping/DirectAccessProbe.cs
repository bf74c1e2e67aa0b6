using System.Globalization;

namespace DaxSafety;

/// <summary>
/// Finds out whether stores to a mapping need no page cache to reach the medium, from what the kernel says of it: the flag
/// <c>sf</c> (synchronous page faults, so MAP_SYNC on direct access) of its <c>VmFlags</c> in /proc/self/smaps, and the
/// <c>persistence_domain</c> of the device below. Only Linux says; elsewhere the answer is Page, which is right and slower.
/// Source: Documentation/filesystems/proc.rst, Documentation/ABI/testing/sysfs-bus-nd.
/// </summary>
internal static unsafe class DirectAccessProbe
{
    private const string SmapsPath = "/proc/self/smaps";

    /// <summary>The grain of a range of addresses; Page when some of it is anything but direct access.</summary>
    public static PersistGranularity GranularityOf(AddressRange range)
    {
        if (!OperatingSystem.IsLinux() || range.Length == 0)
            return PersistGranularity.Page;
        try
        {
            return GranularityIn(File.ReadLines(SmapsPath), range, IsCacheDurable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return PersistGranularity.Page;
        }
    }

    /// <summary>What an opened direct-access mapping of a file on this device needs: Byte on eADR, else CacheLine, if lines can be written back.</summary>
    public static PersistGranularity OfDirectAccess(bool cacheIsDurable)
        => cacheIsDurable ? PersistGranularity.Byte
            : CacheLineFlush.IsAvailable ? PersistGranularity.CacheLine
            : PersistGranularity.Page;

    internal static PersistGranularity GranularityIn(
        IEnumerable<string> smaps, AddressRange range, Func<string, bool> isCacheDurable)
    {
        ulong at = (ulong)range.Start, end = 0;
        bool inRange = false;
        string device = "";
        PersistGranularity coarsest = PersistGranularity.Byte;
        foreach (string line in smaps)
        {
            if (TryHeader(line, out ulong start, out ulong headerEnd, out string headerDevice))
            {
                if (start > at)
                    return PersistGranularity.Page;
                end = headerEnd;
                device = headerDevice;
                inRange = headerEnd > at;
            }
            else if (inRange && line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                if (!line.Split(' ').Contains("sf"))
                    return PersistGranularity.Page;
                PersistGranularity here = OfDirectAccess(isCacheDurable(device));
                coarsest = here > coarsest ? here : coarsest;
                at = end;
                if (at >= (ulong)range.End)
                    return coarsest;
            }
        }

        return PersistGranularity.Page;
    }

    /// <summary>
    /// Whether a power cut spares the processor's caches for every region under a block device ("259:0"): its
    /// <c>persistence_domain</c> is <c>cpu_cache</c>. A missing file, or any doubt, is a no.
    /// </summary>
    internal static bool IsCacheDurable(string device)
    {
        try
        {
            return Resolve($"/sys/dev/block/{device}") is { } path && IsCacheDurable(path, depth: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsCacheDurable(DirectoryInfo device, int depth)
    {
        // A mapped device (LVM) is as good as the worst of those it is made of.
        DirectoryInfo slaves = new(Path.Combine(device.FullName, "slaves"));
        if (slaves.Exists && depth < 8 && slaves.GetFileSystemInfos() is { Length: > 0 } parts)
            return parts.All(part => Resolve(part.FullName) is { } below && IsCacheDurable(below, depth + 1));
        for (DirectoryInfo? up = device; up is not null; up = up.Parent)
        {
            string domain = Path.Combine(up.FullName, "persistence_domain");
            if (File.Exists(domain))
                return File.ReadAllText(domain).Trim() == "cpu_cache";
        }

        return false;
    }

    private static DirectoryInfo? Resolve(string link)
        => Directory.ResolveLinkTarget(link, returnFinalTarget: true) as DirectoryInfo;

    /// <summary>"7f00-7f10 rw-s 00000000 103:00 1234 /path": addresses and device in hexadecimal.</summary>
    private static bool TryHeader(string line, out ulong start, out ulong end, out string device)
    {
        (start, end, device) = (0, 0, "");
        int dash = line.IndexOf('-'), space = line.IndexOf(' ');
        if (dash < 0 || space < dash
            || !ulong.TryParse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out start)
            || !ulong.TryParse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out end))
            return false;
        string[] numbers = line.Split(' ')[3].Split(':');
        device = $"{int.Parse(numbers[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture)}:"
            + $"{int.Parse(numbers[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)}";
        return true;
    }
}
