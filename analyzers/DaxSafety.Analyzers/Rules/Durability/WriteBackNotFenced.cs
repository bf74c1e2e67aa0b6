using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1004: cache lines were written back, and some path reaches its end without the fence that completes them.</summary>
internal static class WriteBackNotFenced
{
    public static void Report(RuleContext context)
    {
        var reported = new HashSet<int>();
        foreach (var write in context.Outcome.Owed)
        {
            if (write.Obligation.Debt != Debt.Fence || !IsOwed(context, write) || !reported.Add(write.Obligation.Site))
                continue;
            var exit = write.Exits.OrderBy(open => Lines.Of(context.NodeOf(open).ExitLocation)).First();
            var location = context.NodeOf(exit).ExitLocation;
            context.Report(RuleCatalog.WriteBackNotFenced, context.SiteOf(write.Obligation).ReportedLocation,
                location is null ? [] : [location], DiagnosticFacts.Of(context, write.Obligation),
                context.NameOf(write.Obligation), $"the path that leaves at line {Lines.Of(location)}");
        }
    }

    private static bool IsOwed(RuleContext context, OwedWrite write) => context.Contract.MakesOwe(write) || write.Owner switch
    {
        Owner.Local => true,
        Owner.Caller or Owner.Member => write.SettledElsewhere && FlushPolicy.IsInconsistent(context, write),
        _ => false,
    };
}
