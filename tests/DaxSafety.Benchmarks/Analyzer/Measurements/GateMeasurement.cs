using DaxSafety.Analyzers.Hosts;
using DaxSafety.Benchmarks.Ratios;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>What the analyzer costs whoever maps no file: the search for a name, and nothing after it.</summary>
internal static class GateMeasurement
{
    public static void Run(RatioReport report, IReadOnlyList<CSharpCompilation> projects)
    {
        if (projects.Count == 0)
        {
            report.Cannot("gate.vs.sdk", "every project of the corpus names a source of mappings");
            return;
        }

        int lines = CorpusShares.LinesOf(projects);
        int actions = 0;
        double[] least = Samples.Least(
            () => projects.Sum(project =>
            {
                AnalyzerRun run = AnalyzerRun.Of(project, [new DurabilityAnalyzer()]);
                actions = Math.Max(actions, run.BodyActions);
                return run.Time.TotalMilliseconds;
            }),
            () => projects.Sum(project => AnalyzerRun.Of(PeerAnalyzers.WithDefaults(project), PeerAnalyzers.SdkDefaults).Time.TotalMilliseconds));
        report.Add("gate.lines", lines, null, $"{projects.Count} projects without maps");
        report.Add("gate.vs.sdk", least[0] / least[1], 0.05, $"{least[0]:0.0} ms to {least[1]:0.0} ms of {PeerAnalyzers.SdkDefaults.Length} analyzers");
        report.Add("gate.actions", actions, 0, "operation, symbol and syntax actions registered");
    }
}
