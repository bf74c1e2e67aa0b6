namespace DaxSafety;

/// <summary>One asynchronous persist. Either the flush begins it or a cancellation ends it, whichever comes first.</summary>
internal sealed class PersistRequest
{
    private const int Waiting = 0, Begun = 1, Cancelled = 2;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _registration;
    private int _state;

    public PersistRequest(DirtyRange range, CancellationToken cancellationToken)
    {
        Range = range;
        _registration = cancellationToken.UnsafeRegister(static (me, token) => ((PersistRequest)me!).Cancel(token), this);
    }

    public DirtyRange Range { get; }

    public Task Task => _done.Task;

    /// <summary>False when it was cancelled before.</summary>
    public bool TryBegin()
    {
        _registration.Unregister();
        return Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;
    }

    public void Succeed() => _done.TrySetResult();

    public void Fail(Exception failure) => _done.TrySetException(failure);

    private void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting)
            _done.TrySetCanceled(token);
    }
}
