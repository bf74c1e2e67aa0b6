using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1011: a write to a copy-on-write view that the program flushes, believing that it persists.</summary>
internal static class WriteNeverReachesFile
{
    public static void Report(RuleContext context)
    {
        foreach (var obligation in context.Outcome.Analysis.FlushedCopies.Values.OrderBy(obligation => obligation.Site))
            context.Report(RuleCatalog.WriteNeverReachesFile, context.SiteOf(obligation).Location, [],
                DiagnosticFacts.Of(context, obligation), context.NameOf(obligation));
    }
}
