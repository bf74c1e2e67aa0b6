using System.Collections.Concurrent;
using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>One analysed body: its states at every node, or at its exits only where no rule can ask for more, and its summary. Either is null when the analysis gave up.</summary>
internal sealed record AnalyzedBody(LoweredBody Body, BodyAnalysis Analysis, PathSet?[]? States, Summary? Summary);

/// <summary>
/// Summaries, made on demand from the bottom of the call graph up, without recursion of our own. Bodies that call each
/// other are analysed together until their summaries stay, and only then published: no thread ever sees a half-finished
/// one, so that the order in which bodies are asked for cannot change a diagnostic. A body that is not concerned with mappings is
/// analysed only when one that is calls it: it may be handed one. Thread safe.
/// </summary>
internal sealed class SummaryStore
{
    private const int MostRounds = 3;
    private const int MostMembers = 24;

    private readonly DurabilityContext _context;
    private readonly IFieldOrigins _origins;
    private readonly ConcurrentDictionary<CallTarget, Group<AnalyzedBody?>> _published = new();
    private readonly ConcurrentDictionary<CallTarget, Group<bool>> _concerned = new();
    private readonly Concern _concern;

    public SummaryStore(DurabilityContext context, IFieldOrigins origins)
    {
        _context = context;
        _origins = origins;
        _concern = new Concern(context, origins);
    }

    public AnalyzedBody? Of(IMethodSymbol method, CancellationToken cancel) => Of(new CallTarget(method.OriginalDefinition), cancel);

    public AnalyzedBody? Of(CallTarget target, CancellationToken cancel)
    {
        if (!_published.TryGetValue(target, out var known))
        {
            PublishFrom(target, cancel);
            known = _published[target];
        }
        return known[target];
    }

    private void PublishFrom(CallTarget target, CancellationToken cancel) => new CallGroups(
        caller => CalleesOf(caller, cancel), _published.ContainsKey, (group, isRecursive) => Publish(_published, group, members => AnalyzeGroup(members, isRecursive, cancel), cancel), cancel).Visit(target);

    /// <summary>The analysis of a body that may meet a mapping that nobody handed to it; null for all others.</summary>
    public AnalyzedBody? IfConcerned(CallTarget target, CancellationToken cancel)
    {
        if (!MayBeConcerned(target, cancel))
            return null;
        if (!_concerned.TryGetValue(target, out var known))
        {
            DecideFrom(target, cancel);
            known = _concerned[target];
        }
        return known[target] ? Of(target, cancel) : null;
    }

    private void DecideFrom(CallTarget target, CancellationToken cancel) => new CallGroups(
        caller => CalleesOf(caller, cancel), callee => _concerned.ContainsKey(callee) || !MayBeConcerned(callee, cancel), (group, _) => Publish(_concerned, group, members => Decide(members, cancel), cancel), cancel).Visit(target);

    /// <summary>Whether it is worth the lowering to find out if a body, or one nested in it, is concerned.</summary>
    public bool MayBeConcerned(CallTarget target, CancellationToken cancel) => _concern.MayMeet(target, cancel);

    private ImmutableArray<CallTarget> CalleesOf(CallTarget target, CancellationToken cancel) => Lower(target, cancel)?.Callees ?? ImmutableArray<CallTarget>.Empty;

    /// <summary>Bodies that call each other, with what was found of each.</summary>
    private sealed class Group<T> : Dictionary<CallTarget, T>;

    /// <summary>
    /// The members of a group become known one after the other. Whoever has met one of them as a callee takes all of them from there, so that
    /// no thread finds out anew, with less in hand, what another thread is about to publish.
    /// </summary>
    private void Publish<T>(
        ConcurrentDictionary<CallTarget, Group<T>> known, List<CallTarget> members, Func<IReadOnlyList<CallTarget>, Group<T>> find, CancellationToken cancel)
    {
        // Whichever member was asked for first: recursion that is cut short is cut short in the same way.
        members.Sort((a, b) => Compare(a, b, cancel));
        Group<T>? group = null;
        foreach (var callee in CalleesOf(members[0], cancel))
            if (known.TryGetValue(callee, out var other) && other.ContainsKey(members[0]))
                group = other;
        group ??= find(members);
        foreach (var member in group.Keys)
            known.TryAdd(member, group);
    }

    /// <summary>A group is concerned by what its own bodies do, or by what a callee tells. All callees outside of the group are decided already.</summary>
    private Group<bool> Decide(IReadOnlyList<CallTarget> group, CancellationToken cancel)
    {
        var members = group.Count > 1 ? new HashSet<CallTarget>(group) : null;
        var isConcerned = group.Any(target => Lower(target, cancel) is { } body
            && (_concern.Names(body, cancel) || body.Callees.Any(callee => !IsMember(callee) && Tells(callee))));
        var decided = new Group<bool>();
        foreach (var target in group)
            decided[target] = isConcerned;
        return decided;

        bool IsMember(CallTarget callee) => members?.Contains(callee) ?? callee.Equals(group[0]);

        bool Tells(CallTarget callee) => IfConcerned(callee, cancel) is { } analyzed && Told(analyzed) is { TellsOfMappings: true };
    }

    private LoweredBody? Lower(CallTarget target, CancellationToken cancel) =>
        target.Body ?? _context.Lowering.BodyOf(target.Symbol!, cancel);

