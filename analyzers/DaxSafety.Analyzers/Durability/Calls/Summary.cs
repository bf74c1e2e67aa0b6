using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// What a caller needs to know of a body: how it can end, and what each ending has written, flushed, stored and returned,
/// in terms of the body's own parameters, receiver and captured variables. Immutable once published.
/// </summary>
internal sealed class Summary
{
    /// <summary>More endings than this are joined; a caller would drown in them.</summary>
    private const int MostCases = 4;

    /// <summary>Stores, flushes and releases, over all endings, that a caller can follow.</summary>
    private const int MostToTell = 24;

    public Summary(BodyAnalysis analysis, LoweredBody body, ImmutableArray<SummaryCase> cases)
    {
        Analysis = analysis;
        Body = body;
        Cases = cases;
        MayFlush = analysis is null ? ImmutableArray<FlushFact>.Empty : Roots(analysis);
        TellsOfMappings = MayFlush.Any(flush => flush.Kind != FlushKind.Unseen) || TellsDelegates(analysis) || cases.Any(Tells);
    }

    /// <summary>Whether a delegate that a caller hands in is called with a mapping.</summary>
    private static bool TellsDelegates(BodyAnalysis? analysis) =>
        analysis is { GivenRuns.Count: > 0 } && analysis.GivenRuns.Values.Any(arguments => arguments.Any(argument => argument.Targets.Any(place => analysis.IsKnownMapping(place.Entity))));

    /// <summary>What may be flushed of the things a caller hands in, without ranges; a field is entered where its own body flushes it.</summary>
    public ImmutableArray<FlushFact> MayFlush { get; }

    private static ImmutableArray<FlushFact> Roots(BodyAnalysis analysis) => analysis.MayFlush
        .Where(flush => flush.Target.Targets.Any(place => analysis.Entities[place.Entity].Kind is EntityKind.Parameter or EntityKind.Captured))
        .Select(flush => new FlushFact(flush.Kind, Value.OfRefs(flush.Target.Targets.Select(place => place.Somewhere())), false))
        .Distinct().ToImmutableArray();

    /// <summary>No ending at all: for a callee that always throws, or whose endings are still being found.</summary>
    public static readonly Summary NeverReturns = new(null!, null!, ImmutableArray<SummaryCase>.Empty);

    public BodyAnalysis Analysis { get; }

    public LoweredBody Body { get; }

    /// <summary>
    /// Whether a caller can make use of it. A body that does very much to very many things is to its callers what code without
    /// source is: it may have flushed whatever it was given, and nothing is held against them.
    /// </summary>
    public bool IsTellable { get; private init; } = true;

    /// <summary>Whether an ending is only for callers whose arguments agree with what it has tested.</summary>
    public bool IsConditional { get; private init; } = true;

    /// <summary>For bodies that call each other: what each ending of one tests of its arguments is not known before the others' are.</summary>
    public Summary Unconditional => _unconditional ??= new Summary(Analysis, Body, Cases) { IsTellable = IsTellable, IsConditional = false, _inOneCase = _inOneCase?.Unconditional };

    private Summary? _unconditional;

    /// <summary>Whether a caller that is not concerned with mappings otherwise becomes so by calling this.</summary>
    public bool TellsOfMappings { get; }

    private bool Tells(SummaryCase ending) => !ending.Flushes.IsEmpty || Analysis.Entities[EntityTable.This].Mapping is not null
        || ending.Pending.Any(owed => owed.Obligation.Target.Targets.Any(place => Analysis.IsKnownMapping(place.Entity)))
        || HandsOutMapping(ending.Result) || ending.Stores.Any(store => HandsOutMapping(store.Value)) || HandsOutByRef(ending.Path);

    private bool HandsOutMapping(Value value)
    {
        foreach (var place in value.Targets)
            if (Analysis.Entities[place.Entity] is { Mapping: { Role: not MappingRole.File } })
                return true;
        return false;
    }

    private bool HandsOutByRef(Path path)
    {
        var handsOut = false;
        Analysis.ForEachByRefResult(path, value => handsOut |= HandsOutMapping(value));
        return handsOut;
    }

    /// <summary>Empty when the body never returns normally.</summary>
    public ImmutableArray<SummaryCase> Cases { get; }

    /// <summary>Some ending has made it durable.</summary>
    public bool Settles(Obligation obligation) => Cases.Any(ending => ending.Path.Settled.Contains(obligation.Id));

