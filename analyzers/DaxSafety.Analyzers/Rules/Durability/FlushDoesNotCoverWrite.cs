using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1006: both ranges are known, and the flushed one leaves out bytes that were written.</summary>
internal static class FlushDoesNotCoverWrite
{
    public static void Report(RuleContext context)
    {
        foreach (var (attempt, write) in Shortfalls.Of(context, Shortfall.WrongRange))
            context.Report(RuleCatalog.FlushDoesNotCoverWrite, context.Site(attempt.Site).ReportedLocation, Shortfalls.WriteOf(context, write),
                DiagnosticFacts.Of(context, write.Obligation), Describe(context.NameOf(write.Obligation), attempt.Detail));
    }

    private static string Describe(string mapping, string detail) => detail switch
    {
        "misaligned" => $"msync refuses to start inside a page, so nothing of '{mapping}' is flushed here",
        "" => $"This does not flush all that was written to '{mapping}': the rest is not durable",
        _ => $"This does not flush all that was written to '{mapping}' ({detail}): the rest is not durable",
    };
}
