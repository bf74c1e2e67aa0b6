using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What the tables call a flush: of a view, a range, a file, cache lines, with the flags that decide what it is worth.</summary>
internal sealed partial class BodyAnalysis
{
    private void ApplyFlush(Path path, CallSite call, Effect effect, int site)
    {
        switch (effect.Kind)
        {
            case EffectKind.FlushView:
                FlushView(path, call, effect, site);
                break;
            case EffectKind.Msync:
                Msync(path, call, effect, site);
                break;
            case EffectKind.Persist:
                Persist(path, call, effect, site);
                break;
            case EffectKind.WriteBack:
                Flush(path, new FlushFact(FlushKind.WriteBack, RangeOf(path, call, effect), false), site, () => "");
                break;
            case EffectKind.Fence:
                Fence(path);
                break;
            case EffectKind.FlushFile:
                FlushFileBy(path, call, effect, site);
                break;
            case EffectKind.FlushWeak:
                var target = OnlyRole(Operand(path, call, effect.Target), MappingRole.File);
                if (target is not null)
                    FlushWeakly(path, Weak(target, effect.Flags.Length > 0 ? effect.Flags[0] : "stream-flush", ofFile: true), site);
                break;
        }
    }

    private static FlushFact Weak(Value target, string weakness, bool ofFile = false) => new(FlushKind.Weak, target, MissesTail: false) { Weakness = weakness, OfFile = ofFile };

    /// <summary>Steps that certainly flush a view: a stream that nobody knows may be anything.</summary>
    public HashSet<int> ViewFlushes { get; } = new();

    /// <summary>The option of a writer that passes on and flushes each write.</summary>
    public const string AutoFlush = "autoflush";

    /// <summary>Whether a writer flushes what it writes, or may: it was given what nobody knows.</summary>
    private bool FlushesItself(Path path, Value writer)
    {
        if (_decided is { } decided)
            return decided;
        foreach (var place in writer.Targets)
            if (StoredOption(path, place.Entity, AutoFlush) is { } option ? option.AsConstant != 0 : _entities[place.Entity].Mapping is { FlushesItself: true })
                return true;
        return false;
    }

    private void FlushView(Path path, CallSite call, Effect effect, int site)
    {
        if (effect[AutoFlush]?.AsOperand is { } writer && !FlushesItself(path, Operand(path, call, writer)))
            return;
        NoteUnknownFlush(call, RangeOf(path, call, effect), effect.Has("disposal"), site);
        var target = OnlyRole(RangeOf(path, call, effect), MappingRole.View);
        if (target is null)
            return;
        var disposal = effect.Has("disposal");
        var ofAnything = disposal || call.Effects.Any(other => other.Kind == EffectKind.FlushWeak);
        if (ofAnything)
            target = target.Flushable;
        // A read-only view's disposal flushes nothing, and a disposed view has nothing left to flush.
        if (disposal && target.Targets.All(place => _entities[place.Entity].Mapping is { ReadOnly: true }))
            return;
        if (effect.Has("first-of-two") && _context.Options.ViewFlushIsDurable)
        {
            FirstOfTwo(path, new FlushFact(FlushKind.FirstOfTwo, target, MissesTail: false), site);
            return;
        }
        if (_context.IsView(call.ReceiverType) || target.Targets.Any(place => _entities[place.Entity].Mapping is { Role: MappingRole.View }))
            ViewFlushes.Add(site);
        var flush = new FlushFact(FlushKind.View, target, effect.Has("misses-tail")) { IsByItself = effect[AutoFlush] is not null, OfAnything = ofAnything };
        Flush(path, flush, site, () => disposal ? "dispose" : "view-flush", disposal);
    }

    /// <summary>A flush whose second step is named by the system it belongs to, whatever the project targets.</summary>
    private void FirstOfTwo(Path path, FlushFact flush, int site)
    {
        if (_replaysOwnFlush)
            return;
        Tell(path, flush);
        foreach (var entry in path.Pending)
        {
            var obligation = _obligations[entry.Key];
            if (obligation.Debt == Debt.Bytes && !IsHeldBack(obligation, entry.Value, flush.Target) && Cover(obligation.Target, flush.Target, flush) == Coverage.Whole)
                Fail(path, obligation, new Status(Progress.ViewFlushed, entry.Value.Attempts), site, Shortfall.NotDurable, "view-flush");
        }
        foreach (var place in flush.Target.Targets)
            WeakFlushes[(site, place.Entity)] = new Attempt(site, Shortfall.NotDurable, "view-flush");
    }

    private void Msync(Path path, CallSite call, Effect effect, int site)
    {
        const long asynchronous = 1;
        const long portableSynchronous = 2;
        var synchronous = effect.Has("portable") ? portableSynchronous : 4;
        var target = RangeOf(path, call, effect);
        var flags = Number(path, call, effect["flags"])?.AsConstant;
        if (flags is { } known && (known & (asynchronous | synchronous)) == asynchronous)
            FlushWeakly(path, Weak(target, "ms-async"), site);
        else if (flags is { } wrong && ((wrong & asynchronous) != 0) == ((wrong & synchronous) != 0))
            FlushWeakly(path, Weak(target, "msync-flags"), site);
        else
            FlushPages(path, new FlushFact(FlushKind.View, target, false) { FromPageOnly = true }, site);
    }

    private void FlushPages(Path path, FlushFact flush, int site)
    {
        if (flush.FromPageOnly && flush.Target.Single is { OffsetKnown: true, OffsetEntity: 0 } place && place.Offset % PageSize != 0)
            Misaligned(path, flush.Target, site);
        else
            Flush(path, flush, site, () => "view-flush");
    }

    /// <summary>msync refuses a start inside a page.</summary>
    private void Misaligned(Path path, Value target, int site)
    {
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key] is { Debt: Debt.Bytes } obligation && obligation.Target.Refs.Any(place => target.MayBe(place.Entity)))
                Fail(path, obligation, entry.Value, site, Shortfall.WrongRange, "misaligned");
    }

    private void Persist(Path path, CallSite call, Effect effect, int site)
    {
        const long noDrain = 1;
        const long noFlush = 32;
        var target = RangeOf(path, call, effect);
        var flags = effect["flags"] is { } expression ? Number(path, call, expression)?.AsConstant : 0;
        if (flags is { } known && (known & noFlush) != 0)
            return;
        // libpmem's, which knows nothing of the page cache.
        var isWriteBack = effect["flags"] is not null;
        Flush(path, new FlushFact(isWriteBack ? FlushKind.WriteBack : FlushKind.Persist, target, false), site, () => "");
        if (isWriteBack && !(flags is { } undrained && (undrained & noDrain) != 0))
            Fence(path);
    }

    private void FlushFileBy(Path path, CallSite call, Effect effect, int site)
    {
        const long fullFsync = 51;
        if (effect["command"] is { } command && Number(path, call, command)?.AsConstant is { } number && number != fullFsync)
            return;
        var target = Operand(path, call, effect.Target);
        var isDurable = effect["when"] is not { } condition || (_decided ?? Number(path, call, condition)?.AsConstant != 0);
        if (!isDurable)
            FlushWeakly(path, Weak(target, "stream-flush", ofFile: true) with { IsDecided = _decided is not null }, site);
        else
            FlushFile(path, new FlushFact(FlushKind.File, target, false), site, () => "view-not-flushed-first");
        if (isDurable && IsNative(call.Method))
            FlushDirectory(path);
    }
}
