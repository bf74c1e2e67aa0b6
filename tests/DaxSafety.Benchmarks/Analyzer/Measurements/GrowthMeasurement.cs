using System.Collections.Immutable;
using DaxSafety.Benchmarks.Analyzer.Corpus;
using DaxSafety.Benchmarks.Ratios;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>Time for each statement of a long method over that of a short one: 1 is linear.</summary>
internal static class GrowthMeasurement
{
    private static readonly ImmutableArray<int> s_sizes = [200, 2_000, 20_000];

    public static void Run(RatioReport report)
    {
        ImmutableArray<CSharpCompilation> methods = [.. s_sizes.Select(size => CorpusCompilations.Of(GeneratedMethods.OfStatements(size)))];
        double[] least = Samples.Least([.. methods.Select<CSharpCompilation, Func<double>>(method => () => LongestBody(method))]);
        double[] microseconds = [.. least.Zip(s_sizes, (milliseconds, size) => milliseconds * 1000 / size)];
        report.Add("growth", microseconds[^1] / microseconds[0], 2, string.Join(", ", s_sizes.Zip(microseconds, (size, time) => $"{size}: {time:0.0} us each")));
        int abandoned = methods.Sum(method => AnalyzerRun.Of(method, [new TimedAnalyzer(null)]).Diagnostics.Count(found => found.Id == "DAX9002"));
        report.Add("growth.abandoned", abandoned, 0, "of the three (DAX9002)");
    }

    private static double LongestBody(CSharpCompilation method)
    {
        MethodTimes times = new();
        AnalyzerRun.Of(method, [new TimedAnalyzer(times)]);
        return times.Slowest(1).First().Milliseconds;
    }
}
