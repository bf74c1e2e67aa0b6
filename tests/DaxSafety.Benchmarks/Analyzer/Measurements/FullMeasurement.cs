using DaxSafety.Benchmarks.Ratios;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>What the whole analysis costs on code full of pointers, as if all of it might hold mappings.</summary>
internal static class FullMeasurement
{
    public static void Run(RatioReport report, IReadOnlyList<CSharpCompilation> projects)
    {
        if (projects.Count == 0)
        {
            report.Cannot("full.vs.ca2000", "no project of the corpus is full of pointers");
            return;
        }

        double p99 = double.MaxValue, allocated = double.MaxValue, allocatedByNone = double.MaxValue;
        MethodTimes times = new();
        int abandoned = 0, crashed = 0;
        double[] least = Samples.Least(
            () => projects.Sum(Samples.Bind),
            () =>
            {
                times = new MethodTimes();
                List<AnalyzerRun> runs = [.. projects.Select(project => AnalyzerRun.Of(project, [new TimedAnalyzer(times, gateOpen: true)]))];
                p99 = Math.Min(p99, times.Percentile(0.99));
                allocated = Math.Min(allocated, runs.Sum(run => run.Allocated));
                abandoned = runs.Sum(run => run.Diagnostics.Count(found => found.Id == "DAX9002"));
                crashed = runs.Sum(run => run.Diagnostics.Count(found => found.Id == "AD0001"));
                return runs.Sum(run => run.Time.TotalMilliseconds);
            },
            () => projects.Sum(project => AnalyzerRun.Of(project, [new TimedAnalyzer(null)]).Time.TotalMilliseconds),
            () => projects.Sum(project => AnalyzerRun.Of(PeerAnalyzers.WithOwnership(project), PeerAnalyzers.Ownership).Time.TotalMilliseconds),
            () =>
            {
                allocatedByNone = Math.Min(allocatedByNone, projects.Sum(project => AnalyzerRun.Of(project, [new EmptyAnalyzer()]).Allocated));
                return 0;
            });
        report.Add("full.lines", CorpusShares.LinesOf(projects), null, $"{projects.Count} pointer-heavy projects, {times.Count} bodies");
        report.Add("full.vs.ca2000", least[1] / least[3], 0.20, $"{least[1]:0} ms to {least[3]:0} ms");
        report.Add("full.vs.bind", least[1] / least[0], 0.40, $"{least[1]:0} ms to {least[0]:0} ms");
        report.Add("in-use.vs.ca2000", least[2] / least[3], null, $"{least[2]:0} ms to {least[3]:0} ms: only the files that can meet a mapping");
        report.Add("in-use.vs.bind", least[2] / least[0], null, $"{least[2]:0} ms to {least[0]:0} ms");
        report.Add("full.alloc", allocated / allocatedByNone, 1.6, $"{allocated / 1e6:0} MB to {allocatedByNone / 1e6:0} MB of an empty action's run");
        report.Add("p99.method.ms", p99, null, string.Join("; ", times.Slowest(3).Select(time => $"{time.Method} {time.Milliseconds:0.0} ms")));
        report.Add("full.abandoned", abandoned, null, "bodies over their budget (DAX9002)");
        report.Add("full.crashes", crashed, 0, "AD0001");
    }
}
