using System.IO.MemoryMappedFiles;

namespace DaxSafety.Tour.Evidence;

/// <summary>
/// A folder and an oracle that were seen to work together: a page written through a mapping is reported dirty, and no longer so
/// after a flush. A file system in memory, for one, never writes anything back, whatever it is asked.
/// </summary>
/// <param name="Oracle">Null when nothing works here; <paramref name="Refusals"/> then says what was tried.</param>
internal sealed record Laboratory(string Folder, DirtyPageOracle? Oracle, IReadOnlyList<string> Refusals)
{
    public static Laboratory Find(IEnumerable<string> folders, IReadOnlyList<DirtyPageOracle> oracles)
    {
        var refusals = new List<string>();
        string? first = null;
        foreach (string folder in folders)
        {
            first ??= folder;
            foreach (DirtyPageOracle oracle in oracles)
            {
                if (Refusal(folder, oracle) is not { } refusal)
                    return new Laboratory(folder, oracle, refusals);
                refusals.Add($"{oracle.Name} in {folder}: {refusal}");
            }
        }

        return new Laboratory(first ?? throw new ArgumentException("At least one folder is needed.", nameof(folders)), null, refusals);
    }

    /// <summary>Why the oracle cannot be believed in this folder; null when it can.</summary>
    private static string? Refusal(string folder, DirtyPageOracle oracle)
    {
        string path = Path.Combine(folder, $"probe-{Guid.NewGuid():N}");
        bool ours = !Directory.Exists(folder);
        string? refusal;
        try
        {
            Directory.CreateDirectory(folder);
            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, mapName: null, 3 * Environment.SystemPageSize);
            using var view = file.CreateViewAccessor();
            view.Write(Environment.SystemPageSize, 42);
            long written = oracle.DirtyPages(path, Environment.ProcessId);
            view.Flush();
            long flushed = oracle.DirtyPages(path, Environment.ProcessId);
            refusal = (written, flushed) is ( > 0, 0) ? null : $"it counts {written} dirty pages after a write and {flushed} after a flush";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or EntryPointNotFoundException or DllNotFoundException)
        {
            refusal = exception.Message;
        }

        if (File.Exists(path))
            File.Delete(path);
        if (refusal is not null && ours && Directory.Exists(folder))
            Directory.Delete(folder);
        return refusal;
    }
}
