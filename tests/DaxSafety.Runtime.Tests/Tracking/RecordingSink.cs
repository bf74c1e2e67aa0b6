using DaxSafety;

namespace DaxSafety.Tests.Tracking;

/// <summary>A sink that remembers what it was given, runs an action in the middle of its work, and fails on request.</summary>
internal sealed class RecordingSink(Action<ReadOnlySpan<DirtyRange>>? meanwhile = null) : IDirtyRangeSink
{
    public List<DirtyRange[]> Calls { get; } = [];

    public bool Fails { get; set; }

    public IEnumerable<DirtyRange> Ranges => Calls.SelectMany(call => call);

    public void MakeDurable(ReadOnlySpan<DirtyRange> ranges)
    {
        lock (Calls)
            Calls.Add(ranges.ToArray());
        meanwhile?.Invoke(ranges);
        if (Fails)
            throw new IOException("The medium has failed, as asked.");
    }
}
