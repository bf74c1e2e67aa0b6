namespace DaxSafety;

/// <summary>
/// Counts who is at work on a mapping, so that it is not unmapped under them. Entering and leaving cost an interlocked
/// instruction each; who closes waits.
/// </summary>
internal sealed class UseGate
{
    private const int Closed = int.MinValue;

    private int _users;
    private volatile bool _forGood;

    public bool IsClosedForGood => _forGood;

    /// <summary>Enters; waits while the gate is closed for a while, and returns false when it is closed for good.</summary>
    public bool TryEnter()
    {
        SpinWait spin = default;
        while (Interlocked.Increment(ref _users) < 0)
        {
            Interlocked.Decrement(ref _users);
            if (_forGood)
                return false;
            spin.SpinOnce();
        }

        return true;
    }

    public void Leave() => Interlocked.Decrement(ref _users);

    /// <summary>Lets nobody in any more and waits until everybody has left; false when it was closed for good before.</summary>
    public bool Close(bool forGood)
    {
        SpinWait spin = default;
        while ((Interlocked.Or(ref _users, Closed) & Closed) != 0)
        {
            if (_forGood)
                return false;
            spin.SpinOnce();
        }

        _forGood = forGood;
        while (Volatile.Read(ref _users) != Closed)
            spin.SpinOnce();
        return true;
    }

    public void Reopen() => Interlocked.And(ref _users, ~Closed);
}