    /// <summary>It is of a mapping that the body has made and a field of the body's own type holds when it ends: there it is reported.</summary>
    public bool LeavesToItsType(Obligation obligation) =>
        obligation.Target.Targets.All(place => Analysis.Entities[place.Entity] is { IsMadeView: true, Mapping: { CopyOnWrite: false } made } && Analysis.BackingOf(made) is (false, false))
        && Cases.Any(ending => ending.Path.Pending.Contains(obligation.Id) && ending.ReachOf(Analysis).OwnerOf(obligation.Target).Owner == Owner.Member);

    public static Summary Of(BodyAnalysis analysis, LoweredBody body, PathSet?[] states)
    {
        var endings = new List<Way>();
        for (var node = 0; node < body.Nodes.Length; node++)
        {
            if (body.Nodes[node].Exit != ExitKind.Return || states[node] is not { } set)
                continue;
            foreach (var path in set.Paths)
                Add(endings, new Way(Visible(analysis, path, body.Nodes[node].ReturnValue), analysis.Decided(path, analysis.ResultOf(path, body.Nodes[node].ReturnValue))), analysis);
        }
        JoinAlike(endings, analysis);
        var cases = endings.Select(ending => new SummaryCase(ending, analysis)).ToImmutableArray();
        var summary = new Summary(analysis, body, cases);
        if (summary.Size > MostToTell)
            return new Summary(analysis, body, cases) { IsTellable = false };
        if (endings.Count > 1 && IsOneOfSeveral(body.Symbol))
        {
            Join(endings, analysis);
            summary._inOneCase = new Summary(analysis, body, ImmutableArray.Create(new SummaryCase(endings[0], analysis)));
        }
        return summary;
    }

    /// <summary>All endings as one, where a caller has the endings of many callees to tell apart already.</summary>
    public Summary InOneCase => _inOneCase ?? this;

    // Made with the summary: joining makes new entities, and others read the table once the summary is published.
    private Summary? _inOneCase;

    /// <summary>Whether a call may run it or another body.</summary>
    private static bool IsOneOfSeveral(IMethodSymbol? method) =>
        method is { IsVirtual: true } or { IsOverride: true } || (method is { IsStatic: false, ContainingType.AllInterfaces.IsEmpty: false });

    private int Size => MayFlush.Length + Cases.Sum(ending => ending.Stores.Length + ending.Flushes.Length + ending.Released.Length);

    /// <summary>
    /// Endings that leave the same writes behind and hand out no mapping differ in nothing that a caller can owe. Those of a formula differ in what they say:
    /// a caller that asks it has made a choice.
    /// </summary>
    private static void JoinAlike(List<Way> endings, BodyAnalysis analysis)
    {
        if (endings.Count < 2 || analysis.IsOfFormula || endings.Any(ending => !ending.Path.SameProgress(endings[0].Path) || HandsOut(analysis, ending.Path, ending.Result)))
            return;
        Join(endings, analysis);
    }

    private static void Join(List<Way> endings, BodyAnalysis analysis)
    {
        var joined = endings[0];
        foreach (var ending in endings.Skip(1))
            joined = joined.With(ending, analysis);
        endings.Clear();
        endings.Add(joined);
    }

    private static bool HandsOut(BodyAnalysis analysis, Path path, Value result)
    {
        var handsOut = LeadsToMapping(result);
        analysis.ForEachByRefResult(path, value => handsOut |= LeadsToMapping(value));
        foreach (var entry in path.Fields)
            handsOut |= LeadsToMapping(entry.Value);
        return handsOut;

        bool LeadsToMapping(Value value) => value.Targets.Any(place => analysis.Entities[place.Entity] is { Mapping: not null } or { IsFresh: true });
    }

