using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Writes, flushes and fences: how far the bytes have come.</summary>
internal sealed partial class BodyAnalysis
{
    private const long PageSize = 4096;

    /// <summary>Bytes are written to the target: from here on somebody owes a flush.</summary>
    private Obligation? Write(Path path, Value target, int site, Site? inner = null)
    {
        if (target.Only(_canOwe) is not { } tracked)
            return null;
        var (written, attempts) = WithEarlierRounds(path, site, tracked, inner);
        MoveOn(path, written, site);
        ForgetLast(path);
        var obligation = _obligations.Intern(site, written, Debt.Bytes);
        obligation.Inner ??= inner;
        path.Pending = path.Pending.Set(obligation.Id, new Status(Progress.Dirty, attempts));
        path.Settled = path.Settled.Remove(obligation.Id);
        return obligation;
    }

    private readonly Func<Ref, bool> _canOwe;

    private bool CanOwe(Ref place)
    {
        var entity = _entities[place.Entity];
        if (entity.Mapping is { } mapping)
            return mapping.Role == MappingRole.View && !Backing(mapping).OwesNothing;
        return entity.IsRooted;
    }

    /// <summary>What stands behind a view, its maps and files included.</summary>
    private (bool OwesNothing, bool Unknown) Backing(Mapping mapping)
    {
        var (owesNothing, unknown) = (mapping.OwesNothing, mapping.UnknownBacking);
        foreach (var parent in Ancestors(mapping))
        {
            owesNothing |= parent.Anonymous || parent.Ephemeral;
            unknown |= parent.UnknownBacking;
        }
        return (owesNothing, unknown);
    }

    /// <summary>Nothing is owed whatever it was made from, where a choice made it from one thing or another.</summary>
    public bool NeverOwes(Mapping mapping, int depth = 0)
    {
        if (mapping.Anonymous || mapping.Ephemeral || (mapping.ReadOnly && depth == 0) || depth > 3)
            return depth <= 3;
        var isKnown = false;
        foreach (var parent in mapping.Parents)
            foreach (var place in parent.Targets)
                if (_entities[place.Entity].Mapping is { } made)
                {
                    if (!NeverOwes(made, depth + 1))
                        return false;
                    isKnown = true;
                }
        return isKnown;
    }

    private IEnumerable<Mapping> Ancestors(Mapping mapping, int depth = 0)
    {
        if (depth > 3)
            yield break;
        foreach (var parent in mapping.Parents)
            foreach (var place in parent.Targets)
                if (_entities[place.Entity].Mapping is { } known)
                {
                    yield return known;
                    foreach (var further in Ancestors(known, depth + 1))
                        yield return further;
                }
    }

    /// <summary>A flush of memory: of a view, a range of it, or cache lines.</summary>
    private void Flush(Path path, FlushFact flush, int site, Func<string> describe, bool isDisposal = false)
    {
        var target = flush.Target;
        NoteFlush(path, flush);
        if (flush.Kind is FlushKind.View)
            FlushMapOf(path, flush);
        if (flush.Kind is FlushKind.View && target.Targets.Any(place => path.Released.Contains(place.Entity)))
            return;
        if (flush.Kind == FlushKind.WriteBack)
            OweFence(path, target, site);
        NoteWeakness(flush, site, describe, isDisposal);
        foreach (var entry in path.Pending)
        {
            var obligation = _obligations[entry.Key];
            if (obligation.Debt != Debt.Bytes || IsHeldBack(obligation, entry.Value, target))
                continue;
            if (!isDisposal && NoteCopyOnWrite(obligation, target))
                continue;
            // Written back already: only its fence is missing, and this is about other lines.
            if (flush.Kind == FlushKind.WriteBack && (entry.Value.Progress & Progress.Dirty) == 0)
                continue;
            switch (Cover(obligation.Target, target, flush))
            {
                case Coverage.Whole:
                    _covering.Add(site);
                    Advance(path, obligation, entry.Value, flush, site, describe);
                    break;
                case Coverage.Elsewhere:
                    if (EndsAt(obligation.Target, flush))
                        _cutShort.Add(site);
                    Fail(path, obligation, entry.Value, site, Shortfall.WrongRange, RangeText(obligation.Target.Refs[0]));
                    break;
                case Coverage.Rest:
                    Split(path, obligation, entry.Value, target, flush, site);
                    break;
            }
        }
        NoteLast(path, flush);
    }

    /// <summary>Entities that some flush names: whoever flushes a thing takes it for a mapping.</summary>
    private readonly HashSet<int> _flushedByName = new();

    /// <summary>Known to be mapped: by its type, its origin, its contract, or because the body flushes it.</summary>
    public bool IsKnownMapping(int entity) => _entities[entity].Mapping is { Role: MappingRole.View } || IsFlushedByName(entity);

    public bool IsFlushedByName(int entity) => _flushedByName.Contains(entity);

    private void NoteFlush(Path path, FlushFact flush)
    {
        if (flush.Kind is not (FlushKind.Fence or FlushKind.WriteBack))
            _flushedIn.Add(_here.Node);
        if (!flush.OfAnything)
            foreach (var place in flush.Target.Targets)
                _flushedByName.Add(place.Entity);
        if (flush.Target.Refs.All(place => !_entities[place.Entity].IsRooted) && flush.Kind != FlushKind.Fence)
        {
            MayFlush.Add(flush.Kind == FlushKind.File && !IsMappedAnywhere(flush) ? flush with { IsBeforeMap = true } : flush);
            return;
        }
        MayFlush.Add(flush);
        path.Flushed = path.Flushed.Set(_obligations.Intern(flush), default);
        if (flush.Kind == FlushKind.WriteBack)
            path.Flushed = path.Flushed.Remove(_obligations.Intern(FenceFact));
    }

