using System.Diagnostics;
using DaxSafety.Tour.Evidence;
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
        if (workshop.Laboratory.Oracle is not { } oracle)
            return Explain(screen, workshop);
        if (sighting.Dirty is null)
            return Outcome.Of(false, "the ledger ended before its files could be looked at");

        screen.Line($"   If the power went now? Pages changed in memory that are not on the medium, by {oracle.Name}:");
        ShowPages(screen, workshop, sighting.Dirty);
        return Judge(workshop, sighting);
    }

    protected abstract void ShowPages(Screen screen, Workshop workshop, IReadOnlyDictionary<string, long> dirty);

    protected abstract Outcome Judge(Workshop workshop, Sighting sighting);

    protected static Run Count(long pages) => Run.Verdict(pages == 0, $"{pages,8}");

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

    private static SortedDictionary<string, long>? Look(Workshop workshop, string folder, int processId)
    {
        if (workshop.Laboratory.Oracle is not { } oracle)
            return null;
        var dirty = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder))
            dirty[Path.GetFileName(file)] = oracle.DirtyPages(file, processId);
        return dirty;
    }

    private static Outcome Explain(Screen screen, Workshop workshop)
    {
        screen.Line("   This system shows nobody which pages are dirty, so this step proves nothing here. What was tried:");
        foreach (string refusal in workshop.Laboratory.Refusals)
            screen.Line("   ", Run.Dim("│ "), refusal);
        return new Outcome(Verdict.NotObservable, "this system does not show its dirty pages");
    }
}

/// <summary>The program as it was written: pages stay dirty.</summary>
internal sealed class RunUnsafeStep() : RunLedgerStep("before")
{
    public override string Title => "Run it, and look at its pages";

    protected override void ShowPages(Screen screen, Workshop workshop, IReadOnlyDictionary<string, long> dirty)
    {
        foreach ((string file, long pages) in dirty)
            screen.Line("   ", Count(pages), $"   {file}");
    }

    protected override Outcome Judge(Workshop workshop, Sighting sighting)
    {
        workshop.Before = sighting;
        return Judge(sighting.Dirty!);
    }

    internal static Outcome Judge(IReadOnlyDictionary<string, long> dirty)
    {
        long pages = dirty.Values.Sum();
        int files = dirty.Count(file => file.Value > 0);
        return Outcome.Of(pages > 0, pages > 0
            ? $"{pages} dirty pages in {files} of {dirty.Count} files: promised, but only RAM knows"
            : "no dirty page: the warnings would be about nothing");
    }
}

/// <summary>The program after the fixes: none does, and it says the same.</summary>
internal sealed class RunFixedStep() : RunLedgerStep("after")
{
    public override string Title => "Run it again, and look again";

    protected override void ShowPages(Screen screen, Workshop workshop, IReadOnlyDictionary<string, long> dirty)
    {
        screen.Line(Run.Dim("     before     after"));
        foreach ((string file, long pages) in dirty)
            screen.Line("   ", Count(workshop.Before?.Dirty?.GetValueOrDefault(file) ?? 0), "  ", Count(pages), $"   {file}");
    }

    protected override Outcome Judge(Workshop workshop, Sighting sighting) => Judge(sighting, workshop.Before?.Said ?? []);

    internal static Outcome Judge(Sighting sighting, IReadOnlyList<string> saidBefore)
    {
        if (sighting.Dirty is not { Count: > 0 } dirty)
            return Outcome.Of(false, "the ledger left no file to look at");
        if (!sighting.Said.SequenceEqual(saidBefore))
            return Outcome.Of(false, "the fixed program says something else than the unsafe one did");
        string[] left = dirty.Where(file => file.Value > 0).Select(file => $"{file.Value} in {file.Key}").ToArray();
        return Outcome.Of(left.Length == 0, left.Length == 0 ? $"0 dirty pages in {dirty.Count} files" : $"dirty pages are left: {string.Join(", ", left)}");
    }
}
