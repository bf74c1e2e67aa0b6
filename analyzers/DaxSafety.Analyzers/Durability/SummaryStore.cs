using System.Collections.Concurrent;
using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>One analysed body: its states at every node, and its summary. Either is null when the analysis gave up.</summary>
internal sealed record AnalyzedBody(LoweredBody Body, BodyAnalysis Analysis, PathSet?[]? States, Summary? Summary);

/// <summary>
/// Summaries, made on demand from the bottom of the call graph up, without recursion of our own. Bodies that call each
/// other are analysed together until their summaries stay, and only then published: no thread ever sees a half-finished
/// one, so that the order in which bodies are asked for cannot change a diagnostic. Thread safe.
/// </summary>
internal sealed class SummaryStore
{
    private const int MostRounds = 5;
    private const int MostMembers = 24;

    private readonly DurabilityContext _context;
    private readonly IFieldOrigins _origins;
    private readonly ConcurrentDictionary<CallTarget, AnalyzedBody?> _published = new();

    public SummaryStore(DurabilityContext context, IFieldOrigins origins)
    {
        _context = context;
        _origins = origins;
    }

    public AnalyzedBody? Of(IMethodSymbol method, CancellationToken cancel) => Of(new CallTarget(method.OriginalDefinition, null), cancel);

    public AnalyzedBody? Of(CallTarget target, CancellationToken cancel)
    {
        if (!_published.TryGetValue(target, out var known))
        {
            new CallGroups(this, cancel).Visit(target);
            _published.TryGetValue(target, out known);
        }
        return known;
    }

    private LoweredBody? Lower(CallTarget target, CancellationToken cancel) =>
        target.Body ?? (target.Method is { } method ? _context.Lowering.BodyOf(method, cancel) : null);

    /// <summary>Analyses bodies that call each other. All callees outside of the group are published already.</summary>
    private void AnalyzeGroup(IReadOnlyList<CallTarget> group, bool recursive, CancellationToken cancel)
    {
        var current = new Dictionary<CallTarget, AnalyzedBody?>();
        // Until it is known how a member of the group ends, it does not: what every path does is found from above.
        var waiting = new HashSet<CallTarget>(group);
        // In a knot of very many bodies, calls inside the knot count as calls of something nobody can see: silence, in bounded time.
        if (group.Count > MostMembers)
        {
            foreach (var target in group)
                _published.TryAdd(target, Analyze(target, callee => waiting.Contains(callee) ? null : Published(callee), cancel));
            return;
        }
        var digests = "";
        for (var round = 0; round < (recursive ? MostRounds : 1); round++)
        {
            foreach (var target in group)
                current[target] = Analyze(target, callee => current.TryGetValue(callee, out var own) ? Told(own) : waiting.Contains(callee) ? Summary.NeverReturns : Published(callee), cancel);
            var now = string.Join("\n", group.Select(target => current[target]?.Summary?.Digest()));
            if (now == digests)
                break;
            digests = now;
        }
        foreach (var target in group)
            _published.TryAdd(target, current[target]);
    }

    private Summary? Published(CallTarget target) => _published.TryGetValue(target, out var body) ? Told(body) : null;

    private static Summary? Told(AnalyzedBody? body) => body?.Summary is { IsTellable: true } summary ? summary : null;

    private AnalyzedBody? Analyze(CallTarget target, Func<CallTarget, Summary?> summaryOf, CancellationToken cancel)
    {
        if (Lower(target, cancel) is not { } body)
            return null;
        var analysis = new BodyAnalysis(body, _context, _origins, summaryOf);
        if (body.Failure is not null)
            return new AnalyzedBody(body, analysis, null, null);
        var states = analysis.Run(cancel);
        var summary = states is null ? null : analysis.Summarize(states);
        return new AnalyzedBody(body, analysis, states, summary);
    }

    /// <summary>Tarjan's strongly connected components over the call graph, with a stack of its own.</summary>
    private sealed class CallGroups(SummaryStore store, CancellationToken cancel)
    {
        private readonly Dictionary<CallTarget, (int Index, int Low, bool OnStack)> _state = new();
        private readonly Stack<CallTarget> _open = new();

        public void Visit(CallTarget root)
        {
            var work = new Stack<(CallTarget Target, ImmutableArray<CallTarget> Callees, int Next)>();
            work.Push((root, Begin(root), 0));
            while (work.Count > 0)
            {
                cancel.ThrowIfCancellationRequested();
                var (target, callees, next) = work.Pop();
                if (next > 0)
                    Lower(target, _state[callees[next - 1]].Low, _state[callees[next - 1]].OnStack);
                while (next < callees.Length && (store._published.ContainsKey(callees[next]) || _state.ContainsKey(callees[next])))
                {
                    if (_state.TryGetValue(callees[next], out var seen) && seen.OnStack)
                        Lower(target, seen.Index, true);
                    next++;
                }
                if (next < callees.Length)
                {
                    work.Push((target, callees, next + 1));
                    work.Push((callees[next], Begin(callees[next]), 0));
                    continue;
                }
                if (_state[target].Low == _state[target].Index)
                    Close(target, callees);
            }
        }

        private ImmutableArray<CallTarget> Begin(CallTarget target)
        {
            _state[target] = (_state.Count, _state.Count, true);
            _open.Push(target);
            return store.Lower(target, cancel)?.Callees ?? ImmutableArray<CallTarget>.Empty;
        }

        private void Lower(CallTarget target, int low, bool onStack)
        {
            var state = _state[target];
            if (onStack && low < state.Low)
                _state[target] = (state.Index, low, state.OnStack);
        }

        private void Close(CallTarget target, ImmutableArray<CallTarget> callees)
        {
            var group = new List<CallTarget>();
            CallTarget member;
            do
            {
                member = _open.Pop();
                var state = _state[member];
                _state[member] = (state.Index, state.Low, false);
                group.Add(member);
            }
            while (!member.Equals(target));
            group.Reverse();
            store.AnalyzeGroup(group, group.Count > 1 || callees.Contains(target), cancel);
        }
    }
}
