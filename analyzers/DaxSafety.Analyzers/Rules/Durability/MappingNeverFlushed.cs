using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1002: a member writes a mapping that the type holds, and no member of the compilation ever flushes it.</summary>
internal static class MappingNeverFlushed
{
    public static void Report(RuleContext context, Action<Undecided> postpone)
    {
        var reported = new HashSet<int>();
        foreach (var write in context.Outcome.Owed)
        {
            if ((write.Member ?? context.HandleWritten(write)) is not { } field || write.Obligation.Debt != Debt.Bytes || write.Obligation.IsReportedInside || write.SettledElsewhere
                || write.Exits.All(exit => exit.Status.Attempts != 0) || context.Contract.On(write) != 0 || !IsMapped(context, write) || !reported.Add(write.Obligation.Site))
                continue;
            var verdict = write.Member is null ? context.VerdictOn(field) : context.VerdictOn(write);
            if (verdict == FieldVerdict.Flushed || (verdict == FieldVerdict.NeverFlushed && (context.IsFlushedWeakly(field, false) || context.IsFlushedWeakly(field, true))))
                continue;
            var inner = write.Obligation.Inner is { } site ? [site.Location] : Array.Empty<Location>();
            var diagnostic = Diagnostic.Create(RuleCatalog.MappingNeverFlushed, context.SiteOf(write.Obligation).Location, inner,
                AddOthers(context, write, field), context.NameOf(write.Obligation));
            if (verdict == FieldVerdict.NeverFlushed)
                context.Report(diagnostic);
            else
                postpone(new Undecided(field, diagnostic) { Layer = context.LayerOf(write) });
        }
    }

    private static ImmutableDictionary<string, string?> AddOthers(RuleContext context, OwedWrite write, int field)
    {
        var own = context.SiteOf(write.Obligation).Location.SourceSpan;
        var others = context.Outcome.Owed.Where(other => (other.Member ?? context.HandleWritten(other)) == field && other.Obligation.Debt == Debt.Bytes)
            .Select(other => context.SiteOf(other.Obligation).Location.SourceSpan).Where(span => span != own).Distinct().OrderBy(span => span.Start).ToArray();
        var facts = DiagnosticFacts.Of(context, write.Obligation);
        return others.Length == 0 ? facts : facts.Add(DiagnosticKeys.OtherWrites, string.Join(",", others.Select(span => $"{span.Start}+{span.Length}")));
    }

    /// <summary>Certainly a mapping that owes something, by its type, its origin or its contract; or it is where it is not other memory by choice.</summary>
    private static bool IsMapped(RuleContext context, OwedWrite write)
    {
        var analysis = context.Outcome.Analysis;
        return write.Obligation.Target.Targets.All(place => analysis.IsBesideMapping(place, write.Obligation.Target)
            || (analysis.Entities[place.Entity].Mapping is { Role: MappingRole.View, CopyOnWrite: false } mapping
                && analysis.BackingOf(mapping) is (false, false)));
    }
}