    /// <summary>Whether the body has mapped, by now, one of the files that it opened.</summary>
    private bool IsMappedAnywhere(FlushFact flush)
    {
        foreach (var place in flush.Target.Targets)
            if (IsMappedHere(place.Entity))
                return true;
        return false;
    }

    public bool IsMappedHere(int file)
    {
        for (var other = EntityTable.Statics + 1; _entities[file].Mapping is { } opened && other < _entities.Count; other++)
            if (_entities[other].Mapping is { Role: MappingRole.Map or MappingRole.View } made && Ancestors(made).Contains(opened))
                return true;
        return false;
    }

    private static readonly FlushFact FenceFact = new(FlushKind.Fence, Value.Untracked, MissesTail: false);

    private bool NoteCopyOnWrite(Obligation obligation, Value target)
    {
        if (obligation.Target.Single is not { } place || _entities[place.Entity].Mapping is not { CopyOnWrite: true } || !target.MayBe(place.Entity))
            return false;
        FlushedCopies[obligation.Site] = obligation;
        return true;
    }

    private void OweFence(Path path, Value target, int site)
    {
        var tracked = target.Targets.Where(place => _entities[place.Entity].IsRooted || _entities[place.Entity].Mapping is not null).ToList();
        if (tracked.Count == 0 || IsPageCache(target))
            return;
        var obligation = _obligations.Intern(site, Value.OfRefs(tracked), Debt.Fence);
        path.Pending = path.Pending.Set(obligation.Id, new Status(Progress.WrittenBack, 0));
    }

    private void Advance(Path path, Obligation obligation, Status status, FlushFact flush, int site, Func<string> describe)
    {
        // Whatever an earlier flush left out, this one covers: what is wrong from here on is only what is wrong with this one.
        status = new Status(status.Progress, _obligations.Without(status.Attempts, Shortfall.WrongRange));
        switch (flush.Kind)
        {
            case FlushKind.Persist:
                Settle(path, obligation);
                break;
            case FlushKind.WriteBack when IsPageCache(obligation.Target):
                Fail(path, obligation, status, site, Shortfall.PageCache, "");
                break;
            case FlushKind.WriteBack:
                Fail(path, obligation, new Status(Progress.WrittenBack, status.Attempts), site, Shortfall.NotFenced, "");
                break;
            case FlushKind.View when TailOf(obligation.Target, flush) is { } tail:
                Fail(path, obligation, status, site, Shortfall.MissesTail, tail);
                break;
            case FlushKind.View when flush.IsByItself && !IsViewFlushDurable(path):
                path.Pending = path.Pending.Set(obligation.Id, new Status(Progress.ViewFlushed, status.Attempts));
                break;
            case FlushKind.View when !IsViewFlushDurable(path):
                Fail(path, obligation, new Status(Progress.ViewFlushed, status.Attempts), site, Shortfall.NotDurable, describe());
                break;
            case FlushKind.View:
                Settle(path, obligation);
                break;
        }
    }

    private void Settle(Path path, Obligation obligation)
    {
        path.Pending = path.Pending.Remove(obligation.Id);
        path.Settled = path.Settled.Set(obligation.Id, default);
        if (!_settledIn.TryGetValue(obligation.Id, out var steps))
            _settledIn.Add(obligation.Id, steps = new Dictionary<int, int>());
        if (!steps.TryGetValue(_here.Node, out var first) || _here.Step < first)
            steps[_here.Node] = _here.Step;
    }

    private readonly Dictionary<int, Dictionary<int, int>> _settledIn = new();

    /// <summary>The nodes in which an obligation is settled, each with the first step that does it; null when there are none.</summary>
    public IReadOnlyDictionary<int, int>? SettledIn(Obligation obligation) => _settledIn.TryGetValue(obligation.Id, out var steps) ? steps : null;

    private void Fail(Path path, Obligation obligation, Status status, int site, Shortfall shortfall, string detail) =>
        Fail(path, obligation, status, new Attempt(site, shortfall, detail));

    private void Fail(Path path, Obligation obligation, Status status, Attempt attempt)
    {
        var isInside = _replaysOwnFlush && attempt.Shortfall is (Shortfall.NotDurable or Shortfall.PageCache or Shortfall.MissesTail);
        var attempts = _obligations.With(status.Attempts, isInside ? attempt with { IsReportedInside = true } : attempt);
        path.Pending = path.Pending.Set(obligation.Id, new Status(status.Progress, attempts));
    }

    private bool IsPageCache(Value target) => target.Refs.All(place => _entities[place.Entity].Mapping is { PageCache: true });

    /// <summary>A fence: everything written back so far has arrived.</summary>
    private void Fence(Path path)
    {
        path.Flushed = path.Flushed.Set(_obligations.Intern(FenceFact), default);
        MayFlush.Add(FenceFact);
        foreach (var entry in path.Pending)
        {
            var obligation = _obligations[entry.Key];
            if (obligation.Debt == Debt.File)
                continue;
            if (obligation.Debt == Debt.Fence || entry.Value.Progress == Progress.WrittenBack)
                Settle(path, obligation);
            else if ((entry.Value.Progress & Progress.WrittenBack) != 0)
                path.Pending = path.Pending.Set(entry.Key, new Status(entry.Value.Progress & ~Progress.WrittenBack, entry.Value.Attempts));
        }
    }
}
