namespace DaxSafety.Tracking;

/// <summary>
/// Who takes and who waits. A persist takes what is dirty in its range into a TOWRITE list (DIRTY to TOWRITE, one at a
/// time), waits for earlier takes of the same lines, makes its list durable outside of any lock, and then waits for earlier
/// takes that hold something else of its range: their bits are gone but their lines may not be durable yet.
/// </summary>
/// <remarks>
/// Waiting is only ever for earlier takes, so there is no cycle to deadlock in.
/// It visits each word once, so a writer that goes on marking cannot keep it going. Marks take no lock and never wait.
/// </remarks>
internal sealed class DirtyDrains(DirtyLevels levels, long length, bool exclusive)
{
    /// <summary>1 MiB of TOWRITE list, which stays in the cache; a range with more is made durable in several steps.</summary>
    internal const int MostRangesOfAStep = 1 << 16;

    private const long OneTake = 1L << InFlightBits;
    private const int InFlightBits = 20;
    private const long InFlightMask = OneTake - 1;

    private readonly object _gate = new();
    private readonly List<DirtyDrain> _inFlight = [];
    private readonly Stack<DirtyDrain> _free = [];
    private long _failures;

    /// <summary>Takes so far, and how many of them are in flight, in one word so that both are read at one moment.</summary>
    private long _state;

    internal int MostRanges { get; init; } = MostRangesOfAStep;

    internal long Persist(DirtyRange range, IDirtyRangeSink sink)
    {
        if (IsClean(range))
            return 0;
        long lines = 0;
        for (long start = range.Offset; start < range.End;)
        {
            DirtyDrain drain = Take(DirtyRange.Between(start, range.End), MostRanges);
            long end = drain.Covered.End;
            lines += drain.Runs.Lines;
            try
            {
                if (drain.Runs.Count > 0)
                    sink.MakeDurable(drain.Runs.Ranges);
            }
            catch
            {
                Remark(drain, drain.Ticket);
                throw;
            }

            // When an earlier take that held a part of this range has failed, that part is marked again: once more.
            if (Complete(drain, drain.Ticket))
                start = end;
        }

        return lines;
    }

    /// <summary>
    /// Whether nothing in the range is marked and nothing is in flight, found without a lock. No take may begin while we
    /// look: one that came and went could have failed and put marks back, one that came could hold our line.
    /// </summary>
    internal bool IsClean(DirtyRange range)
    {
        long before = Volatile.Read(ref _state);
        if ((before & InFlightMask) != 0)
            return false;
        bool clean = range.Length == length ? levels.IsEmpty : !levels.AnyDirty(FirstLine(range), LastLine(range));
        return clean && Volatile.Read(ref _state) == before;
    }

    /// <summary>Moves the marks of the range into a TOWRITE list. Ends with <see cref="Complete"/> or <see cref="Remark"/>.</summary>
    internal DirtyDrain Take(DirtyRange range, int mostRanges)
    {
        lock (_gate)
        {
            DirtyDrain drain = _free.Count > 0 ? _free.Pop() : new DirtyDrain(length);
            drain.Owner = Environment.CurrentManagedThreadId;
            drain.FailuresBefore = _failures;
            drain.Runs.MostRanges = mostRanges;
            drain.Runs.Prepare();
            // In flight before the first bit is cleared, or IsClean would see neither.
            drain.Ticket = Interlocked.Add(ref _state, OneTake + 1) >> InFlightBits;
            _inFlight.Add(drain);
            try
            {
                bool all = Walk(range, drain.Runs);
                if (!all && mostRanges == int.MaxValue)
                    throw new InsufficientMemoryException("There is no room for a list of all dirty ranges; take a part.");
                // ARM64: a clear must be seen before the line is cleaned. On x64 the exchanges are fences already.
                Interlocked.MemoryBarrier();
                long reached = all || drain.Runs.Count == 0 ? range.End : drain.Runs.Ranges[^1].End;
                drain.Runs.Finish();
                drain.Covered = DirtyRange.Between(range.Offset, Math.Min(reached, range.End));
                // No byte is written by two at a time: a copying sink could else put an older store over a newer one.
                while (drain.Runs.Count > 0 && EarlierHolds(drain.Runs.Extent, drain.Ticket))
                    Monitor.Wait(_gate);
                return drain;
            }
            catch
            {
                Fail(drain);
                throw;
            }
        }
    }

    /// <summary>
    /// The list is durable. Waits for earlier takes that hold something of the same range; false when one of them failed,
    /// so that its marks are back and the range is not yet durable.
    /// </summary>
    internal bool Complete(DirtyDrain drain, long ticket)
    {
        lock (_gate)
        {
            CheckLive(drain, ticket);
            DirtyRange covered = drain.Covered;
            long failures = drain.FailuresBefore;
            Release(drain);
            while (EarlierHolds(covered, ticket))
                Monitor.Wait(_gate);
            return _failures == failures;
        }
    }

    /// <summary>The list is not durable: every line of it is dirty again.</summary>
    internal void Remark(DirtyDrain drain, long ticket)
    {
        lock (_gate)
        {
            CheckLive(drain, ticket);
            Fail(drain);
        }
    }

    /// <summary>Marks first, then the news: who sees the take gone must find its marks, and take again.</summary>
    private void Fail(DirtyDrain drain)
    {
        PutBack(drain);
        _failures++;
        Release(drain);
    }

    /// <summary>Whether this handle still stands for a take in flight.</summary>
    internal static bool IsLive(DirtyDrain? drain, long ticket) => drain != null && drain.Ticket == ticket;

    private static void CheckLive(DirtyDrain drain, long ticket)
    {
        if (drain.Ticket != ticket)
            throw new InvalidOperationException("This snapshot has been completed or put back already.");
    }

    private bool Walk(DirtyRange range, DirtyRuns runs)
    {
        if (range.IsEmpty)
            return true;
        var sink = new DirtyRuns.Sink(runs);
        return exclusive
            ? levels.Walk<DirtyLevels.TakeExclusive, DirtyRuns.Sink>(FirstLine(range), LastLine(range), ref sink)
            : levels.Walk<DirtyLevels.TakeShared, DirtyRuns.Sink>(FirstLine(range), LastLine(range), ref sink);
    }

    private void PutBack(DirtyDrain drain)
    {
        foreach (DirtyRange range in drain.Runs.Ranges)
        {
            if (exclusive)
                levels.MarkLinesExclusive(FirstLine(range), LastLine(range));
            else
                levels.MarkLinesShared(FirstLine(range), LastLine(range));
        }
    }

    private void Release(DirtyDrain drain)
    {
        drain.Ticket = 0;
        drain.Runs.Reset();
        _inFlight.Remove(drain);
        _free.Push(drain);
        Interlocked.Decrement(ref _state);
        Monitor.PulseAll(_gate);
    }

    private bool EarlierHolds(DirtyRange range, long ticket)
    {
        foreach (DirtyDrain other in _inFlight)
        {
            if (other.Ticket >= ticket || !other.Runs.Overlap(range))
                continue;
            if (other.Owner == Environment.CurrentManagedThreadId)
                throw new InvalidOperationException("This thread holds a snapshot of the same range: complete it or put it back first.");
            return true;
        }

        return false;
    }

    internal static long FirstLine(DirtyRange range) => range.Offset >> LineIndex.SizeShift;

    internal static long LastLine(DirtyRange range) => (range.End - 1) >> LineIndex.SizeShift;
}
