using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Delegates that a call is given: what they do, it does.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary><c>_commit = _view.Flush;</c>: whoever calls it later flushes, as the type's own code would that a lambda holds.</summary>
    private void NoteWhatMayRun(Path path, Value reference, int site)
    {
        var aside = path.Clone();
        aside.Pending = IntMap<Status>.Empty;
        var flushes = _flushedIn.Contains(_here.Node);
        RunDescribed(aside, reference, site);
        if (!flushes)
            _flushedIn.Remove(_here.Node);
    }

    /// <summary>The delegates that a call is seen to run, invoked or handed to code of others; null among them for one that nobody knows.</summary>
    public IReadOnlyCollection<ClosureInfo?> RunsAt(int site) =>
        _runs is not null && _runs.TryGetValue(site, out var runs) ? runs : Array.Empty<ClosureInfo?>();

    private void NoteRun(Value run, int site)
    {
        if (InTurn(run) is not null)
            return;
        foreach (var place in run.Refs)
            if (place.Entity != EntityTable.Null)
            {
                _runs ??= new();
                if (!_runs.TryGetValue(site, out var runs))
                    _runs[site] = runs = new();
                runs.Add(_entities[place.Entity].Payload as ClosureInfo);
            }
    }

    private Dictionary<int, HashSet<ClosureInfo?>>? _runs;

    /// <summary>Delegates that have been put together run one after the other.</summary>
    private List<Path> CallInTurn(Instruction step, Path path, CallSite call, Value both)
    {
        var ways = new List<Path> { path };
        // In a loop, what has been put together may be a part of itself.
        if (_turns == MostTurns)
            return ways;
        _turns++;
        foreach (var part in new[] { MemberNumbers.First, MemberNumbers.Added })
            ways = ways.SelectMany(way => CallPart(step, way, call, LoadField(way, both, part))).ToList();
        _turns--;
        foreach (var way in ways)
            Assign(way, call.Receiver, both);
        return ways;
    }

    private List<Path> CallPart(Instruction step, Path way, CallSite call, Value part)
    {
        if (part.Single is { Entity: EntityTable.Null })
            return new List<Path> { way };
        Assign(way, call.Receiver, part);
        return Call(step, way);
    }

    /// <summary>The value itself, where it is delegates that have been put together.</summary>
    private Value? InTurn(Value called) =>
        called.Single is { Entity: var both } && _entities[both] is { Kind: EntityKind.Allocated, B: BodyLowering.InTurn } ? called : null;

    private int _turns;

    private const int MostTurns = 4;

    /// <summary>What code that is handed out flushes is its business too: it keeps it for when it runs.</summary>
    private void HandOver(Summary summary, Path path, int site)
    {
        var import = new SummaryImport(this, path, path.Snapshot(), summary, null, Value.OfEntity(EntityTable.This), site, 0);
        foreach (var flush in summary.MayFlush)
            if (flush.Kind is FlushKind.View or FlushKind.Persist)
                HandOver(path, import.Translate(flush.Target));
    }

    private void HandOver(Path path, Value flushed)
    {
        EscapeAll(path, flushed);
        foreach (var place in flushed.Targets)
            if (_entities[place.Entity].Kind is EntityKind.Parameter or EntityKind.Captured)
                (HandedOver ??= new HashSet<int>()).Add(place.Entity);
    }

    /// <summary>What callers have given, and code that was handed out flushes: it is that code's business for them as well.</summary>
    public HashSet<int>? HandedOver { get; private set; }

    /// <summary>What the delegates that this body was given are called with, by their parameter: <c>act(pointer)</c>.</summary>
    public Dictionary<int, Value[]> GivenRuns { get; } = new();

    private void NoteGivenRun(Value given, Value[] arguments)
    {
        // What this body makes it answers for itself.
        arguments = Array.ConvertAll(arguments, argument => argument.Refs.All(place => _entities[place.Entity].IsRooted) ? argument : Value.Untracked);
        if (Array.TrueForAll(arguments, argument => argument.IsUntracked))
            return;
        foreach (var place in given.Targets)
            if (_entities[place.Entity] is { Kind: EntityKind.Parameter, A: var parameter })
                GivenRuns[parameter] = GivenRuns.TryGetValue(parameter, out var before) ? before.Zip(arguments, Value.Join).ToArray() : arguments;
    }

    /// <summary>Delegates passed to a call are taken as run by it.</summary>
    /// <param name="path">As it goes on.</param>
    /// <param name="call">That is given them.</param>
    /// <param name="site">Of the call.</param>
    /// <param name="from">The callee and its import, where it says what it calls them with.</param>
    private void RunArguments(Path path, CallSite call, int site, (BodyAnalysis Callee, SummaryImport Import)? from = null)
    {
        for (var ordinal = 0; ordinal < call.Arguments.Length; ordinal++)
        {
            var register = call.Arguments[ordinal];
            if (register < 0)
                continue;
            var given = from is { } source && source.Callee.GivenRuns.TryGetValue(ordinal, out var arguments) ? Array.ConvertAll(arguments, source.Import.Translate) : Array.Empty<Value>();
            if (given.Length > 0)
            {
                NoteGivenRun(Read(path, register), given);
                if (Read(path, register).Refs.Any(place => !(place.Entity == EntityTable.Null || _entities[place.Entity].Kind == EntityKind.Closure)))
                    foreach (var handed in given)
                        Forgive(path, handed, from!.Value.Import.PendingBefore);
            }
            RunArgument(path, Read(path, register), call, given, site);
        }
    }

    private void RunArgument(Path path, Value argument, CallSite call, Value[] given, int site)
    {
        if (call.IsFramework && argument.Refs.Any(place => _entities[place.Entity].Kind == EntityKind.Closure))
            NoteRun(argument, site);
        if (InTurn(argument) is { } both)
        {
            if (_turns == MostTurns)
                return;
            _turns++;
            RunArgument(path, LoadField(path, both, MemberNumbers.First), call, given, site);
            RunArgument(path, LoadField(path, both, MemberNumbers.Added), call, given, site);
            _turns--;
            return;
        }
        if (RunDescribed(path, argument, site))
            return;
        foreach (var place in argument.Targets)
            if (_entities[place.Entity] is { Kind: EntityKind.Closure, Payload: ClosureInfo { Described: null } closure } entity && _summaryOf(closure.Target) is { Cases.Length: > 0 } summary)
                RunClosure(path, summary, ReceiverOf(path, entity), call, given, site);
    }

    /// <summary>What has been flushed so far was flushed before a delegate runs that this body was given, if the call runs one.</summary>
    private void NoteGivenRuns(Path path, CallSite call)
    {
        if (path.Flushed.IsEmpty || !RunsGiven(path, call))
            return;
        foreach (var entry in path.Flushed)
            if (_obligations.Flushes[entry.Key] is { Kind: not FlushKind.Fence, IsBeforeGiven: false } flush)
                path.Flushed = path.Flushed.Remove(entry.Key).Set(_obligations.Intern(flush with { IsBeforeGiven = true, IsLast = false }), default);
    }

    private bool RunsGiven(Path path, CallSite call) => (call.InvokesReceiver && IsGiven(path, call.Receiver))
        || call.Method.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Delegate && parameter.Ordinal < call.Arguments.Length && IsGiven(path, call.Arguments[parameter.Ordinal]));

    private bool IsGiven(Path path, int register) => register >= 0 && Read(path, register).Targets.Any(place => _entities[place.Entity].Kind == EntityKind.Parameter);

    /// <summary>A callee in source that is given a delegate runs it, as far as its caller is concerned, and what it flushes afterwards it flushes for that one too.</summary>
    private void RunClosuresPassed(Path path, CallSite call, Ending ending, SummaryImport import, int site)
    {
        if (call.InvokesReceiver || call.IsConstruction)
            return;
        var before = path.Pending;
        RunArguments(path, call, site, (ending.Summary.Analysis, import));
        if (!path.Pending.Equals(before))
            foreach (var flush in ending.Case.Flushes)
                if (!flush.IsBeforeGiven)
                    Replay(path, flush, import.Translate(flush.Target), site);
    }

    private void RunClosure(Path path, Summary summary, Value receiver, CallSite call, Value[] given, int site)
    {
        var temporaries = path.Temporaries;
        // What only the callee names stands behind the block's own temporaries while the delegate runs.
        path.Temporaries = temporaries.Concat(given).ToArray();
        var step = new Instruction(OpCode.Call, -1, site: site, payload: call);
        var merged = (Path?)null;
        var running = Running(call, summary.Body.Symbol, given, Registers.FirstTemporary + temporaries.Length);
        foreach (var told in summary.Cases)
        {
            var after = path.Clone();
            var import = new SummaryImport(this, after, path, summary, running, receiver, site, 0);
            if (import.Seen(told) is not { } ending)
                continue;
            Perform(after, running, step, new Ending(summary, ending, receiver, 0), import);
            merged = merged is null ? after : Merger.Merge(merged, after);
        }
        path.Temporaries = temporaries;
        if (merged is null)
            return;
        path.Variables = merged.Variables;
        path.Fields = merged.Fields;
        path.Facts = merged.Facts;
        path.Pending = merged.Pending;
        path.Settled = merged.Settled;
        path.Flushed = merged.Flushed;
        path.Released = merged.Released;
        path.Failed = merged.Failed;
    }

    /// <summary>The call of a delegate by somebody who was given it: its parameters are what that one calls it with, or else what else was given of their types.</summary>
    private static CallSite Running(CallSite call, IMethodSymbol? lambda, Value[] given, int first) => new()
    {
        Method = call.Method,
        Effects = call.Effects,
        Arguments = lambda is null ? Array.Empty<int>() : lambda.Parameters.Select(parameter =>
            parameter.Ordinal < given.Length && !given[parameter.Ordinal].IsUntracked ? first + parameter.Ordinal : RegisterOf(call, parameter.Type)).ToArray(),
        InvokesReceiver = true,
    };

    private static int RegisterOf(CallSite call, ITypeSymbol type)
    {
        var found = Registers.None;
        foreach (var parameter in call.Method.Parameters)
        {
            if (!SymbolEqualityComparer.Default.Equals(parameter.Type, type) || parameter.Ordinal >= call.Arguments.Length || call.Arguments[parameter.Ordinal] < 0)
                continue;
            // Of several of the type nobody knows which.
            if (found >= 0)
                return Registers.None;
            found = call.Arguments[parameter.Ordinal];
        }
        return found < 0 && !call.Method.IsStatic && SymbolEqualityComparer.Default.Equals(call.Method.ContainingType, type) ? call.Receiver : found;
    }
}
