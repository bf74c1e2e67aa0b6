namespace DaxSafety;

/// <content>From written to durable.</content>
public sealed unsafe partial class DurableMap
{
    /// <summary>All of the map, however long it is by the time the flush begins.</summary>
    private static readonly DirtyRange s_everything = new(0, long.MaxValue);

    /// <summary>
    /// Makes everything that was written and marked before the call durable; of a map that does not track, the whole file.
    /// <para>Thread safety: safe from any thread, also while others write and persist. Allocation: none when nothing is dirty,
    /// none on a repeated use either.</para>
    /// <para>Durability: on return it survives a power cut, whoever made it so: lines that another persist is just writing are
    /// waited for. On direct access by cache-line write-back and fence (a fence alone on eADR); otherwise one flush by the
    /// operating system from the first to the last dirty byte, the device's cache included.</para>
    /// </summary>
    /// <exception cref="IOException">The system refused, the file was truncated, or an earlier flush of this map failed; nothing
    /// may be taken as durable, and what was dirty stays marked.</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [Persists]
    public void Persist() => PersistWithin(s_everything);

    /// <summary>
    /// Makes what was written and marked in <paramref name="length"/> bytes from <paramref name="offset"/> on durable, both in bytes; of a
    /// map that does not track, the whole range. Pages and lines at the ends are made durable whole.
    /// </summary>
    /// <inheritdoc cref="Persist()"/>
    /// <param name="offset">First byte, counted from the start of the map.</param>
    /// <param name="length">Number of bytes; zero is nothing to do.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    [Persists]
    public void Persist(long offset, long length)
    {
        Enter();
        try
        {
            RangeCheck.Inside(offset, length, _length, "map", nameof(offset));
            PersistInside(new DirtyRange(offset, length));
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>
    /// Makes everything that was written and marked before the call durable without blocking the caller on a device.
    /// <para>Thread safety: safe from any thread. Allocation: the task and its request; a thread of the map's own waits for the
    /// device, so no thread of the pool does, and one flush serves every request that came before it began. On direct access
    /// there is no device to wait for: the call does the work and returns a finished task.</para>
    /// <para>Durability: as <see cref="Persist()"/>, when the task has run to completion.</para>
    /// <para>Cancellation is honoured until the flush begins; then the task ends with what became of the flush.</para>
    /// </summary>
    /// <param name="cancellationToken">Gives up before the flush has begun.</param>
    /// <returns>A task that completes when the writes are durable, and fails as <see cref="Persist()"/> throws.</returns>
    /// <exception cref="InvalidOperationException">The map tracks for one thread at a time (<see cref="DurableMapOptions.Sharing"/>).</exception>
    /// <exception cref="NotSupportedException">The map is read-only.</exception>
    /// <exception cref="ObjectDisposedException">The map is disposed.</exception>
    [Persists]
    public Task PersistAsync(CancellationToken cancellationToken = default)
    {
        RequireWritable();
        return PersistAsync(s_everything, cancellationToken);
    }

    /// <inheritdoc cref="PersistAsync(CancellationToken)"/>
    /// <param name="offset">First byte, counted from the start of the map.</param>
    /// <param name="length">Number of bytes; zero is nothing to do.</param>
    /// <param name="cancellationToken">Gives up before the flush has begun.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    [Persists]
    public Task PersistAsync(long offset, long length, CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            RangeCheck.Inside(offset, length, _length, "map", nameof(offset));
        }
        finally
        {
            _gate.Leave();
        }

        return PersistAsync(new DirtyRange(offset, length), cancellationToken);
    }

    private Task PersistAsync(DirtyRange range, CancellationToken cancellationToken)
    {
        if (_tree is { Sharing: DirtyTreeSharing.Exclusive } && Granularity == PersistGranularity.Page)
            throw new InvalidOperationException(
                "The map was opened for one thread at a time, and an asynchronous persist runs on another. Open it with DirtyTreeSharing.Shared.");
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled(cancellationToken);
        if (Granularity == PersistGranularity.Page)
            return Queue().Enqueue(range, cancellationToken);
        PersistWithin(range);
        return Task.CompletedTask;
    }

    private PersistQueue Queue()
    {
        if (Volatile.Read(ref _queue) is { } queue)
            return queue;
        PersistQueue mine = new(Path, PersistWithin);
        return Interlocked.CompareExchange(ref _queue, mine, null) ?? mine;
    }

    /// <summary>
    /// Persists what of the range is in the map: it may have become shorter since it was asked for, and what was beyond the end is
    /// gone, by a Resize that persisted the rest.
    /// </summary>
    private void PersistWithin(DirtyRange range)
    {
        Enter();
        try
        {
            PersistInside(range.Intersect(new DirtyRange(0, _length)));
        }
        finally
        {
            _gate.Leave();
        }
    }

    private void PersistInside(DirtyRange range)
    {
        // A poisoned map has nothing to say even where no mark is left.
        _flusher.ThrowIfPoisoned();
        if (!range.IsEmpty)
            _marks!.Persist(range, _flusher);
    }

    /// <summary>Asks the gate and not the addresses: while another thread resizes the map there are none, and this one waits.</summary>
    private void Enter()
    {
        RequireWritable();
        ObjectDisposedException.ThrowIf(!_gate.TryEnter(), this);
        if (_address is not null)
            return;
        _gate.Leave();
        throw new ObjectDisposedException(
            typeof(DurableMap).FullName, "The file could not be mapped again after it was made shorter.");
    }

    private void RequireWritable()
    {
        ObjectDisposedException.ThrowIf(_gate.IsClosedForGood, this);
        if (IsReadOnly)
            throw new NotSupportedException("The map is read-only: nothing can have been written through it.");
    }
}
