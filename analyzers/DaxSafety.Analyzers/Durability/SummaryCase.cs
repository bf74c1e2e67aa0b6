using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>A group of paths to the end of a body, or several that leave the same behind: each has found what it has found, and a caller may know better than that of all of them.</summary>
internal sealed class Way(Path path, Value result)
{
    private const int MostWays = 8;

    public Path Path { get; } = path;

    public Value Result { get; } = result;

    /// <summary>What each of the groups has found; empty where that is too much, or nothing beyond <see cref="Path"/>.</summary>
    public ImmutableArray<IntMap<Span>> Found { get; private init; } = ImmutableArray.Create(path.Facts);

    public Way With(Way other, BodyAnalysis analysis) => new(analysis.Merge(Path, other.Path), Value.Join(Result, other.Result))
    {
        Found = Found.IsEmpty || other.Found.IsEmpty || Found.Length + other.Found.Length > MostWays ? ImmutableArray<IntMap<Span>>.Empty : Found.AddRange(other.Found),
    };
}

/// <summary>One way a body ends: what holds then, what it returns, and what a caller replays of it, in the order of a table row.</summary>
internal sealed class SummaryCase
{
    public SummaryCase(Way way, BodyAnalysis analysis)
    {
        (Path, Result, Found) = (way.Path, way.Result, way.Found.Length > 1 ? way.Found : ImmutableArray<IntMap<Span>>.Empty);
        ResultRange = analysis.RangeOfResult(Path, Result);
        _ranges = analysis.RangesOfOuts(Path);
        // What is worth most comes last: write-backs, fences, views, files.
        Flushes = Path.Flushed.ToList().Select(entry => analysis.Obligations.Flushes[entry.Key]).OrderBy(flush => flush.Kind).ToImmutableArray();
        Stores = Path.Fields.ToList().Select(entry => (analysis.Fields[entry.Key].Entity, analysis.Fields[entry.Key].Field, entry.Value)).ToImmutableArray();
        Pending = Path.Pending.ToList().Select(entry => (analysis.Obligations[entry.Key], entry.Value)).ToImmutableArray();
        Released = Path.Released.ToList().Select(entry => entry.Key).ToImmutableArray();
    }

    public Path Path { get; }

    public Value Result { get; }

    /// <summary>What each of several groups of paths has found that end so: one of them it was.</summary>
    public ImmutableArray<IntMap<Span>> Found { get; }

    /// <summary>What a number that it returns can be: <c>if (Put(view, key) &gt;= 0) view.Flush();</c></summary>
    public Span ResultRange { get; }

    /// <summary>As <see cref="ResultRange"/>, of what a by-ref parameter is given.</summary>
    public Span RangeOf(int slot) => _ranges is { } ranges && ranges.TryGetValue(slot, out var range) ? range : Span.All;

    private readonly Dictionary<int, Span>? _ranges;

    public ImmutableArray<FlushFact> Flushes { get; }

    public ImmutableArray<(int Owner, int Field, Value Value)> Stores { get; }

    public ImmutableArray<(Obligation Obligation, Status Status)> Pending { get; }

    public ImmutableArray<int> Released { get; }
}
