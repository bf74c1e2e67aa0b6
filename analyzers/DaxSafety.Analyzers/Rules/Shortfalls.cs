using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules;

/// <summary>
/// The flushes of a body that fell short of a write and were not made up for: what DAX1003, 1004, 1005, 1006 and 1010 are
/// about. Each flush is reported once, however many writes it failed.
/// </summary>
internal static class Shortfalls
{
    /// <summary>The attempts of one kind that leave something undone, each with the first write it failed, in the order of the source.</summary>
    public static IEnumerable<(Attempt Attempt, OwedWrite Write)> Of(RuleContext context, Shortfall shortfall)
    {
        var seen = new HashSet<int>();
        var found = new List<(Attempt Attempt, OwedWrite Write)>();
        foreach (var write in context.Outcome.Owed)
        {
            if (!Counts(context, write, shortfall))
                continue;
            foreach (var exit in write.Exits)
                foreach (var attempt in context.Outcome.Analysis.Obligations.AttemptsOf(exit.Status.Attempts))
                    if (attempt.Shortfall == shortfall && seen.Add(attempt.Site))
                        found.Add((attempt, write));
        }
        return found.OrderBy(pair => context.Site(pair.Attempt.Site).Syntax.SpanStart);
    }

    /// <summary>A flush that can never be enough is wrong whoever owns the mapping; one that somebody may complete is the owner's, or of who promised to leave nothing to complete.</summary>
    private static bool Counts(RuleContext context, OwedWrite write, Shortfall shortfall) => context.Contract.MakesOwe(write) || write.Owner switch
    {
        Owner.Local => true,
        Owner.Caller => shortfall != Shortfall.NotFenced || write.SettledElsewhere,
        Owner.Member => (shortfall != Shortfall.NotFenced || write.SettledElsewhere) && context.VerdictOn(write) != FieldVerdict.Flushed,
        _ => false,
    };

    public static IEnumerable<Location> WriteOf(RuleContext context, OwedWrite write)
    {
        yield return context.SiteOf(write.Obligation).Location;
        if (write.Obligation.Inner is { } inner)
            yield return inner.Location;
    }
}
