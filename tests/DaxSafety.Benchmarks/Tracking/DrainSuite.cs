using System.Diagnostics;
using System.Runtime.CompilerServices;
using DaxSafety.Benchmarks.Ratios;

namespace DaxSafety.Benchmarks.Tracking;

/// <summary><c>drain.*</c>: finding what is dirty again, when it is little and far apart, and when it is nothing.</summary>
internal sealed class DrainSuite : IRatioSuite
{
    private const int Rounds = 31, SparseLines = 1 << 18, EmptyDrains = 10_000;
    private const long Length = 1L << 30;

    public IReadOnlyList<string> Prefixes => ["drain"];

    public void Run(RatioReport report)
    {
        using DirtyTree tree = new(Length);
        HashSet<long> set = [];
        var sink = new SummingSink();
        long[] sorted = new long[SparseLines], lines = [.. Enumerable.Range(0, SparseLines).Select(i => i * 64L + 11)];
        // Programs do not write in the order of the addresses; a set filled in order would come out sorted.
        new Random(1).Shuffle(lines);
        SideBySide sparse = SideBySide.Measure(Rounds, () => tree.Persist(sink), () => Drain(set, sorted, sink), () =>
        {
            tree.Clear();
            set.Clear();
            foreach (long line in lines)
            {
                tree.Mark(new LineIndex(line));
                set.Add(line);
            }
        });
        report.Add("drain.sparse", sparse.Ratio, 0.30, sparse.Detail(SparseLines));

        tree.Clear();
        SideBySide empty = SideBySide.Measure(5 * Rounds, () => DrainNothing(tree, sink), Timestamps);
        report.Add("drain.empty", empty.Ratio, 4, empty.Detail(EmptyDrains));
    }

    /// <summary>The peer: into an array, sorted, neighbours joined, and the set emptied.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drain(HashSet<long> set, long[] sorted, SummingSink sink)
    {
        set.CopyTo(sorted);
        Array.Sort(sorted);
        long start = sorted[0], end = start + 1;
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] == end)
            {
                end++;
                continue;
            }

            sink.Sum += (start ^ end) * 64;
            start = sorted[i];
            end = start + 1;
        }

        set.Clear();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DrainNothing(DirtyTree tree, SummingSink sink)
    {
        for (int i = 0; i < EmptyDrains; i++)
            tree.Persist(sink);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Timestamps()
    {
        long sum = 0;
        for (int i = 0; i < EmptyDrains; i++)
            sum += Stopwatch.GetTimestamp();
        GC.KeepAlive(sum);
    }

    private sealed class SummingSink : IDirtyRangeSink
    {
        public long Sum { get; set; }

        public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
        {
            long sum = 0;
            foreach (DirtyRange range in ranges)
                sum += range.Offset ^ range.End;
            Sum += sum;
        }
    }
}
