using System.Globalization;

namespace DaxSafety.Tour.Evidence;

/// <summary>
/// The page tables of the process that has the file mapped, as <c>/proc/PID/smaps</c> shows them: for kernels before 6.5, and for
/// file systems that stand between the file and its page cache (overlayfs). It sees only what is still mapped.
/// </summary>
internal sealed class PageTableOracle : DirtyPageOracle
{
    public override string Name => "/proc/PID/smaps";

    public override long DirtyPages(string path, int processId)
    {
        string maps = $"/proc/{processId}/smaps";
        if (!OperatingSystem.IsLinux() || !File.Exists(maps))
            throw new IOException($"There is no {maps} on this system.");
        return KilobytesDirty(File.ReadLines(maps), path) * 1024 / Environment.SystemPageSize;
    }

    internal static long KilobytesDirty(IEnumerable<string> maps, string path)
    {
        long kilobytes = 0;
        bool ours = false;
        foreach (string line in maps)
        {
            string field = line.Split(' ', 2)[0];
            if (!field.EndsWith(':'))
                ours = line.EndsWith(" " + path, StringComparison.Ordinal);
            else if (ours && field is "Shared_Dirty:" or "Private_Dirty:")
                kilobytes += ours ? long.Parse(line[field.Length..].Replace("kB", ""), CultureInfo.InvariantCulture) : 0;
        }

        return kilobytes;
    }
}
