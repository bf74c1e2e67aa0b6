using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Flushes of a whole file: of everything that is mapped from it.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>A view of the body's own should have been flushed before: whichever file it is, that comes too early for it.</summary>
    private bool IsTooEarly(Path path, Obligation obligation, Status status) =>
        !IsFileFlushDurable(path) && status.Progress != Progress.ViewFlushed && obligation.Target.Refs.All(place => _entities[place.Entity].IsMadeView);

    /// <summary>The file by the name that the body was given and opened it by: so its callers know it, and not the handle.</summary>
    private int? NameOfFile(Value file)
    {
        if (file.Single is not { } place)
            return null;
        if (_entities[place.Entity] is { Kind: EntityKind.FileAt, A: var path })
            return _entities[path].IsRooted ? place.Entity : null;
        // What was emptied as it was opened is a log beside it.
        if (_entities[place.Entity].Mapping is not { Unmapped: false, Parents: var parents })
            return null;
        foreach (var parent in parents)
            if (parent.Single is { Entity: var named } && _entities[named] is { Kind: EntityKind.FileAt, A: var given } && _entities[given].IsRooted)
                return named;
        return null;
    }

    private void FlushFile(Path path, FlushFact flush, int site, Func<string> describe)
    {
        NoteFlush(path, flush);
        if (NameOfFile(flush.Target) is { } named)
            path.Flushed = path.Flushed.Set(_obligations.Intern(flush with { Target = Value.OfEntity(named) }), default);
        NoteWeakness(flush, site, describe);
        foreach (var entry in path.Pending)
        {
            var obligation = _obligations[entry.Key];
            if (obligation.Debt == Debt.Fence || IsHeldBack(obligation, entry.Value, flush.Target) || !MayBacks(flush.Target, obligation.Target))
                continue;
            if (obligation.Debt == Debt.File)
            {
                Settle(path, obligation);
                continue;
            }
            if (!CertainlyBacks(flush.Target, obligation.Target) && !IsTooEarly(path, obligation, entry.Value))
            {
                // It may be the view's file: nothing is owed, and nothing is proved either.
                path.Pending = path.Pending.Remove(entry.Key);
                continue;
            }
            var (progress, viewFlushed) = (entry.Value.Progress, (entry.Value.Progress & Progress.ViewFlushed) != 0);
            if (IsFileFlushDurable(path) || progress == Progress.ViewFlushed)
                Settle(path, obligation);
            else if (viewFlushed)
                path.Pending = path.Pending.Set(entry.Key, new Status(progress & ~Progress.ViewFlushed, entry.Value.Attempts));
            // A flush of the view that left it out, or its tail, is the mistake, and reported as that.
            else if (!_obligations.AttemptsOf(entry.Value.Attempts).Any(attempt => attempt.Shortfall is Shortfall.WrongRange or Shortfall.MissesTail))
                Fail(path, obligation, entry.Value, site, Shortfall.NotDurable, describe());
        }
    }
}
