using System.Diagnostics;
using System.Runtime.InteropServices;
using DaxSafety;
using Xunit;
using Xunit.Abstractions;

namespace DaxSafety.Tests.Tracking;

/// <summary>
/// The race at the heart of the protocol on real threads, both sides let go at the same moment a million times: a store with
/// its mark against a take with its write-back. A plain torture meets it so rarely that it proves nothing.
/// </summary>
public sealed class LockStepLitmusTests(ITestOutputHelper output)
{
    /// <summary>Here the race is lost every few hundred rounds.</summary>
    private const long EnoughRounds = 500_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Store; then a plain look whether the bit is set, and no interlocked OR if so.</summary>
    private sealed class CheckBeforeSet
    {
        private long _word;
        private long _data;

        public long Medium { get; private set; }

        public bool IsDirty => Volatile.Read(ref _word) != 0;

        public void Prepare() => Interlocked.Or(ref _word, 1);

        public void Write(long value)
        {
            Volatile.Write(ref _data, value);
            if ((Volatile.Read(ref _word) & 1) == 0)
                Interlocked.Or(ref _word, 1);
        }

        public void Flush()
        {
            if (Interlocked.Exchange(ref _word, 0) != 0)
                Medium = Volatile.Read(ref _data);
        }
    }

    private sealed class RealTree : IDirtyRangeSink
    {
        private readonly DirtyTree _tree = new(1 << 20);
        private long _data;

        public long Medium { get; private set; }

        public bool IsDirty => _tree.IsDirty(new LineIndex(5));

        public void Prepare() => _tree.Mark(new LineIndex(5));

        public void Write(long value)
        {
            Volatile.Write(ref _data, value);
            _tree.Mark(new LineIndex(5));
        }

        public void Flush() => _tree.Persist(this);

        public void MakeDurable(ReadOnlySpan<DirtyRange> ranges) => Medium = Volatile.Read(ref _data);
    }

    [Fact]
    public void MarkOfTheTree_AgainstPersist_LosesNoLine()
    {
        var tree = new RealTree();
        (long rounds, long lost) = Race(200_000, untilFirst: false, tree.Prepare, tree.Write, tree.Flush, v => tree.Medium < v && !tree.IsDirty);
        output.WriteLine($"{rounds} rounds, {lost} lines lost");
        Assert.Equal(0, lost);
        Assert.True(rounds > 0);
    }

    [Fact]
    public void CheckBeforeSet_AgainstTheSameTake_LosesLines()
    {
        if (Environment.ProcessorCount < 2 || RuntimeInformation.ProcessArchitecture is not Architecture.X64)
        {
            output.WriteLine("Skipped: two x64 processors are needed to see a store wait in its buffer.");
            return;
        }

        var flawed = new CheckBeforeSet();
        (long rounds, long lost) = Race(long.MaxValue, untilFirst: true, flawed.Prepare, flawed.Write, flawed.Flush, v => flawed.Medium < v && !flawed.IsDirty);
        output.WriteLine($"{rounds} rounds, {lost} lines lost");
        if (lost == 0 && rounds < EnoughRounds)
            output.WriteLine("Skipped: other work leaves the two threads no time to run side by side.");
        else
            Assert.True(lost > 0, $"No line lost in {rounds} rounds: the litmus does not meet the race.");
    }

    /// <summary>Runs rounds in which both sides start at one moment; after each asks whether the store was lost.</summary>
    private static (long Rounds, long Lost) Race(long most, bool untilFirst, Action prepare, Action<long> write, Action flush, Func<long, bool> isLost)
    {
        long start = 0, flushed = 0, lost = 0, round = 0;
        bool stop = false;
        var flusher = new Thread(() =>
        {
            for (long mine = 1; ; mine++)
            {
                while (Volatile.Read(ref start) < mine)
                {
                    if (Volatile.Read(ref stop))
                        return;
                }

                flush();
                Volatile.Write(ref flushed, mine);
            }
        });
        flusher.Start();
        long began = Stopwatch.GetTimestamp();
        while (round < most && Stopwatch.GetElapsedTime(began) < Longest && !(untilFirst && lost > 0))
        {
            round++;
            prepare();
            Volatile.Write(ref start, round);
            // A different moment in each round: the window is a few nanoseconds wide.
            Thread.SpinWait((int)(round & 7));
            write(round);
            while (Volatile.Read(ref flushed) < round)
            {
            }

            if (isLost(round))
                lost++;
        }

        Volatile.Write(ref stop, true);
        flusher.Join();
        return (round, lost);
    }
}
