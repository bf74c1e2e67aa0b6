using DaxSafety.Tour.Terminal;
using DaxSafety.Tour.Toolchain;

namespace DaxSafety.Tour.Steps;

/// <summary>Builds the program and shows what the analyzer says about it, with the source it says it about.</summary>
internal sealed class BuildStep : Step
{
    /// <summary>The ledger's mistakes, one write that no flush follows by each API: fewer were missed, more would be false alarms.</summary>
    private static readonly Dictionary<string, int> Mistakes = new()
    {
        ["Checkpoint.cs"] = 1, // a span over a view that nothing flushes
        ["Journal.cs"] = 2, // a view stream's early return; a pointer into a header page
        ["LedgerFile.cs"] = 1, // an accessor
        ["OrderIndex.cs"] = 1, // a pointer to a struct, on an early return
        ["StockTable.cs"] = 1, // an accessor, on an early return
    };

    private const int InPicture = 2;

    public override string Title => "Build it";

    public override Outcome Show(Screen screen, Workshop workshop)
    {
        CommandResult result = screen.During("dotnet build", () => workshop.Dotnet.Run("build", "-nologo"));
        IReadOnlyList<BuildDiagnostic> findings = BuildDiagnostic.Parse(result.Output);
        if (result.ExitCode != 0)
        {
            CommandOutput.Show(screen, result);
            return Outcome.Of(false, $"dotnet build ended with exit code {result.ExitCode}");
        }

        for (int shown = 0; shown < findings.Count; shown++)
        {
            using IDisposable? gap = shown >= InPicture ? screen.OffPicture() : null;
            ShowFinding(screen, findings[shown]);
        }

        return Judge(findings);
    }

    internal static Outcome Judge(IReadOnlyList<BuildDiagnostic> findings)
    {
        string[] foreign = findings.Where(found => !found.Id.StartsWith("DAX", StringComparison.Ordinal)).Select(found => found.Id).Distinct().ToArray();
        if (foreign.Length > 0)
            return Outcome.Of(false, $"the build also reports {string.Join(", ", foreign)}");
        Dictionary<string, int> found = findings.GroupBy(finding => Path.GetFileName(finding.File)).ToDictionary(file => file.Key, file => file.Count());
        string[] wrong = Mistakes.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Where(file => Mistakes.GetValueOrDefault(file) != found.GetValueOrDefault(file))
            .Select(file => $"{file} ({Mistakes.GetValueOrDefault(file)} expected, {found.GetValueOrDefault(file)} reported)").ToArray();
        return wrong.Length > 0
            ? Outcome.Of(false, $"{findings.Count} warnings, but not for the ledger's {Mistakes.Values.Sum()} mistakes: {string.Join(", ", wrong)}")
            : Outcome.Of(true, $"{findings.Count} warnings: writes that a power cut can undo");
    }

    private static void ShowFinding(Screen screen, BuildDiagnostic found)
    {
        screen.Line();
        screen.Line("   ", Run.Strong($"{Path.GetFileName(found.File)}:{found.Line}"), "  ", Run.Warning($"{found.Severity} {found.Id}"));
        screen.Line("   ", found.Message);
        if (!File.Exists(found.File))
            return;
        string source = File.ReadLines(found.File).ElementAtOrDefault(found.Line - 1) ?? "";
        string code = source.TrimStart();
        int start = Math.Max(found.Column - 1 - (source.Length - code.Length), 0);
        int length = Math.Max(code.TrimEnd(';', '{').Length - start, 1);
        screen.Line(Run.Dim($"   {found.Line,5} │ "), code);
        screen.Line(Run.Dim("         │ "), new string(' ', start), Run.Warning(new string('~', length)));
    }
}