    /// <summary>Without what the body owes for mappings that are its own: that is reported there and is no caller's business.</summary>
    private static Path Visible(BodyAnalysis analysis, Path path, int returnRegister)
    {
        if (path.Pending.IsEmpty && path.Released.IsEmpty && path.Fields.IsEmpty)
            return path;
        var reach = new ExitReach(analysis, path, returnRegister);
        var visible = path.Clone();
        var count = path.Pending.IsEmpty ? null : new Dictionary<int, int>();
        foreach (var entry in path.Pending)
        {
            if (analysis.Obligations[entry.Key].Debt == Debt.File)
            {
                // That a file has grown, or is new, is told to whoever may go on to map it.
                if (!analysis.IsToBeMapped(analysis.Obligations[entry.Key], reach))
                    visible.Pending = visible.Pending.Remove(entry.Key);
                continue;
            }
            var target = analysis.Obligations[entry.Key].Target;
            var first = target.Targets.First().Entity;
            count![first] = count.TryGetValue(first, out var before) ? before + 1 : 1;
            if (count[first] > MostWritesToOneMapping || count.Count > MostMappingsWritten || !target.Targets.Any(place => reach.IsVisible(place.Entity)))
                visible.Pending = visible.Pending.Remove(entry.Key);
        }
        foreach (var entry in path.Released)
            if (!reach.IsVisible(entry.Key))
                visible.Released = visible.Released.Remove(entry.Key);
        foreach (var entry in path.Fields)
        {
            var (owner, field) = analysis.Fields[entry.Key];
            if (!(reach.IsVisible(owner) || reach.IsHolder(owner, entry.Value)) || !analysis.IsWorthTelling(owner, field) || entry.Value.Equals(analysis.Fields.AtEntry(entry.Key)))
                visible.Fields = visible.Fields.Remove(entry.Key);
        }
        return visible;
    }

    /// <summary>A caller is told of so many writes to one mapping; it takes only one to owe a flush.</summary>
    private const int MostWritesToOneMapping = 4;

    private const int MostMappingsWritten = 6;

    private static void Add(List<Way> endings, Way ending, BodyAnalysis analysis)
    {
        for (var i = 0; i < endings.Count; i++)
        {
            if (!endings[i].Path.SameProgress(ending.Path) || !SameMeaning(endings[i].Result, ending.Result) || IsMadeByOne(endings[i].Result, ending.Result, analysis))
                continue;
            endings[i] = endings[i].With(ending, analysis);
            return;
        }
        endings.Add(ending);
        if (endings.Count <= MostCases)
            return;
        // The last two, unless a later flush could not tell their views apart.
        var (first, second) = (MostCases - 1, MostCases);
        for (var i = 0; i < MostCases && analysis.WouldConfuseViews(endings[first].Path, endings[second].Path); i++)
            for (var j = i + 1; j <= MostCases && analysis.WouldConfuseViews(endings[first].Path, endings[second].Path); j++)
                (first, second) = (i, j);
        endings[first] = endings[first].With(endings[second], analysis);
        endings.RemoveAt(second);
    }

    /// <summary>Endings that return different constants stay apart: <c>if (!TryWrite()) return;</c> tells them apart.</summary>
    private static bool SameMeaning(Value a, Value b) => (a.AsConstant, b.AsConstant) switch
    {
        ({ } x, { } y) => x == y,
        (null, null) => (a.Single?.Entity == EntityTable.Null) == (b.Single?.Entity == EntityTable.Null),
        _ => false,
    };

    /// <summary>One hands out what was there, the other a view that it has made: <c>_view ??= map.CreateViewAccessor()</c>, which the next call hands out again.</summary>
    private static bool IsMadeByOne(Value a, Value b, BodyAnalysis analysis) =>
        a.Single is { } x && b.Single is { } y && analysis.Entities[x.Entity].IsMadeView != analysis.Entities[y.Entity].IsMadeView;

    /// <summary>A text that is equal for summaries that mean the same; recursion is run until it stays.</summary>
    public string Digest()
    {
        var text = new System.Text.StringBuilder();
        foreach (var ending in Cases)
        {
            text.Append(Describe(ending.Result)).Append(ending.Path.Failed ? "!{" : "{");
            foreach (var entry in ending.Path.Pending)
                text.Append(Analysis.Obligations[entry.Key].Site).Append(Describe(Analysis.Obligations[entry.Key].Target)).Append((int)entry.Value.Progress).Append(',');
            text.Append('}');
            foreach (var flush in ending.Flushes)
                text.Append(flush.Kind).Append(Describe(flush.Target)).Append(',');
        }
        return text.ToString();
    }

    private string Describe(Value value) =>
        string.Join("|", value.Refs.Select(place => $"{Analysis.Entities[place.Entity].Kind}:{Analysis.Entities[place.Entity].A}:{place.OffsetEntity}:{place.Offset}"));
}
