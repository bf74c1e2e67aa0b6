using System.Diagnostics;
using DaxSafety;
using Xunit;
using Xunit.Abstractions;

namespace DaxSafety.Tests.Tracking;

/// <summary>
/// Writers, persists of ranges, persists of everything and a medium that fails now and then, all at once on one tree. The
/// medium is a shadow copy: what a persist has promised must be in it, and at the end it must equal the data.
/// </summary>
/// <remarks>Two seconds in the ordinary run; DAXSAFETY_SOAK_SECONDS=60 for the long one.</remarks>
public sealed class DirtyTreeSoakTests(ITestOutputHelper output)
{
    private const int Lines = 1 << 16, Writers = 3, Flushers = 2;

    private static readonly double Seconds =
        double.TryParse(Environment.GetEnvironmentVariable("DAXSAFETY_SOAK_SECONDS"), out double seconds) ? seconds : 2;

    [Fact]
    public void WritersAndFlushersWithShadowCopy_LoseNothing()
    {
        using var tree = new DirtyTree(Lines * 64L);
        var data = new long[Lines];
        var medium = new Medium(data);
        var tally = new long[3];
        var failures = new List<string>();
        long deadline = Stopwatch.GetTimestamp() + (long)(Seconds * Stopwatch.Frequency);
        Thread[] threads =
        [
            .. Enumerable.Range(0, Writers).Select(w => new Thread(() => Guard(() => Write(w, tree, data, medium, tally, deadline)))),
            .. Enumerable.Range(0, Flushers).Select(f => new Thread(() => Guard(() => Flush(f, tree, medium, tally, deadline)))),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        medium.FailsOneIn = 0;
        tree.Persist(medium);
        output.WriteLine($"{tally[0]} marks, {tally[1]} persists checked, {tally[2]} flushes failed, in {Seconds} s");
        Assert.Empty(failures);
        Assert.Equal(data, medium.Copy);
        Assert.True(tally[0] > 0 && tally[1] > 0 && tally[2] > 0);

        void Guard(Action body)
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e.ToString());
            }
        }
    }

    /// <summary>Each writer owns every third line, so that it knows what must be durable; words and summaries are shared.</summary>
    private static void Write(int writer, DirtyTree tree, long[] data, Medium medium, long[] tally, long deadline)
    {
        var random = new Random(writer);
        long marks = 0, persists = 0;
        while (Stopwatch.GetTimestamp() < deadline)
        {
            int first = random.Next(Lines / Writers - 40) * Writers + writer, count = random.Next(1, 40);
            for (int i = 0; i < count; i++)
            {
                int line = first + i * Writers;
                Volatile.Write(ref data[line], data[line] + 1);
                tree.Mark(new LineIndex(line));
            }

            marks += count;
            if (random.Next(8) != 0)
                continue;
            var range = DirtyRange.Between(first * 64L, (first + (count - 1) * Writers + 1) * 64L);
            if (!TryPersist(tree, random.Next(4) == 0 ? tree.All : range, medium, tally))
                continue;
            persists++;
            for (int i = 0; i < count; i++)
            {
                int line = first + i * Writers;
                if (Volatile.Read(ref medium.Copy[line]) != data[line])
                    throw new InvalidOperationException($"line {line}: persisted {data[line]}, the medium has {medium.Copy[line]}");
            }
        }

        Interlocked.Add(ref tally[0], marks);
        Interlocked.Add(ref tally[1], persists);
    }

    private static void Flush(int flusher, DirtyTree tree, Medium medium, long[] tally, long deadline)
    {
        var random = new Random(100 + flusher);
        while (Stopwatch.GetTimestamp() < deadline)
        {
            long start = random.Next(Lines) * 64L;
            TryPersist(tree, flusher == 0 ? tree.All : new DirtyRange(start, Math.Min(random.Next(1 << 20), tree.Length - start)), medium, tally);
        }
    }

    private static bool TryPersist(DirtyTree tree, DirtyRange range, Medium medium, long[] tally)
    {
        try
        {
            tree.Persist(range, medium);
            return true;
        }
        catch (IOException)
        {
            Interlocked.Increment(ref tally[2]);
            return false;
        }
    }

    private sealed class Medium(long[] data) : IDirtyRangeSink
    {
        private int _calls;

        public long[] Copy { get; } = new long[Lines];

        public int FailsOneIn { get; set; } = 97;

        public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
        {
            bool fails = FailsOneIn != 0 && Interlocked.Increment(ref _calls) % FailsOneIn == 0;
            int whole = fails ? ranges.Length / 2 : ranges.Length;
            foreach (DirtyRange range in ranges[..whole])
            {
                for (long line = range.Offset / 64; line < range.End / 64; line++)
                    Volatile.Write(ref Copy[line], Volatile.Read(ref data[line]));
            }

            if (fails)
                throw new IOException("The medium has failed, as asked.");
        }
    }
}
