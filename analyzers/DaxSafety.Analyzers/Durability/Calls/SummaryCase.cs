using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>A group of paths to the end of a body, or several that leave the same behind: each has found what it has found, and a caller may know better than that of all of them.</summary>
internal sealed class Way(Path path, Value result)
{
    private const int MostWays = 8;

    public Path Path { get; } = path;

    public Value Result { get; } = result;

    /// <summary>The groups, where there are several and not too many.</summary>
    public ImmutableArray<Way> Parts { get; private init; } = ImmutableArray<Way>.Empty;

    private bool IsKnown { get; init; } = true;

    public Way With(Way other, BodyAnalysis analysis)
    {
        var parts = (Parts.IsEmpty ? ImmutableArray.Create(this) : Parts).AddRange(other.Parts.IsEmpty ? ImmutableArray.Create(other) : other.Parts);
        var isKnown = IsKnown && other.IsKnown && parts.Length <= MostWays;
        return new(analysis.Merge(Path, other.Path), Value.Join(Result, other.Result)) { IsKnown = isKnown, Parts = isKnown ? parts : ImmutableArray<Way>.Empty };
    }
}

/// <summary>One way a body ends: what holds then, what it returns, and what a caller replays of it, in the order of a table row.</summary>
internal sealed class SummaryCase
{
    public SummaryCase(Way way, BodyAnalysis analysis)
    {
        (Path, Result) = (way.Path, way.Result);
        Parts = way.Parts.IsEmpty || way.Parts.Any(part => part.Path.Facts.IsEmpty) ? ImmutableArray<SummaryCase>.Empty : way.Parts.Select(part => new SummaryCase(part, analysis)).ToImmutableArray();
        ResultRange = analysis.RangeOfResult(Path, Result);
        _ranges = analysis.RangesOfOuts(Path);
        _rises = analysis.RisesOf(Path);
        // What is worth most comes last: write-backs, fences, views, files.
        Flushes = Told(Path.Flushed, analysis, static (analysis, flush, _) => analysis.Obligations.Flushes[flush]);
        if (Flushes.Length > 1)
            Flushes = Flushes.OrderBy(flush => flush.Kind).ToImmutableArray();
        Stores = Told(Path.Fields, analysis, static (analysis, slot, value) => (analysis.Fields[slot].Entity, analysis.Fields[slot].Field, value));
        Pending = Told(Path.Pending, analysis, static (analysis, obligation, status) => (analysis.Obligations[obligation], status));
        Released = Told(Path.Released, analysis, static (_, entity, _) => entity);
    }

    private static ImmutableArray<TTold> Told<T, TTold>(IntMap<T> held, BodyAnalysis analysis, Func<BodyAnalysis, int, T, TTold> tell)
        where T : IEquatable<T>
    {
        if (held.IsEmpty)
            return ImmutableArray<TTold>.Empty;
        var told = ImmutableArray.CreateBuilder<TTold>();
        foreach (var entry in held)
            told.Add(tell(analysis, entry.Key, entry.Value));
        return told.ToImmutable();
    }

    public Path Path { get; }

    public Value Result { get; }

    /// <summary>What is in reach of a caller afterwards.</summary>
    public ExitReach ReachOf(BodyAnalysis analysis) => _reach ??= new ExitReach(analysis, Path, Result);

    private ExitReach? _reach;

    /// <summary>The groups of paths that end so, each as a case of its own: a caller that can have taken only one of them is told of that.</summary>
    public ImmutableArray<SummaryCase> Parts { get; }

    /// <summary>What a number that it returns can be: <c>if (Put(view, key) &gt;= 0) view.Flush();</c></summary>
    public Span ResultRange { get; }

    /// <summary>As <see cref="ResultRange"/>, of what a by-ref parameter is given.</summary>
    public Span RangeOf(int slot) => _ranges is { } ranges && ranges.TryGetValue(slot, out var range) ? range : Span.All;

    /// <summary>By how much a captured variable has grown, <c>used += data.Length</c>; null where nobody knows.</summary>
    public Span? RiseOf(int slot) => _rises is { } rises && rises.TryGetValue(slot, out var rise) ? rise : null;

    private readonly Dictionary<int, Span>? _ranges, _rises;

    public ImmutableArray<FlushFact> Flushes { get; }

    public ImmutableArray<(int Owner, int Field, Value Value)> Stores { get; }

    public ImmutableArray<(Obligation Obligation, Status Status)> Pending { get; }

    public ImmutableArray<int> Released { get; }
}
