namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Flushes of one thing that a body was given, after it has written to another: <c>*head = n; view.Flush();</c>. The caller may know that the two are one memory.
/// </summary>
internal sealed partial class BodyAnalysis
{
    private bool _hasLastFlushes;

    /// <summary>Something that is not flushed by its name is still pending: the caller is told that the flush came after it.</summary>
    private void NoteLast(Path path, FlushFact flush)
    {
        if (flush.Kind is not (FlushKind.View or FlushKind.Persist) || path.Pending.IsEmpty || !AreRooted(flush.Target))
            return;
        foreach (var entry in path.Pending)
        {
            if (_obligations[entry.Key] is not { Debt: Debt.Bytes, Target: var written } || !NamesRootedOther(written, flush.Target))
                continue;
            path.Flushed = path.Flushed.Set(_obligations.Intern(flush with { IsLast = true }), default);
            _hasLastFlushes = true;
            return;
        }
    }

    private bool AreRooted(Value value)
    {
        foreach (var place in value.Refs)
            if (!_entities[place.Entity].IsRooted)
                return false;
        return true;
    }

    private bool NamesRootedOther(Value written, Value flushed)
    {
        foreach (var place in written.Refs)
            if (_entities[place.Entity].IsRooted && !flushed.MayBe(place.Entity))
                return true;
        return false;
    }

    /// <summary>What is written now comes after what has been flushed so far.</summary>
    private void ForgetLast(Path path)
    {
        if (!_hasLastFlushes)
            return;
        foreach (var entry in path.Flushed)
            if (_obligations.Flushes[entry.Key].IsLast)
                path.Flushed = path.Flushed.Remove(entry.Key);
    }
}
