using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Calls: by the tables where they know the callee, by its summary where it is in source, by its contract where it has one.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The groups of paths after a call; the path itself when there is one and it was changed in place.</summary>
    private List<Path> Call(in Instruction step, Path path)
    {
        var call = (CallSite)step.Payload!;
        path.Outs = null;
        NoteGivenRuns(path, call);
        if (!call.Effects.IsEmpty && call.Targets.IsEmpty)
        {
            if (Deciding(path, call) is { } flag)
                return CallEither(step, path, flag);
            if (CallCounting(path, call, step) is { } counted)
                return counted;
            var unchanged = Unchanged(path, call, step);
            LearnCalledOn(path, call.Receiver);
            var result = ApplyEffects(path, call, step.Site);
            Assign(path, step.Dst, Telling(call, result ?? ResultOf(path, call, step.Site)));
            RunArguments(path, call, step.Site);
            if (call.Effects.Any(effect => effect.Kind == EffectKind.Exit))
                return new List<Path>();
            return unchanged is null ? new List<Path> { path } : Told(path, unchanged, call, step);
        }
        if (call.InvokesReceiver)
            NoteRun(Read(path, call.Receiver), step.Site);
        if (call.InvokesReceiver && Read(path, call.Receiver) is { Refs.Length: > 1 } several && several.Targets.Any(place => _entities[place.Entity].Payload is ClosureInfo { Described: not null }))
            return CallEach(step, path, call, several);
        if (call.InvokesReceiver && RunDescribed(path, Read(path, call.Receiver), step.Site))
            return new List<Path> { path };
        if (call.InvokesReceiver && InTurn(Read(path, call.Receiver)) is { } both)
            return CallInTurn(step, path, call, both);
        NotePassed(path, call);
        if (Endings(path, call) is not { } endings)
        {
            CallUnknown(path, call, step);
            return new List<Path> { path };
        }
        if (call.IsFramework || call.InvokesReceiver)
            RunArguments(path, call, step.Site);
        LearnCalledOn(path, call.Receiver);
        var results = Apply(path, call, step, endings);
        foreach (var result in results)
            ApplyContract(result, call, step.Site, endings);
        return results;
    }

    /// <summary>A delegate that is one of several: each is called on a group of paths of its own.</summary>
    private List<Path> CallEach(Instruction step, Path path, CallSite call, Value several) => several.Targets.ToList().SelectMany(place =>
    {
        var chosen = path.Clone();
        Assign(chosen, call.Receiver, Value.Of(place));
        return Call(step, chosen);
    }).ToList();

    /// <summary>Which object the constructor call at a site fills, and of what type.</summary>
    private readonly Dictionary<int, (int Instance, INamedTypeSymbol Type)> _constructions = new();

    /// <summary>The objects of a type that the body makes.</summary>
    public IEnumerable<int> InstancesOf(INamedTypeSymbol type) => _constructions.Values
        .Where(made => SymbolEqualityComparer.Default.Equals(made.Type, type)).Select(made => made.Instance).Distinct();

    /// <summary>Whether one call made both the owner and what it holds, or the owner's constructor made it.</summary>
    public bool IsMadeWith(int entity, int owner) => _entities[entity] is { Kind: EntityKind.Called } made
        && ((_constructions.TryGetValue(made.A, out var construction) && construction.Instance == owner)
            || (_entities[owner] is { Kind: EntityKind.Called } holder && holder.A == made.A));

    /// <summary>Runs a delegate to a method that the tables describe, if the value is one.</summary>
    private bool RunDescribed(Path path, Value value, int site)
    {
        if (value.Single is not { } place || _entities[place.Entity] is not { Kind: EntityKind.Closure, Payload: ClosureInfo { Described: { } call } } entity)
            return false;
        path.Bound = ReceiverOf(path, entity);
        ApplyEffects(path, call, site);
        path.Bound = null;
        return true;
    }

    private Value ReceiverOf(Path path, Entity closure) =>
        path.Fields.TryGet(_fields.Of(closure.Id, MemberNumbers.Element), out var bound) ? bound
        : path.Variables.TryGet(0, out var self) ? self : Value.OfEntity(EntityTable.This);

    private List<Path> Apply(Path path, CallSite call, in Instruction step, List<Ending> endings)
    {
        var results = new List<Path>(endings.Count);
        var before = endings.Count == 1 ? path.Snapshot() : path;
        foreach (var told in endings)
        {
            var after = endings.Count == 1 ? path : path.Clone();
            var import = new SummaryImport(this, after, before, told.Summary, call, told.Receiver, step.Site, told.Target);
            if (import.Seen(told.Case) is { } seen)
            {
                var ending = seen == told.Case ? told : told with { Case = seen };
                Assign(after, step.Dst, Perform(after, call, step, ending, import));
                RunClosuresPassed(after, call, ending, import, step.Site);
                results.Add(after);
            }
            import.Done();
        }
        NoteLeftByChoice(results);
        // No ending fits what is known here: the callee throws, as far as anybody can tell.
        return results;
    }

    private Value Perform(Path path, CallSite call, in Instruction step, Ending ending, SummaryImport import)
    {
        var analysis = ending.Summary.Analysis;
        _runsPersisting |= analysis.MayPersist;
        _runsFileFlush |= analysis.MayFlushFiles;
        LetGoByRef(path, call, analysis);
        var site = step.Site;
        if (analysis.Obligations.Count > 0)
            _meantInside.Add(site);
        Replay(path, ending, import, site, last: false);
        // Before anything new: what a callee makes where it was called in an earlier round is given that one's name.
        Release(path, ending, import, theirs: false);
        if (ending.Case.Path.Failed)
            Excuse(path);
        Spend(4);
        foreach (var (owner, field, value) in ending.Case.Stores)
        {
            if (import.OwnerOf(owner, value) is not { } target)
                continue;
            var stored = import.Translate(value);
            if (call.ReceiverIsAddress && target.Single is { } place && Read(path, call.Receiver).MayBe(place.Entity))
                Write(path, Value.Of(place.Somewhere()), site);
            else
                StoreField(path, target, field, stored);
        }
        HoldWhatIsPassed(analysis, import);
        ImportVariables(path, call, ending, import);
        foreach (var (obligation, status) in ending.Case.Pending)
            Inherit(path, obligation, status, import.Translate(obligation.Target), analysis, site, ending.Summary);
        Replay(path, ending, import, site, last: true);
        foreach (var flush in ending.Summary.MayFlush)
            if (import.Translate(flush.Target) is { IsUntracked: false } target)
                MayFlush.Add(flush with { Target = target });
        Release(path, ending, import, theirs: true);
        foreach (var handed in analysis.HandedOver ?? Enumerable.Empty<int>())
            HandOver(path, import.Entity(handed));
        if (call.IsConstruction)
        {
            if (Read(path, call.Receiver).Single is { } instance)
            {
                _constructions[site] = (instance.Entity, call.Method.ContainingType.OriginalDefinition);
                import.Become(instance.Entity);
            }
            return Read(path, call.Receiver);
        }
        var result = import.Translate(ending.Case.Result);
        LearnResult(path, result, ending.Case.ResultRange);
        return result.IsUntracked ? ResultOf(path, call, site) : result;
    }

    /// <summary>What the object that the body is a member of holds, or is.</summary>
    private bool IsOfItsObject(Value value) => value.Targets.All(place => _entities[place.Entity] is { Kind: EntityKind.Field } or { Kind: EntityKind.This, Mapping: not null });

    private void Replay(Path path, Ending ending, SummaryImport import, int site, bool last)
    {
        foreach (var flush in ending.Case.Flushes)
        {
            if (flush.IsLast != last)
                continue;
            _replaysOwnFlush = ending.Summary.Analysis.IsOfItsObject(flush.Target);
            Replay(path, last ? flush with { IsLast = false } : flush, import.Translate(flush.Target), site);
            _replaysOwnFlush = false;
        }
    }

    private void Replay(Path path, FlushFact flush, Value target, int site)
    {
        switch (flush.Kind)
        {
            case FlushKind.Weak:
                FlushWeakly(path, flush with { Target = target }, site);
                break;
            case FlushKind.FirstOfTwo:
                FirstOfTwo(path, flush with { Target = target }, site);
                break;
            case FlushKind.Fence:
                Fence(path);
                break;
            case FlushKind.File:
                FlushFile(path, flush with { Target = target }, site, () => "view-not-flushed-first");
                break;
            case FlushKind.Directory:
                FlushDirectory(path);
                break;
            case FlushKind.Everything:
                PersistAll(path, target, site);
                break;
            default:
                var flushed = flush.OfAnything ? target.Flushable : target;
                if (flushed.Targets.Any())
                    FlushPages(path, flush with { Target = flushed }, site);
                break;
        }
    }

    /// <summary>What the callee leaves undone is the caller's from here on, unless the caller does not own it either.</summary>
    private void Inherit(Path path, Obligation obligation, Status status, Value target, BodyAnalysis callee, int site, Summary summary)
    {
        if (obligation.Debt == Debt.File)
        {
            InheritDebt(path, obligation, target, site, summary);
            return;
        }
        if (obligation.IsByContract)
            Owing(target);
        if (target.Only(_canOwe) is not { } tracked)
            return;
        var inner = obligation.Inner ?? summary.Body.Sites[obligation.Site];
        var (written, attempts) = WithEarlierRounds(path, site, tracked, inner);
        MoveOn(path, written, site);
        ForgetLast(path);
        var inherited = _obligations.Intern(site, written, obligation.Debt);
        inherited.Inner ??= inner;
        // A callee that says [LeavesDirty] answers for nothing, and one whose field may hold any memory cannot.
        inherited.IsReportedInside |= (obligation.IsReportedInside || callee.AreMappedFields(obligation.Target) || summary.LeavesToItsType(obligation) || IsOfSameHandle(callee, obligation, tracked)) && !SaysLeavesDirty(summary.Body.Symbol);
        inherited.IsJudgedInside |= inherited.IsReportedInside && (obligation.IsJudgedInside || summary.Settles(obligation));
        inherited.IsByContract |= obligation.IsByContract;
        inherited.IsCallersByContract |= SaysLeavesDirty(summary.Body.Symbol);
        if (summary.Body.Symbol is { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction } function && SymbolEqualityComparer.Default.Equals(OutermostOf(function), OutermostOf(_body.Symbol))
            && (function.MethodKind == MethodKind.AnonymousFunction || obligation.Captured is not null || callee.AreCaptured(obligation.Target)))
            inherited.Captured ??= obligation.Captured ?? summary.Body.Sites[obligation.Site];
        foreach (var attempt in callee.Obligations.AttemptsOf(status.Attempts))
            attempts = _obligations.With(attempts, attempt with { Site = site, IsReportedInside = attempt.IsReportedInside || (inherited.IsReportedInside && attempt is { IsDecided: false, Shortfall: Shortfall.NotDurable or Shortfall.PageCache or Shortfall.WrongRange or Shortfall.MissesTail }) });
        path.Pending = path.Pending.Set(inherited.Id, new Status(status.Progress, attempts));
        path.Settled = path.Settled.Remove(inherited.Id);
    }

    /// <summary>The member that a lambda or local function stands in.</summary>
    private static ISymbol? OutermostOf(ISymbol? function)
    {
        while (function is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction })
            function = function.ContainingSymbol;
        return function?.OriginalDefinition;
    }

    private bool AreMappedFields(Value value)
    {
        foreach (var place in value.Targets)
            if (_entities[place.Entity] is not { Kind: EntityKind.Field, Mapping: not null })
                return false;
        return true;
    }

    private bool AreCaptured(Value value) => value.Targets.All(place => _entities[place.Entity].Kind == EntityKind.Captured);

    /// <summary>A handle's own member that another member of the same object calls.</summary>
    private static bool IsOfSameHandle(BodyAnalysis callee, Obligation obligation, Value target) =>
        callee.Entities[EntityTable.This].Mapping is not null && obligation.Target.Targets.All(place => place.Entity == EntityTable.This) && target.Targets.All(place => place.Entity == EntityTable.This);

    /// <summary>Code that is handed out and may run later: what it writes is owed, what it flushes is not counted on.</summary>
    private void ApplyWritesOf(Summary summary, Path path, int site)
    {
        foreach (var ending in summary.Cases)
        {
            var import = new SummaryImport(this, path, path.Snapshot(), summary, null, Value.OfEntity(EntityTable.This), site, 0);
            foreach (var (obligation, status) in ending.Pending)
                Inherit(path, obligation, status, import.Translate(obligation.Target), summary.Analysis, site, summary);
        }
    }

    /// <summary>What a call yields when nothing better is known: one unknown thing, with the role that its type gives it.</summary>
    private Value ResultOf(Path path, CallSite call, int site)
    {
        var method = call.Method;
        if (MappedResult(path, call, site) is { } mapped)
            return mapped;
        var isProperty = method is { MethodKind: MethodKind.PropertyGet, AssociatedSymbol: IPropertySymbol };
        if (isProperty && call.Receiver >= 0 && call.Arguments.Length == 0)
            return LoadField(path, Read(path, call.Receiver), _context.Lowering.Members.Of(method.AssociatedSymbol!));
        return Redefine(path, EntityKind.Result, site, 0);
    }

    public Value ResultOf(Path path, int register) => register < 0 ? Value.Untracked : Read(path, register);
}
