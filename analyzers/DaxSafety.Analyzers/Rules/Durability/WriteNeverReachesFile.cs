using DaxSafety.Analyzers.Durability;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1011: a write to a copy-on-write view that the program flushes, believing that it persists.</summary>
internal static class WriteNeverReachesFile
{
    public static void Report(RuleContext context)
    {
        var flushed = new SortedDictionary<int, Obligation>(context.Outcome.Analysis.FlushedCopies);
        var written = context.Outcome.Analysis.Obligations;
        for (var id = 0; id < written.Count; id++)
            if (written[id].Debt == Debt.Bytes && !flushed.ContainsKey(written[id].Site) && IsFlushedByName(context, written[id]))
                flushed.Add(written[id].Site, written[id]);
        // What a callee has written to the field of its own object is told there.
        foreach (var obligation in flushed.Values.Where(written => !(written.IsReportedInside && IsFlushedByName(context, written))))
            context.Report(RuleCatalog.WriteNeverReachesFile, context.SiteOf(obligation).Location, [],
                DiagnosticFacts.Of(context, obligation), context.NameOf(obligation));
    }

    /// <summary>A field holds the view, and some member of its type flushes it.</summary>
    private static bool IsFlushedByName(RuleContext context, Obligation write) =>
        write.Target.Single is { } place
        && context.Outcome.Analysis.Entities[place.Entity] is { Kind: EntityKind.Field, Mapping.CopyOnWrite: true, A: var field }
        && context.IsFlushedByName(field);
}
