using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1003: something was called to flush, and it does not reach the medium.</summary>
internal static class FlushNotDurable
{
    public static void Report(RuleContext context, Action<Undecided> postpone)
    {
        var reported = new HashSet<int>();
        foreach (var (attempt, write) in Shortfalls.Of(context, Shortfall.NotDurable))
        {
            reported.Add(attempt.Site);
            var properties = DiagnosticFacts.Of(context, write.Obligation).SetItem(DiagnosticKeys.Weakness, attempt.Detail);
            context.Report(RuleCatalog.FlushNotDurable, context.Site(attempt.Site).ReportedLocation, Shortfalls.WriteOf(context, write), properties,
                context.NameOf(write.Obligation), Reason(attempt.Detail, context));
        }
        foreach (var weak in Shortfalls.OfMembers(context, Shortfall.NotDurable, reported))
            Shortfalls.Report(context, RuleCatalog.FlushNotDurable, weak, DiagnosticFacts.Of(context, weak.Mapping).SetItem(DiagnosticKeys.Weakness, weak.Attempt.Detail), postpone,
                context.NameOf(weak.Mapping), Reason(weak.Attempt.Detail, context));
    }

    private static string Reason(string weakness, RuleContext context) => weakness switch
    {
        "ms-async" => "MS_ASYNC only schedules the write; use MS_SYNC",
        "msync-flags" => "msync needs exactly one of MS_SYNC and MS_ASYNC and fails otherwise",
        "stream-flush" => "it leaves the bytes in the page cache; use Flush(true), or flush the view",
        "view-not-flushed-first" => $"on {System(context)} the view must be flushed before the file",
        "dispose" => $"on {System(context)} disposing the view only hands the bytes to the file system; flush the file too",
        _ => $"on {System(context)} it must be followed by a flush of the file (FileStream.Flush(true) or FlushFileBuffers)",
    };

    private static string System(RuleContext context) => context.Analysis.Options.TargetOsName switch
    {
        "windows" => "Windows",
        "macos" => "macOS",
        "any" => "Windows and macOS",
        _ => "Windows",
    };
}
