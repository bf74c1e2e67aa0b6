using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>
/// DAX1001: a write that some path leaves without a durable flush. Of several writes that miss the same flush the last one
/// in the source is reported, with the others as additional locations: one mistake, one diagnostic.
/// </summary>
internal static class WriteNotFlushed
{
    public static void Report(RuleContext context)
    {
        var reported = new List<OwedWrite>();
        foreach (var group in context.Outcome.Owed.Where(owed => IsBytes(context, owed)).GroupBy(owed => MappingOf(context, owed)))
            if (group.Where(owed => IsMissing(context, owed)).ToList() is { Count: > 0 } missing)
                ReportMapping(context, missing, group.Where(owed => missing.Contains(owed) || IsMissingWith(owed)).ToList(), reported);
    }

    /// <summary>What is written, by whatever name; what a writer holds back is that writer's.</summary>
    private static string MappingOf(RuleContext context, OwedWrite owed) =>
        (owed.Obligation.Target.Targets.Any(place => place.Layer > 0) ? context.NameOf(owed.Obligation) : "") + "#" + string.Join(",", owed.Obligation.Target.Targets.Select(place => context.Outcome.Analysis.CurrentOf(place.Entity)));

    /// <summary>Where the member has given its word, either way, DAX1009 or the callers answer.</summary>
    private static bool IsBytes(RuleContext context, OwedWrite owed) => owed.Obligation.Debt == Debt.Bytes && context.Contract.On(owed) == 0;

    /// <summary>A write that no path makes durable would be the caller's or the type's business, were it not for the others.</summary>
    private static bool IsMissingWith(OwedWrite owed) => owed.Owner is Owner.Caller or Owner.Member && !owed.SettledElsewhere && !owed.Obligation.IsJudgedInside;

    private static bool IsMissing(RuleContext context, OwedWrite owed) => owed.Owner switch
    {
        Owner.Local => true,
        Owner.Caller or Owner.Member => owed.SettledElsewhere && !owed.Obligation.IsJudgedInside
            && owed.Obligation.Target.Targets.All(place => context.Outcome.Analysis.IsKnownMapping(place.Entity) && !context.Outcome.Analysis.IsElement(place.Entity))
            && (owed.IsOfOwnObject ? FlushPolicy.IsDecidedHere(context, owed) : FlushPolicy.IsInconsistent(context, owed)),
        _ => false,
    };

    /// <summary>For every exit that misses a flush the last write that reaches it undone; for every such write its exits.</summary>
    private static void ReportMapping(RuleContext context, List<OwedWrite> missing, List<OwedWrite> writes, List<OwedWrite> reported)
    {
        var amiss = new HashSet<int>(missing.SelectMany(write => write.Exits).Select(exit => ExitPosition(context, exit.Node)));
        var lastAt = new Dictionary<int, (OwedWrite Write, int Node)>();
        foreach (var write in writes)
        {
            foreach (var exit in write.Exits)
            {
                // Branches that end at one closing brace leave there together.
                var place = ExitPosition(context, exit.Node);
                if (amiss.Contains(place) && exit.Status.Attempts == 0 && (!lastAt.TryGetValue(place, out var last) || Position(context, write) > Position(context, last.Write)))
                    lastAt[place] = (write, exit.Node);
            }
        }
        foreach (var group in lastAt.GroupBy(entry => Position(context, entry.Value.Write)).OrderBy(group => group.Key))
        {
            var write = group.OrderBy(entry => entry.Key).First().Value.Write;
            if (writes.Where(other => Position(context, other) == group.Key).Any(other => other.Exits.Any(exit => exit.Status.Attempts != 0)))
                continue;
            if (reported.Any(other => Position(context, other) == group.Key && (context.NameOf(other.Obligation) == context.NameOf(write.Obligation) || !context.Outcome.AreOwedTogether(other, write))))
                continue;
            reported.Add(write);
            Report(context, write, group.OrderBy(entry => entry.Key).Select(entry => entry.Value.Node).ToList(), writes);
        }
    }

    private static int Position(RuleContext context, OwedWrite write) => context.SiteOf(write.Obligation).Syntax.SpanStart;

    private static int ExitPosition(RuleContext context, int node) => context.Outcome.Body.Nodes[node].ExitLocation?.SourceSpan.Start ?? 0;

    private static void Report(RuleContext context, OwedWrite write, List<int> exits, List<OwedWrite> writes)
    {
        var site = context.SiteOf(write.Obligation);
        var explainer = new PathExplainer(context.Outcome, write.Obligation);
        var exit = exits[0];
        var steps = explainer.StepsTo(exit);

        var places = exits.Select(node => ExitPosition(context, node)).ToList();
        var more = new List<Location>();
        if (context.Outcome.Body.Nodes[exit].ExitLocation is { } location)
            more.Add(location);
        if (write.Obligation.Inner is { } inner && inner.Location != site.Location)
            more.Add(inner.Location);
        more.AddRange(writes
            .Where(other => Position(context, other) < site.Syntax.SpanStart && other.Exits.Any(open => places.Contains(ExitPosition(context, open.Node))))
            .GroupBy(other => Position(context, other)).OrderBy(group => group.Key)
            .Take(MostEarlierWrites).Select(group => context.SiteOf(group.First().Obligation).Location));

        foreach (var answered in writes)
            if (answered is { Owner: Owner.Local, Obligation.Inner: { } written })
                context.AnswerFor(written);
        context.Report(RuleCatalog.WriteNotFlushed, site.Location, more,
            DiagnosticFacts.Of(context, write.Obligation, steps, OtherwiseOwed(context, write)).SetItem(DiagnosticKeys.Exits, string.Join(",", places.Distinct())), context.NameOf(write.Obligation), Describe(context, exit, explainer.Decisive(steps)));
    }

    /// <summary>What the same write leaves undone on other paths, where it goes to another mapping.</summary>
    private static IEnumerable<Obligation> OtherwiseOwed(RuleContext context, OwedWrite write) => context.Outcome.Owed
        .Where(other => !ReferenceEquals(other, write) && other.Owner == Owner.Local && Position(context, other) == Position(context, write)
            && context.NameOf(other.Obligation) != context.NameOf(write.Obligation) && !context.Outcome.AreOwedTogether(other, write))
        .Select(other => other.Obligation);

    private const int MostEarlierWrites = 16;

    private static string Describe(RuleContext context, int exit, PathStep? decisive)
    {
        var node = context.Outcome.Body.Nodes[exit];
        var line = Lines.Of(node.ExitLocation);
        var what = node.Exit == ExitKind.Yield ? $"the path that stops being iterated at line {line}" : $"the path that leaves at line {line}";
        return decisive is null ? what : $"{what} (when {decisive.Text})";
    }
}
