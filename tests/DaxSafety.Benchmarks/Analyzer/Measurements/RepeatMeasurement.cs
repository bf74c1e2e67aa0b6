using DaxSafety.Analyzers.Hosts;
using DaxSafety.Benchmarks.Analyzer.Corpus;
using DaxSafety.Benchmarks.Ratios;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>Whether the same code always gets the same diagnostics, however the threads fall: the number of different outcomes of many runs at once.</summary>
internal static class RepeatMeasurement
{
    private const int Runs = 20;

    public static void Run(RatioReport report, IReadOnlyList<CSharpCompilation> projects)
    {
        if (projects.Count == 0)
        {
            report.Cannot("outcomes", "no project of the corpus maps files");
            return;
        }

        int most = projects.Max(OutcomesOf);
        report.Add("outcomes", most, 1, $"different results of {Runs} concurrent runs, the most over {projects.Count} projects that map files");
    }

    private static int OutcomesOf(CSharpCompilation project)
        => Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => Task.Run(() => Outcome(project)))).GetAwaiter().GetResult().Distinct(StringComparer.Ordinal).Count();

    private static string Outcome(CSharpCompilation project)
    {
        CompilationWithAnalyzers driver = CorpusCompilations.Fresh(project).WithAnalyzers(
            [new DurabilityAnalyzer()], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: true, logAnalyzerExecutionTime: false));
        return string.Join('\n', driver.GetAnalyzerDiagnosticsAsync(CancellationToken.None).GetAwaiter().GetResult().Select(Describe).Order(StringComparer.Ordinal));
    }

    private static string Describe(Diagnostic diagnostic)
        => string.Join('|', diagnostic.AdditionalLocations.Prepend(diagnostic.Location).Select(location => location.ToString()).Prepend(diagnostic.GetMessage()));
}
