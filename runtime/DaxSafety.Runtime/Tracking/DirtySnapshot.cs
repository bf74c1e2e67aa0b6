using DaxSafety.Tracking;

namespace DaxSafety;

/// <summary>
/// What one flush is to write: marks that have left the tree (DIRTY to TOWRITE) and whose lines are not durable yet. Exists
/// for callers that write back themselves; <see cref="DirtyTree.Persist(DirtyRange, IDirtyRangeSink)"/> does the same in one call.
/// </summary>
/// <remarks>A ref struct, so that it cannot outlive the method that must end it. One thread at a time.</remarks>
public readonly ref struct DirtySnapshot
{
    private readonly DirtyDrains? _drains;
    private readonly DirtyDrain? _drain;
    private readonly long _ticket;

    internal DirtySnapshot(DirtyDrains drains, DirtyDrain drain)
    {
        _drains = drains;
        _drain = drain;
        _ticket = drain.Ticket;
    }

    /// <summary>What to write back: ascending, as long as possible, in bytes from the start. Empty once ended.</summary>
    public ReadOnlySpan<DirtyRange> Ranges => DirtyDrains.IsLive(_drain, _ticket) ? _drain!.Runs.Ranges : [];

    /// <summary>How many lines that is.</summary>
    public long Lines => DirtyDrains.IsLive(_drain, _ticket) ? _drain!.Runs.Lines : 0;

    /// <summary>Whether there is nothing to write back.</summary>
    public bool IsEmpty => Ranges.IsEmpty;

    /// <summary>The same as whole pages of <paramref name="pageSize"/> bytes, for what can only be flushed by the page.</summary>
    public DirtyPages Pages(int pageSize) => new(Ranges, pageSize);

    /// <summary>
    /// Says that every range is durable: written back <em>and</em> fenced. Then waits for earlier persists that hold lines of
    /// the same range. False when one of those failed, so that its marks are back in the tree: take another snapshot.
    /// </summary>
    /// <exception cref="InvalidOperationException">The snapshot has ended already.</exception>
    public bool Complete() => _drains == null || _drains.Complete(_drain!, _ticket);

    /// <summary>Says that the ranges are not durable: all of their lines are dirty again.</summary>
    /// <exception cref="InvalidOperationException">The snapshot has ended already.</exception>
    public void Remark() => _drains?.Remark(_drain!, _ticket);

    /// <summary>Marks the lines again unless <see cref="Complete"/> has been called.</summary>
    public void Dispose()
    {
        if (DirtyDrains.IsLive(_drain, _ticket))
            _drains!.Remark(_drain!, _ticket);
    }
}
