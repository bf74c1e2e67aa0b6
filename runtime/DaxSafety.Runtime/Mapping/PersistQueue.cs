namespace DaxSafety;

/// <summary>
/// Flushes for those who do not want to wait on a device: requests queue up, a thread of its own takes all of them at once and
/// answers them with one flush over everything they asked for. The thread ends when it has had nothing to do for a while.
/// </summary>
internal sealed class PersistQueue(string name, Action<DirtyRange> persist) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private List<PersistRequest> _waiting = [];
    private bool _hasThread, _disposed;

    public Task Enqueue(DirtyRange range, CancellationToken cancellationToken)
    {
        PersistRequest request = new(range, cancellationToken);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(DurableMap));
            _waiting.Add(request);
            if (_hasThread)
                Monitor.Pulse(_gate);
            else
                Start();
        }

        return request.Task;
    }

    /// <summary>Fails what has not begun. A flush that is running is the caller's to wait for.</summary>
    public void Dispose()
    {
        List<PersistRequest> left;
        lock (_gate)
        {
            _disposed = true;
            left = _waiting;
            _waiting = [];
            Monitor.Pulse(_gate);
        }

        foreach (PersistRequest request in left)
            request.Fail(new ObjectDisposedException(nameof(DurableMap)));
    }

    private void Start()
    {
        Thread thread = new(Serve) { IsBackground = true, Name = $"DaxSafety persist {name}" };
        thread.UnsafeStart();
        _hasThread = true;
    }

    private void Serve()
    {
        while (Take() is { } taken)
        {
            taken.RemoveAll(request => !request.TryBegin());
            if (taken.Count == 0)
                continue;
            long start = taken.Min(request => request.Range.Offset), end = taken.Max(request => request.Range.End);
            try
            {
                persist(DirtyRange.Between(start, end));
                foreach (PersistRequest request in taken)
                    request.Succeed();
            }
            catch (Exception failure)
            {
                foreach (PersistRequest request in taken)
                    request.Fail(failure);
            }
        }
    }

    /// <summary>What is waiting; null when the thread is to end.</summary>
    private List<PersistRequest>? Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_disposed || !Monitor.Wait(_gate, s_patience) && _waiting.Count == 0)
                {
                    _hasThread = false;
                    return null;
                }
            }

            List<PersistRequest> taken = _waiting;
            _waiting = [];
            return taken;
        }
    }
}
