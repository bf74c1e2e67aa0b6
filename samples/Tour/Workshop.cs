using System.Reflection;
using DaxSafety.Tour.Evidence;
using DaxSafety.Tour.Toolchain;

namespace DaxSafety.Tour;

/// <summary>
/// The tour's temporary folder: the feed, a package folder of its own, the user's program, and the files that program
/// writes.
/// </summary>
internal sealed class Workshop : IDisposable
{
    private readonly bool _keep;

    private Workshop(string root, Laboratory laboratory, bool keep)
    {
        Root = root;
        Laboratory = laboratory;
        _keep = keep;
    }

    public static string Repository { get; } = typeof(Workshop).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public string Root { get; }

    public Laboratory Laboratory { get; }

    public string Feed => Path.Combine(Root, "feed");

    public string Scratch => Path.Combine(Root, "scratch");

    public string Original => Path.Combine(Repository, "samples", "OrderLedger");

    public string Project => Path.Combine(Root, "OrderLedger");

    /// <summary>The dotnet command in the user's program, with the workshop's own package folder.</summary>
    public DotnetCommand Dotnet => new(Project, Path.Combine(Root, "packages"));

    /// <summary>What the unsafe program said and left dirty, for the fixed one to be held against.</summary>
    public Sighting? Before { get; set; }

    public static Workshop Create(bool keep)
    {
        string root = Directory.CreateTempSubdirectory("daxsafety-tour-").FullName;
        string name = Path.GetFileName(root);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        // The temporary folder may lie in memory, where nothing is ever written back; the ledger's files then go to a disk.
        string[] folders = [Path.Combine(root, "data"), Path.Combine(Repository, "artifacts", name), Path.Combine(home, "." + name)];
        DirtyPageOracle[] oracles = [new CachestatOracle(), new PageTableOracle()];
        return new Workshop(root, Laboratory.Find(folders, oracles), keep);
    }

    public IEnumerable<string> SourceFiles() =>
        Directory.EnumerateFiles(Original).Where(file => Path.GetExtension(file) is ".cs" or ".csproj").Order(StringComparer.Ordinal);

    public void Dispose()
    {
        if (_keep)
            return;
        Directory.Delete(Root, recursive: true);
        if (Directory.Exists(Laboratory.Folder))
            Directory.Delete(Laboratory.Folder, recursive: true);
    }
}
