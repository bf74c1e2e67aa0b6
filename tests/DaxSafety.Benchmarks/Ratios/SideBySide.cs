using System.Diagnostics;
using System.Globalization;

namespace DaxSafety.Benchmarks.Ratios;

/// <summary>
/// Times two ways of doing one thing in turn, round by round and in alternating order, so that whatever disturbs the machine
/// disturbs both. The answer is the quotient of the medians.
/// </summary>
internal sealed class SideBySide
{
    private readonly double[] _ours, _theirs;

    private SideBySide(double[] ours, double[] theirs)
    {
        _ours = ours;
        _theirs = theirs;
        Array.Sort(_ours);
        Array.Sort(_theirs);
    }

    public double Ratio => Median(_ours) / Median(_theirs);

    public string Detail(long operations, string unit = "ns")
    {
        double scale = unit switch { "ns" => 1e9, "us" => 1e6, _ => 1e3 } / Stopwatch.Frequency / operations;
        return string.Create(
            CultureInfo.InvariantCulture, $"{Median(_ours) * scale:0.##} {unit} to {Median(_theirs) * scale:0.##} {unit}, {_ours.Length} rounds");
    }

    /// <param name="rounds">How many times each is timed.</param>
    /// <param name="ours">One round of ours.</param>
    /// <param name="theirs">One round of theirs, the same work.</param>
    /// <param name="before">What to do untimed before each round.</param>
    public static SideBySide Measure(int rounds, Action ours, Action theirs, Action? before = null)
    {
        // Twice before anything counts: the first compiles, the second runs what was compiled after profiling.
        for (int i = 0; i < 3; i++)
        {
            Time(ours, before);
            Time(theirs, before);
            Thread.Sleep(20);
        }

        double[] ourTimes = new double[rounds], theirTimes = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            if (i % 2 == 0)
            {
                ourTimes[i] = Time(ours, before);
                theirTimes[i] = Time(theirs, before);
            }
            else
            {
                theirTimes[i] = Time(theirs, before);
                ourTimes[i] = Time(ours, before);
            }
        }

        return new SideBySide(ourTimes, theirTimes);
    }

    private static double Time(Action action, Action? before)
    {
        before?.Invoke();
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetTimestamp() - start;
    }

    private static double Median(double[] sorted)
        => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}
