using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1010: the base library's flush of a view that starts inside a page can leave its last page dirty.</summary>
internal static class FlushMissesTail
{
    public static void Report(RuleContext context, Action<Undecided> postpone)
    {
        var reported = new HashSet<int>();
        foreach (var (attempt, write) in Shortfalls.Of(context, Shortfall.MissesTail))
        {
            reported.Add(attempt.Site);
            context.Report(RuleCatalog.FlushMissesTail, context.Site(attempt.Site).ReportedLocation, Shortfalls.WriteOf(context, write),
                DiagnosticFacts.Of(context, write.Obligation), context.NameOf(write.Obligation), attempt.Detail);
        }
        foreach (var weak in Shortfalls.OfMembers(context, Shortfall.MissesTail, reported))
            Shortfalls.Report(context, RuleCatalog.FlushMissesTail, weak, DiagnosticFacts.Of(context, weak.Mapping), postpone,
                context.NameOf(weak.Mapping), weak.Attempt.Detail);
    }
}
