using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules;

/// <summary>
/// The flushes of a body that fell short of a write and were not made up for: what DAX1003, 1004, 1005, 1006 and 1010 are
/// about. Each flush is reported once, however many writes it failed.
/// </summary>
internal static class Shortfalls
{
    /// <summary>The attempts of one kind that leave something undone, each with the first write it failed, in the order of the source.</summary>
    public static IEnumerable<(Attempt Attempt, OwedWrite Write)> Of(RuleContext context, Shortfall shortfall)
    {
        var seen = new HashSet<int>();
        var found = new List<(Attempt Attempt, OwedWrite Write)>();
        foreach (var write in context.Outcome.Owed)
        {
            // Whose it is may take a look at all of a type: only where there is something to report.
            bool? counts = null;
            foreach (var exit in write.Exits)
                foreach (var attempt in context.Outcome.Analysis.Obligations.AttemptsOf(exit.Status.Attempts))
                    if (attempt.Shortfall == shortfall && !IsPolicy(attempt, write) && ((counts ??= Counts(context, write, shortfall)) || IsSurelyWrong(context, attempt, write)) && !IsAfterthought(context, attempt, exit) && !(attempt.IsReportedInside && IsOfOwner(context, write)) && seen.Add(attempt.Site))
                        found.Add((attempt, write));
        }
        return found.OrderBy(pair => context.Site(pair.Attempt.Site).Syntax.SpanStart);
    }

    /// <summary>Enough where a flag is true: whose mapping it is not decides when it is flushed.</summary>
    private static bool IsPolicy(Attempt attempt, OwedWrite write) => attempt.IsDecided && write is { SettledElsewhere: true, Owner: not Owner.Local };

    /// <summary>It is what a field holds, or a handle of the compilation's own.</summary>
    private static bool IsOfOwner(RuleContext context, OwedWrite write) => write.Owner == Owner.Member
        || write.Obligation.Target.Targets.All(place => OwnHandles.NamedBy(context.Outcome.Analysis, place.Entity, context.Analysis).Any());

    /// <summary>A disposal at the end of a body that has tried to flush before, a view's flush that came after its file's, or that a flush of the file followed which was none, a second one that misses the same tail: the earlier flush is the one to mend.</summary>
    private static bool IsAfterthought(RuleContext context, Attempt attempt, OpenExit exit)
    {
        var others = context.Outcome.Analysis.Obligations.AttemptsOf(exit.Status.Attempts).Where(other => other.Shortfall == attempt.Shortfall);
        return attempt.Detail switch
        {
            _ when attempt.Shortfall == Shortfall.MissesTail => others.Any(other => other.Site < attempt.Site),
            "dispose" => others.Any(other => other.Detail != "dispose"),
            "view-flush" => others.Any(other => other.Detail == "view-not-flushed-first" || (other.Detail == "stream-flush" && other.Site > attempt.Site)),
            _ => false,
        };
    }

    /// <summary>A flush that can never be enough is wrong whoever owns the mapping; one that somebody may complete is the owner's, or of who promised to leave nothing to complete.</summary>
    private static bool Counts(RuleContext context, OwedWrite write, Shortfall shortfall) => context.Contract.MakesOwe(write) || write.Owner switch
    {
        Owner.Local => true,
        Owner.Caller => shortfall != Shortfall.NotFenced || write.SettledElsewhere,
        Owner.Member => (shortfall != Shortfall.NotFenced || write.SettledElsewhere)
            && (context.VerdictOn(write) != FieldVerdict.Flushed || (write.SettledElsewhere && FlushPolicy.IsInconsistent(context, write))),
        _ => false,
    };

