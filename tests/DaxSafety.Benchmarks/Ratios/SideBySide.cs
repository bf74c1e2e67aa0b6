using System.Diagnostics;
using System.Globalization;

namespace DaxSafety.Benchmarks.Ratios;

/// <summary>
/// Times two ways of doing one thing in turn, round by round and in alternating order, so that whatever disturbs the machine
/// disturbs both. The answer is the quotient of the medians.
/// </summary>
internal sealed class SideBySide
{
    private const int EnoughCalls = 150;

    private static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(0.6), s_tooLong = TimeSpan.FromSeconds(2);

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
        WarmUp(ours, theirs, beforeOurs, beforeTheirs);

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

    /// <summary>
    /// Before anything counts: the compiler's tiers come one after the other, in the background, each after some dozen calls and a tenth
    /// of a second without new methods. Until then our side would be timed as it is in the first moments of a program.
    /// </summary>
    private static void WarmUp(Action ours, Action theirs, Action? beforeOurs, Action? beforeTheirs)
    {
        Stopwatch since = Stopwatch.StartNew();
        for (int calls = 0; calls < 3 || (since.Elapsed < s_longEnough || calls < EnoughCalls) && since.Elapsed < s_tooLong; calls++)
        {
            Time(ours, beforeOurs);
            Time(theirs, beforeTheirs);
            Thread.Sleep(1);
        }
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
