using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1006: both ranges are known, and the flushed one leaves out bytes that were written.</summary>
internal static class FlushDoesNotCoverWrite
{
    public static void Report(RuleContext context)
    {
        foreach (var (attempt, write) in Shortfalls.Of(context, Shortfall.WrongRange))
            context.Report(RuleCatalog.FlushDoesNotCoverWrite, context.Site(attempt.Site).ReportedLocation, Shortfalls.WriteOf(context, write),
                DiagnosticFacts.Of(context, write.Obligation), context.NameOf(write.Obligation),
                attempt.Detail == "misaligned" ? "nothing (msync refuses a start inside a page)" : "another range",
                attempt.Detail == "misaligned" ? "a range" : attempt.Detail);
    }
}