    /// <summary>
    /// Whoever may flush a field's mapping later, this call can have been meant for nothing else: a flush of the stream of a file that the type only maps, or of other bytes
    /// than the member wrote.
    /// </summary>
    private static bool IsSurelyWrong(RuleContext context, Attempt attempt, OwedWrite write) => write.Owner == Owner.Member && attempt switch
    {
        { Shortfall: Shortfall.WrongRange } => context.Outcome.Analysis.MissesItsWrite(attempt.Site),
        _ => IsInVain(context, attempt),
    };

    /// <summary>A flush of the stream of a file that the type only maps.</summary>
    private static bool IsInVain(RuleContext context, Attempt attempt) => attempt is { Detail: "stream-flush", IsDecided: false }
        && MappedOnly.IsFlushedBy(context.Site(attempt.Site).Syntax, context.Outcome.Body.Symbol?.ContainingType);

    /// <summary>
    /// The calls that are taken for flushes of a field's mapping and are not, where nothing better flushes it anywhere; its writes are in
    /// other members. Each with the field, and whether only the whole compilation can tell.
    /// </summary>
    public static IEnumerable<(Attempt Attempt, Entity Mapping, int Field, bool IsUndecided)> OfMembers(RuleContext context, Shortfall shortfall, IReadOnlyCollection<int> reported)
    {
        var analysis = context.Outcome.Analysis;
        foreach (var weak in analysis.WeakFlushes.Where(entry => entry.Value.Shortfall == shortfall).OrderBy(entry => entry.Key.Site))
        {
            var entity = analysis.Entities[weak.Key.Entity];
            if (!(entity.Kind is EntityKind.Field or EntityKind.This || entity.IsMadeView) || reported.Contains(weak.Key.Site))
                continue;
            var fields = entity.Mapping is { Role: MappingRole.File or MappingRole.Map } ? context.ViewsMadeFrom(analysis.FieldBehind(entity)?.A ?? entity.A).Where(view => !context.IsViewFlushedWeakly(view))
                : entity.Mapping is not { Role: MappingRole.View, ReadOnly: false, CopyOnWrite: false } view || analysis.BackingOf(view) is not (false, false) ? Array.Empty<int>()
                : entity.IsMadeView ? analysis.MapFieldsFlushedWith(entity.Id).SelectMany(context.ViewsMadeFrom)
                : entity.Kind == EntityKind.This ? OwnHandles.Of(context.Outcome.Body.Symbol?.ContainingType, context.Analysis)
                : [analysis.FieldBehind(entity)?.A ?? entity.A];
            foreach (var field in fields)
            {
                var verdict = context.VerdictOn(field);
                if ((verdict == FieldVerdict.Flushed && (context.IsFlushedByName(field) || !IsInVain(context, weak.Value))) || (verdict == FieldVerdict.NeverFlushed && !(context.IsWritten(field) && context.IsFlushedWeakly(field, weak.Value.IsDisposal))))
                    continue;
                yield return (weak.Value, entity, field, verdict != FieldVerdict.NeverFlushed);
                break;
            }
        }
    }

    /// <summary>Reports on a flush of a field's mapping, now or when every body has been seen.</summary>
    public static void Report(RuleContext context, DiagnosticDescriptor rule, (Attempt Attempt, Entity Mapping, int Field, bool IsUndecided) weak, ImmutableDictionary<string, string?> properties, Action<Undecided> postpone, params object[] arguments)
    {
        var diagnostic = Diagnostic.Create(rule, context.Site(weak.Attempt.Site).ReportedLocation, ImmutableArray<Location>.Empty, properties, arguments);
        if (weak.IsUndecided)
            postpone(new Undecided(weak.Field, diagnostic, OnFlush: true, ByDisposal: weak.Attempt.IsDisposal) { IsInVain = IsInVain(context, weak.Attempt) });
        else
            context.Report(diagnostic);
    }

    public static IEnumerable<Location> WriteOf(RuleContext context, OwedWrite write)
    {
        yield return context.SiteOf(write.Obligation).Location;
        if (write.Obligation.Inner is { } inner)
            yield return inner.Location;
    }
}
