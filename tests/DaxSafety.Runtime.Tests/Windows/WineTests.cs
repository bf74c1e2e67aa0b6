namespace DaxSafety.Tests.Windows;

/// <summary>
/// The Windows calls, made on Wine: which are made, in what order, and what comes of them. Wine is not Windows: nothing here says that
/// bytes survive there.
/// </summary>
[Collection(Rig.Collection)]
public sealed class WineTests
{
    private const string Script = "wine-run.sh";

    [RigFact(Rig.Wine, Script)]
    public void EveryPersist_FlushesTheViewAndThenTheFile_OrSaysThatItCannot()
    {
        using TemporaryFolder folder = new();
        string program = Path.Combine(Rig.RepositoryRoot, "artifacts", "windows-probe");
        RigRun publish = Rig.Run(
            "dotnet", "publish", Path.Combine(Rig.RepositoryRoot, "tests/DaxSafety.Runtime.Tests/Windows/Probe/WindowsProbe.csproj"),
            "-c", "Release", "-r", "win-x64", "--self-contained", "-o", program, "-v", "quiet");
        Assert.True(publish.ExitCode == 0, publish.ToString());

        string trace = Path.Combine(folder.Path, "trace"), work = Directory.CreateDirectory(Path.Combine(folder.Path, "work")).FullName;
        RigRun run = Rig.RunScript(
            Script, "--trace", trace, Path.Combine(program, "DaxSafety.WindowsProbe.exe"), "Z:" + work.Replace('/', '\\'));
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("end create: done", "end view, file shared: done", "end view, file not shared, handle given: done");
        run.Has("end plain address: done", "end map: done", "end resize: done", "end replace: done");
        run.Has("granularity Page", "length 1048576", "replaced by 42 of 10");
        Assert.Contains(run.Lines, line => line.StartsWith("end view, file not shared:", StringComparison.Ordinal)
            && line.Contains("Win32 error 32") && line.Contains("Pass the file's handle to Persist"));
        Assert.Contains(run.Lines, line => line.StartsWith("end private memory: ArgumentException", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("end copy-on-write view: ArgumentException", StringComparison.Ordinal));
        run.Has("shared True True True, range [100, 1048576), marked [128, 192)", "persisted 1 left 0", "persisted -1 left 1");
        run.Has("map and view share True, persisted 1, left 0", "two files share False, wrong handle shares False");
        run.Has("part shares False, placed part shares True [196708, 201708)", "file persisted 1, part left 0");
        run.Has("closed view left 1", "closed view persisted 1, left 0", "end a closed view: done");
        Assert.Contains(run.Lines, line => line.StartsWith("end a part of a file: ArgumentException", StringComparison.Ordinal) && line.Contains("byte 196709"));
        AssertFlushedInOrder(File.ReadAllLines(trace), run);
    }

    /// <summary>In Wine FlushViewOfFile is msync(MS_ASYNC) and FlushFileBuffers fsync: the one byte that the first view persists shows the pair.</summary>
    private static void AssertFlushedInOrder(string[] trace, RigRun run)
    {
        int view = Array.FindIndex(trace, line => line.Contains(", 1, MS_ASYNC)"));
        Assert.True(view >= 0 && view + 1 < trace.Length, $"{string.Join('\n', trace)}\n{run}");
        Assert.Contains("fsync(", trace[view + 1]);
    }
}
