using System.Diagnostics;
using DaxSafety.Tour.Terminal;

namespace DaxSafety.Tour.Steps;

/// <summary>
/// Runs the ledger until it has told every customer that the order is in, and looks at its files at that very moment: a page that
/// is still dirty then is a promise that only RAM remembers. The program is held there (it waits for Enter), because the kernel
/// writes dirty pages back by itself some seconds later, and closing the ledger would flush some of them.
/// </summary>
internal abstract class RunLedgerStep : Step
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _name;

    protected RunLedgerStep(string name) => _name = name;

    public override Outcome Show(Screen screen, Workshop workshop)
    {
        string folder = Path.Combine(workshop.Laboratory.Folder, _name);
        Sighting sighting = screen.During($"dotnet OrderLedger.dll data/{_name}", () => RunAndLook(workshop, folder));
        foreach (string line in sighting.Said)
            screen.Line("   ", Run.Dim("│ "), line);
        if (sighting.ExitCode != 0)
            return Outcome.Of(false, $"the ledger ended with exit code {sighting.ExitCode}");
        if (sighting.Dirty is null)
            return Explain(screen, workshop);
        ShowPages(screen, workshop, sighting.Dirty);
        return Judge(sighting.Dirty);
    }

    internal abstract Outcome Judge(IReadOnlyDictionary<string, long> dirty);

    private static Sighting RunAndLook(Workshop workshop, string folder)
    {
        using Process ledger = workshop.Dotnet.Start([Path.Combine("bin", "Debug", "net10.0", "OrderLedger.dll"), folder]);
        using var watchdog = new Timer(_ => ledger.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        var said = new List<string>();
        bool waits = false;
        while (!waits && ledger.StandardOutput.ReadLine() is { } line)
        {
            said.Add(line);
            waits = line.Contains("Press Enter", StringComparison.Ordinal);
        }

        IReadOnlyDictionary<string, long>? dirty = waits ? Look(workshop, folder, ledger.Id) : null;
        ledger.StandardInput.Close();
        said.AddRange(ledger.StandardError.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        ledger.WaitForExit();
        return new Sighting(ledger.ExitCode, said, dirty);
    }

    private static Dictionary<string, long>? Look(Workshop workshop, string folder, int processId) =>
        workshop.Laboratory.Oracle is not { } oracle
            ? null
            : Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).ToDictionary(
                file => Path.GetFileName(file), file => oracle.DirtyPages(file, processId));

    private static void ShowPages(Screen screen, Workshop workshop, IReadOnlyDictionary<string, long> dirty)
    {
        screen.Line($"   If the power went now? Pages changed in memory and not on the medium, by {workshop.Laboratory.Oracle!.Name}:");
        foreach ((string file, long pages) in dirty)
            screen.Line("   ", Run.Verdict(pages == 0, $"{pages,6}"), $"  {file}");
    }

    private static Outcome Explain(Screen screen, Workshop workshop)
    {
        screen.Line("   This system offers no way to see which pages are dirty; what was tried:");
        foreach (string refusal in workshop.Laboratory.Refusals)
            screen.Line("   ", Run.Dim("│ "), refusal);
        return new Outcome(Verdict.NotObservable, "no oracle for dirty pages on this system");
    }

    private sealed record Sighting(int ExitCode, IReadOnlyList<string> Said, IReadOnlyDictionary<string, long>? Dirty);
}

/// <summary>The program as it was written: pages stay dirty.</summary>
internal sealed class RunUnsafeStep() : RunLedgerStep("before")
{
    public override string Title => "Run it, and look at its pages";

    internal override Outcome Judge(IReadOnlyDictionary<string, long> dirty)
    {
        long pages = dirty.Values.Sum();
        int files = dirty.Count(file => file.Value > 0);
        return Outcome.Of(pages > 0, pages > 0
            ? $"{pages} dirty pages in {files} of {dirty.Count} files: told to customers, lost by a power cut"
            : "no dirty page: the warnings would be about nothing");
    }
}

/// <summary>The program after the fixes: none does.</summary>
internal sealed class RunFixedStep() : RunLedgerStep("after")
{
    public override string Title => "Run it again, and look again";

    internal override Outcome Judge(IReadOnlyDictionary<string, long> dirty)
    {
        if (dirty.Count == 0)
            return Outcome.Of(false, "the ledger left no file to look at");
        string[] left = dirty.Where(file => file.Value > 0).Select(file => $"{file.Value} in {file.Key}").ToArray();
        return Outcome.Of(left.Length == 0, left.Length == 0 ? $"0 dirty pages in {dirty.Count} files" : $"dirty pages are left: {string.Join(", ", left)}");
    }
}
