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

    /// <summary>Nanoseconds of ours for one of so many operations.</summary>
    public double Ours(long operations) => Median(_ours) * 1e9 / Stopwatch.Frequency / operations;

    /// <summary>Nanoseconds of theirs for one of so many operations.</summary>
    public double Theirs(long operations) => Median(_theirs) * 1e9 / Stopwatch.Frequency / operations;

    public string Detail(long operations, string unit = "ns")
    {
        double scale = unit switch { "ns" => 1e9, "us" => 1e6, _ => 1e3 } / Stopwatch.Frequency / operations;
        return string.Create(
            CultureInfo.InvariantCulture, $"{Median(_ours) * scale:0.##} {unit} to {Median(_theirs) * scale:0.##} {unit}, {_ours.Length} rounds");
    }

    /// <param name="rounds">How many times each is timed.</param>
    /// <param name="ours">One round of ours.</param>
    /// <param name="theirs">One round of theirs, the same work.</param>
    /// <param name="beforeOurs">What to do untimed before each round of ours.</param>
    /// <param name="beforeTheirs">What to do untimed before each round of theirs.</param>
    public static SideBySide Measure(
        int rounds, Action ours, Action theirs, Action? beforeOurs = null, Action? beforeTheirs = null)
    {
        // Before anything counts: the compiler's tiers come one after the other, in the background.
        for (int i = 0; i < 3; i++)
        {
            Time(ours, beforeOurs);
            Time(theirs, beforeTheirs);
            Thread.Sleep(20);
        }

        double[] ourTimes = new double[rounds], theirTimes = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            if (i % 2 == 0)
            {
                ourTimes[i] = Time(ours, beforeOurs);
                theirTimes[i] = Time(theirs, beforeTheirs);
            }
            else
            {
                theirTimes[i] = Time(theirs, beforeTheirs);
                ourTimes[i] = Time(ours, beforeOurs);
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
