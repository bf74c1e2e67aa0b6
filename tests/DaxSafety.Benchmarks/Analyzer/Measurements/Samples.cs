using System.Diagnostics;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>Repeats several measurements in turn, after one round that does not count, and keeps the least of each: other work on the machine only ever adds.</summary>
internal static class Samples
{
    /// <summary>How often each is measured; fewer only for a first look.</summary>
    public static int Rounds { get; set; } = 5;

    public static double[] Least(params Func<double>[] measurements)
    {
        double[] least = [.. measurements.Select(_ => double.MaxValue)];
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < measurements.Length; i++)
            {
                GC.Collect();
                double value = measurements[i]();
                if (round > 0)
                    least[i] = Math.Min(least[i], value);
            }
        }

        return least;
    }

    /// <summary>Milliseconds to bind every method body of fresh trees, without any analyzer.</summary>
    public static double Bind(CSharpCompilation compilation)
    {
        compilation = Corpus.CorpusCompilations.Fresh(compilation);
        long start = Stopwatch.GetTimestamp();
        compilation.GetDiagnostics();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
