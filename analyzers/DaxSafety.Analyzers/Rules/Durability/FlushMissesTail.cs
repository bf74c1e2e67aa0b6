using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1010: the base library's flush of a view that starts inside a page can leave its last page dirty.</summary>
internal static class FlushMissesTail
{
    public static void Report(RuleContext context)
    {
        foreach (var (attempt, write) in Shortfalls.Of(context, Shortfall.MissesTail))
            context.Report(RuleCatalog.FlushMissesTail, context.Site(attempt.Site).ReportedLocation, Shortfalls.WriteOf(context, write),
                DiagnosticFacts.Of(context, write.Obligation), context.NameOf(write.Obligation), attempt.Detail);
    }
}
