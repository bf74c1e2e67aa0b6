using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Benchmarks.Analyzer;

/// <summary>How long each body took, with whatever summaries it was the first to ask for. Thread safe.</summary>
internal sealed class MethodTimes
{
    private readonly ConcurrentBag<(string Method, double Milliseconds)> _times = [];

    public int Count => _times.Count;

    public void Add(ISymbol method, long started)
        => _times.Add((method.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat), Stopwatch.GetElapsedTime(started).TotalMilliseconds));

    public double Percentile(double share)
    {
        double[] sorted = [.. _times.Select(time => time.Milliseconds).Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    public IEnumerable<(string Method, double Milliseconds)> Slowest(int count)
        => _times.OrderByDescending(time => time.Milliseconds).Take(count);
}
