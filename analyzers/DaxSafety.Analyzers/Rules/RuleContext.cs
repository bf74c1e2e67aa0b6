using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules;

/// <summary>What a rule is given: the outcome of one body, and a place to put diagnostics.</summary>
internal sealed class RuleContext(Outcome outcome, DurabilityModel model, Action<Diagnostic> report, Action<Location> answered, CancellationToken cancel)
{
    public Outcome Outcome { get; } = outcome;

    public DurabilityContext Analysis => model.Context;

    /// <summary>What the body's member has given its word for.</summary>
    public BodyContract Contract { get; } = new(outcome.Analyzed, model.Context);

    public void Report(DiagnosticDescriptor rule, Location location, IEnumerable<Location> more, ImmutableDictionary<string, string?> properties, params object[] arguments) =>
        report(Diagnostic.Create(rule, location, more, properties, arguments));

    public void Report(Diagnostic diagnostic) => report(diagnostic);

    /// <summary>A write in a callee is reported here, where its mapping is owned: it is not also its type's mistake.</summary>
    public void AnswerFor(Site inner) => answered(inner.Location);

    /// <summary>Where a write is reported.</summary>
    public Site SiteOf(Obligation obligation) =>
        obligation.Captured ?? Outcome.Body.Sites[obligation.Site];

    public Site Site(int number) => Outcome.Body.Sites[number];

    public FlowNode NodeOf(OpenExit exit) => Outcome.Body.Nodes[exit.Node];

    /// <summary>Whether anybody durably flushes what this write's field holds.</summary>
    public FieldVerdict VerdictOn(OwedWrite write) => write.Member is { } member ? model.VerdictOn(member, cancel, LayerOf(write)) : FieldVerdict.Flushed;

    /// <summary>How many writers that hold bytes back a member's write went through, above what the field holds.</summary>
    public int LayerOf(OwedWrite write) => write.Obligation.Target.Single is { } place && Outcome.Analysis.Entities[place.Entity].Kind == EntityKind.Field ? place.Layer : 0;

    /// <summary>The own handle, by number, whose object is what a member of it writes to; null when it is something else.</summary>
    public int? HandleWritten(OwedWrite write) => write.Owner == Owner.Caller && write.Obligation.Target.Targets.All(place => place.Entity == EntityTable.This)
        ? OwnHandles.Of(Outcome.Body.Symbol?.ContainingType, Analysis).Select(handle => (int?)handle).FirstOrDefault()
        : null;

    /// <summary>A mapping that the type of a member holds and writes, and that only a flush can make durable; null when there is none for certain.</summary>
    public string? MappingLeftTo(IMethodSymbol member) => model.MappingLeftTo(member, cancel);

    /// <summary>A callee's body, analysed; null when it has none here.</summary>
    public AnalyzedBody? BodyOf(CallTarget callee) => model.BodyOf(callee, cancel);

    public FieldVerdict VerdictOn(int field) => model.VerdictOn(field, cancel);

    public bool IsFlushedWeakly(int field, bool byDisposal) => model.IsFlushedWeakly(field, byDisposal, cancel);

    public bool IsViewFlushedWeakly(int field) => model.IsViewFlushedWeakly(field, cancel);

    public bool IsWritten(int field) => model.IsWritten(field, cancel);

    public bool IsFlushedByName(int field) => model.IsFlushedByName(field, cancel);

    public IEnumerable<int> ViewsMadeFrom(int field) => model.ViewsMadeFrom(field, cancel);

    /// <summary>Whether something that the body calls may flush a file or a directory, as far down as it goes.</summary>
    public bool MayRunFileFlush() => model.FileFlushes.MayFlush(Outcome.Body, cancel);

    /// <summary>The type that holds a file's mappings in these fields flushes what is in them, and never a file.</summary>
    public bool OnlyContentsAreFlushed(IReadOnlyCollection<int> fields) => model.OnlyContentsAreFlushed(fields, cancel);

    public string NameOf(Entity field) => MappingText.Of(Outcome.Analysis.Entities, field) ?? field.Name ?? "the mapping";

    /// <summary>What a message calls the mapping: the variable or member that holds it, else what the source writes through.</summary>
    public string NameOf(Obligation obligation)
    {
        var place = obligation.Target.Targets.First(candidate => !Outcome.Analysis.IsBesideMapping(candidate, obligation.Target));
        // What is held back is the writer's.
        if (place.Layer > 0 && SiteOf(obligation).Receiver is { } writer)
            return writer;
        var entity = Outcome.Analysis.Entities[place.Entity];
        if (entity.Kind == EntityKind.Field)
            return NameOf(entity);
        // An own handle is called by its type: its members name it in many ways.
        if (entity is { Kind: EntityKind.This, Mapping: not null } && Outcome.Body.Symbol?.ContainingType is { } handle)
            return handle.Name;
        return entity.Name ?? SiteOf(obligation).Receiver ?? obligation.Inner?.Receiver ?? "the mapping";
    }
}

/// <summary>Lines as people count them.</summary>
internal static class Lines
{
    public static int Of(Location? location) => location is null ? 0 : location.GetLineSpan().StartLinePosition.Line + 1;
}
