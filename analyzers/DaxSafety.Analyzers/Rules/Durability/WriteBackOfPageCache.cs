using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1005: a cache-line write-back of a mapping that lies in the page cache, with nothing durable after it.</summary>
internal static class WriteBackOfPageCache
{
    public static void Report(RuleContext context, Action<Undecided> postpone)
    {
        var reported = new HashSet<int>();
        foreach (var (attempt, write) in Shortfalls.Of(context, Shortfall.PageCache))
        {
            reported.Add(attempt.Site);
            context.Report(RuleCatalog.WriteBackOfPageCache, context.Site(attempt.Site).ReportedLocation, Shortfalls.WriteOf(context, write),
                DiagnosticFacts.Of(context, write.Obligation), context.NameOf(write.Obligation));
        }
        foreach (var weak in Shortfalls.OfMembers(context, Shortfall.PageCache, reported))
            Shortfalls.Report(context, RuleCatalog.WriteBackOfPageCache, weak, DiagnosticFacts.Of(context, weak.Mapping), postpone, context.NameOf(weak.Mapping));
    }
}
