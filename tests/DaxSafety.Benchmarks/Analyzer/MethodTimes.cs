using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Benchmarks.Analyzer;

/// <summary>How long each body took, with whatever summaries it was the first to ask for. Thread safe.</summary>
internal sealed class MethodTimes
{
    private readonly ConcurrentBag<(string Method, double Milliseconds)> _times = [];
    private readonly ConcurrentDictionary<long, (ISymbol Method, long Started)> _running = new();
    private long _last;

    public int Count => _times.Count;

    /// <summary>Times a body until the result is disposed of.</summary>
    public IDisposable Watch(ISymbol method)
    {
        long ticket = Interlocked.Increment(ref _last);
        _running[ticket] = (method, Stopwatch.GetTimestamp());
        return new Ticket(this, ticket);
    }

    private void End(long ticket)
    {
        if (_running.TryRemove(ticket, out var body))
            _times.Add((NameOf(body.Method), Stopwatch.GetElapsedTime(body.Started).TotalMilliseconds));
    }

    private sealed class Ticket(MethodTimes times, long number) : IDisposable
    {
        public void Dispose() => times.End(number);
    }

    /// <summary>What has been running for longer than a while: where a hang hangs.</summary>
    public IEnumerable<(string Method, double Seconds)> Stuck(TimeSpan after)
        => _running.Values.Select(body => (body.Method, Elapsed: Stopwatch.GetElapsedTime(body.Started))).Where(body => body.Elapsed > after)
            .Select(body => (NameOf(body.Method), body.Elapsed.TotalSeconds));

    private static string NameOf(ISymbol method) => method.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);

    public double Percentile(double share)
    {
        double[] sorted = [.. _times.Select(time => time.Milliseconds).Order()];
        return sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }

    public IEnumerable<(string Method, double Milliseconds)> Slowest(int count)
        => _times.OrderByDescending(time => time.Milliseconds).Take(count);
}
