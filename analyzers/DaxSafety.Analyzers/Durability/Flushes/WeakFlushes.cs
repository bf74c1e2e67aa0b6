using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Flushes that are not enough: what they are remembered for, and what callers are told of them.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Remembers a flush that is not enough by itself, for mappings whose writes are elsewhere. What a callee does to its own fields is noted there.</summary>
    private void NoteWeakness(FlushFact flush, int site, Func<string> describe, bool isDisposal = false)
    {
        if (_replaysOwnFlush || flush.IsByItself)
            return;
        foreach (var place in flush.Target.Targets)
        {
            var attempt = flush.Kind switch
            {
                FlushKind.View when TailLeftBy(flush, place.Entity) is { } tail => new Attempt(site, Shortfall.MissesTail, tail),
                FlushKind.View when !_context.Options.ViewFlushIsDurable => new Attempt(site, Shortfall.NotDurable, describe()),
                FlushKind.File when !_context.Options.FileFlushIsDurable => new Attempt(site, Shortfall.NotDurable, describe()),
                FlushKind.WriteBack when _entities[place.Entity].Mapping is { PageCache: true } => new Attempt(site, Shortfall.PageCache, ""),
                _ => null,
            };
            if (attempt is not null && _entities[place.Entity] is { Kind: EntityKind.Field } or { IsMadeView: true })
                WeakFlushes[(site, place.Entity)] = attempt with { IsDisposal = isDisposal || attempt.IsDisposal };
        }
    }

    /// <summary>How the view starts whose last page a flush of it can leave dirty; null when it cannot.</summary>
    public string? TailLeftBy(FlushFact flush, int view) => flush.MissesTail && _entities[view].Mapping is { Role: MappingRole.View } mapping ? TailOf(mapping) : null;

    private string? TailOf(Mapping mapping) => mapping.KnownTail ?? ViewTail.Describe(mapping, _entities, _context.Options.Granularity);

    private bool _replaysOwnFlush;

    /// <summary>Something that looks like a flush and makes nothing durable.</summary>
    private void FlushWeakly(Path path, FlushFact flush, int site)
    {
        var target = flush.Target;
        Tell(path, flush);
        // What a callee does to its own fields is reported there.
        if (!_replaysOwnFlush && !flush.IsDecided)
            foreach (var place in target.Targets)
                WeakFlushes[(site, place.Entity)] = new Attempt(site, Shortfall.NotDurable, flush.Weakness);
        foreach (var entry in path.Pending)
        {
            var obligation = _obligations[entry.Key];
            if (obligation.Debt != Debt.Bytes)
                continue;
            var meant = flush.OfFile ? CertainlyBacks(target, obligation.Target) : obligation.Target.Refs.Any(place => target.MayBe(place.Entity));
            if (meant)
                Fail(path, obligation, entry.Value, new Attempt(site, Shortfall.NotDurable, flush.Weakness) { IsDecided = flush.IsDecided });
        }
    }

    /// <summary>A caller replays what was done to anything it may know.</summary>
    private void Tell(Path path, FlushFact flush)
    {
        if (flush.Target.Refs.Any(place => _entities[place.Entity].IsRooted))
            path.Flushed = path.Flushed.Set(_obligations.Intern(flush), default);
    }
}
