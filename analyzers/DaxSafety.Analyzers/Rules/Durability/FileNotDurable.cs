using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>
/// DAX1008: the contents of a new or longer file are flushed through a mapping, and the file itself never is; or a file takes the
/// place of another before its contents are durable.
/// </summary>
internal static class FileNotDurable
{
    public static void Report(RuleContext context)
    {
        var renamed = ReportRenames(context);
        var reported = new List<Value>();
        foreach (var owed in context.Outcome.Owed)
        {
            var (obligation, analysis) = (owed.Obligation, context.Outcome.Analysis);
            if (obligation is not { Debt: Debt.File, IsMapped: true } || owed.SettledElsewhere || owed.Exits.All(exit => context.NodeOf(exit).Exit != ExitKind.Return))
                continue;
            if (reported.Concat(renamed).Any(other => other.Targets.All(place => analysis.IsSameFile(obligation.Target, place.Entity))) || MayBeFlushed(context, obligation))
                continue;
            reported.Add(obligation.Target);
            Report(context, obligation.Site, obligation.IsOfNewFile
                ? "Where this creates the file, only its contents are flushed afterwards, through the mapping, and not the file and its entry in the directory: a power cut can lose it"
                : "Where this makes the file longer, only its contents are flushed afterwards, through the mapping, and not the file: a power cut can cut off what was added",
                obligation.Inner is { } inner ? [inner.Location] : []);
        }
    }

    /// <summary>What is renamed too early and not reported as a write that is never flushed.</summary>
    private static List<Value> ReportRenames(RuleContext context)
    {
        var never = new HashSet<Obligation>(context.Outcome.Owed.Where(owed => owed.Obligation.Debt == Debt.Bytes).Select(owed => owed.Obligation));
        var renamed = new List<Value>();
        foreach (var rename in context.Outcome.Analysis.EarlyRenames.OrderBy(entry => entry.Key))
        {
            var undone = rename.Value.Where(obligation => !never.Contains(obligation)).ToList();
            if (undone.Count == 0)
                continue;
            renamed.AddRange(undone.Select(obligation => obligation.Target));
            Report(context, rename.Key, "The file gets its new name before its contents are durable: after a power cut that name can stand for less than was written",
                undone.Select(obligation => context.SiteOf(obligation).Location));
        }
        return renamed;
    }

    /// <summary>Somebody may flush the file: here, in the type that keeps it, or whoever is given it. Or nobody flushes its contents either, which other rules report.</summary>
    private static bool MayBeFlushed(RuleContext context, Obligation obligation)
    {
        var analysis = context.Outcome.Analysis;
        if (analysis.MayFlushFiles || context.MayRunFileFlush())
            return true;
        var holders = new HashSet<int>();
        foreach (var (path, result) in context.Outcome.Returns())
        {
            var reach = new ExitReach(analysis, path, result);
            foreach (var made in analysis.MadeFrom(obligation.Target))
            {
                var (owner, member) = reach.OwnerOf(Value.OfEntity(made));
                if (owner is Owner.Elsewhere or Owner.Caller)
                    return true;
                if (member is { } field)
                    holders.Add(field);
            }
        }
        return holders.Count == 0 ? !analysis.FlushesContentsOf(obligation.Target) : !context.OnlyContentsAreFlushed(holders);
    }

    private static void Report(RuleContext context, int site, string message, IEnumerable<Location>? more = null) =>
        context.Report(RuleCatalog.FileItselfNotDurable, context.Site(site).ReportedLocation, more ?? [], ImmutableDictionary<string, string?>.Empty, message);
}