    /// <summary>Analyses bodies that call each other. All callees outside of the group are published already.</summary>
    private Group<AnalyzedBody?> AnalyzeGroup(IReadOnlyList<CallTarget> group, bool recursive, CancellationToken cancel)
    {
        var current = new Group<AnalyzedBody?>();
        if (!recursive)
        {
            current[group[0]] = Analyze(group[0], Published, new HashSet<CallTarget>(), cancel);
            return current;
        }
        // Until it is known how a member of the group ends, it does not: what every path does is found from above.
        var waiting = new HashSet<CallTarget>(group);
        var tooManyChoices = new HashSet<CallTarget>();
        // In a knot of very many bodies, calls inside the knot count as calls of something nobody can see: silence, in bounded time.
        if (group.Count > MostMembers)
        {
            foreach (var target in group)
                current[target] = Analyze(target, callee => waiting.Contains(callee) ? null : Published(callee), tooManyChoices, cancel);
            return current;
        }
        var order = CalleesFirst(group, cancel);
        var endless = new HashSet<CallTarget>();
        Settle();
        // What nothing in the group ends goes on in code that nobody can see: a decorator of what only others implement.
        endless.UnionWith(group.Where(member => current[member]?.Summary is { Cases.IsEmpty: true }));
        if (endless.Count > 0)
            Settle();
        return current;

        void Settle()
        {
            current.Clear();
            var stale = new HashSet<CallTarget>(group);
            var digests = new Dictionary<CallTarget, string?>();
            for (var round = 0; round < MostRounds && stale.Count > 0; round++)
                foreach (var target in order)
                {
                    if (!stale.Remove(target))
                        continue;
                    current[target] = Analyze(target, KnownSoFar, tooManyChoices, cancel);
                    if (TellsAnew(target, digests))
                        stale.UnionWith(group.Where(caller => Lower(caller, cancel)!.Callees.Contains(target)));
                }
        }

        Summary? KnownSoFar(CallTarget callee) => endless.Contains(callee) ? null
            : current.TryGetValue(callee, out var own) ? Told(own)?.Unconditional
            : waiting.Contains(callee) ? Summary.NeverReturns : Published(callee);

        bool TellsAnew(CallTarget target, Dictionary<CallTarget, string?> digests)
        {
            var digest = current[target]?.Summary?.Digest();
            var isNew = !digests.TryGetValue(target, out var before) || before != digest;
            digests[target] = digest;
            return isNew;
        }
    }

    /// <summary>What a body does is known to most of its callers in the same round.</summary>
    private List<CallTarget> CalleesFirst(IReadOnlyList<CallTarget> group, CancellationToken cancel)
    {
        var waiting = new HashSet<CallTarget>(group);
        var order = new List<CallTarget>();
        foreach (var member in group)
            Visit(member);
        return order;

        // As deep as a group has members: they are few.
        void Visit(CallTarget member)
        {
            if (!waiting.Remove(member))
                return;
            foreach (var callee in CalleesOf(member, cancel))
                Visit(callee);
            order.Add(member);
        }
    }

    /// <summary>By their places in the source.</summary>
    private int Compare(CallTarget a, CallTarget b, CancellationToken cancel)
    {
        var (x, y) = (Lower(a, cancel)?.Syntax, Lower(b, cancel)?.Syntax);
        var byPath = string.CompareOrdinal(x?.SyntaxTree.FilePath, y?.SyntaxTree.FilePath);
        return byPath != 0 ? byPath : (x?.SpanStart ?? 0).CompareTo(y?.SpanStart ?? 0);
    }

    private Summary? Published(CallTarget target) => _published.TryGetValue(target, out var group) ? Told(group[target]) : null;

    private static Summary? Told(AnalyzedBody? body) => body?.Summary is { IsTellable: true } summary ? summary : null;

    /// <param name="target">What is analysed; without a body there is nothing to analyse.</param>
    /// <param name="summaryOf">Of its callees.</param>
    /// <param name="tooManyChoices">Bodies that choices have made too much of in an earlier round.</param>
    /// <param name="cancel">Stops the analysis.</param>
    private AnalyzedBody? Analyze(CallTarget target, Func<CallTarget, Summary?> summaryOf, HashSet<CallTarget> tooManyChoices, CancellationToken cancel)
    {
        if (Lower(target, cancel) is not { } body)
            return null;
        if (body.ChosenSlots.Count + body.SummandSlots.Count > 0 && !tooManyChoices.Contains(target))
        {
            var analyzed = Analyze(target, body, summaryOf, followsChoices: true, cancel);
            if (analyzed.States is not null || body.Failure is not null)
                return analyzed;
            tooManyChoices.Add(target);
        }
        return Analyze(target, body, summaryOf, followsChoices: false, cancel);
    }

    private AnalyzedBody Analyze(CallTarget target, LoweredBody body, Func<CallTarget, Summary?> summaryOf, bool followsChoices, CancellationToken cancel)
    {
        var analysis = new BodyAnalysis(body, _context, _origins, summaryOf, followsChoices);
        if (body.Failure is not null)
            return new AnalyzedBody(body, analysis, null, null);
        var states = analysis.Run(cancel);
        if (states is null)
            return new AnalyzedBody(body, analysis, null, null);
        var summary = analysis.Summarize(states);
        // What is analysed lives as long as the compilation, and most of it only tells its callers something.
        if (!analysis.HasEvents || !MayBeConcerned(target, cancel))
            KeepExitsOnly(body, states);
        return new AnalyzedBody(body, analysis, states, summary);
    }

    private static void KeepExitsOnly(LoweredBody body, PathSet?[] states)
    {
        for (var node = 0; node < states.Length; node++)
            if (body.Nodes[node].Exit == ExitKind.None)
                states[node] = null;
    }
}
