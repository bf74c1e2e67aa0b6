using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules;

/// <summary>Fills a diagnostic's properties: <see cref="DiagnosticKeys"/> says what they mean.</summary>
internal static class DiagnosticFacts
{
    /// <param name="context">Of the rule.</param>
    /// <param name="obligation">What is reported.</param>
    /// <param name="steps">That lead to the exit.</param>
    /// <param name="others">What the same write owes where a choice makes it one to another mapping: what is to be flushed has to be a name for both.</param>
    public static ImmutableDictionary<string, string?> Of(RuleContext context, Obligation obligation, IReadOnlyList<PathStep>? steps = null, IEnumerable<Obligation>? others = null)
    {
        var properties = ImmutableDictionary.CreateBuilder<string, string?>();
        var entities = context.Outcome.Analysis.Entities;
        var targets = obligation.Target.Targets.Concat((others ?? Array.Empty<Obligation>()).SelectMany(other => other.Target.Targets)).Select(place => entities[place.Entity]).Distinct().ToArray();
        var entity = targets[0];
        if (FlushHandle.Of(context, targets) is var (text, kind))
        {
            properties[DiagnosticKeys.Mapping] = text;
            properties[DiagnosticKeys.MappingKind] = kind;
        }
        var site = context.SiteOf(obligation);
        if (!properties.ContainsKey(DiagnosticKeys.Mapping) && site.Receiver is { } receiver)
        {
            // A variable that is null on some path holds no single mapping; it still names the one that is written here.
            properties[DiagnosticKeys.Mapping] = receiver;
            properties[DiagnosticKeys.MappingKind] = "other";
        }
        if (site.Offset is not null && site.Length is not null)
        {
            properties[DiagnosticKeys.Offset] = site.Offset;
            properties[DiagnosticKeys.Length] = site.Length;
        }
        if (obligation.Target.Targets.Any(place => place.Layer > 0))
            properties[DiagnosticKeys.HeldBack] = "true";
        if (obligation.Target.Targets.Any(place => place.Layer < 0))
            properties[DiagnosticKeys.Unflushed] = "true";
        if (steps is { Count: > 0 })
            properties[DiagnosticKeys.Path] = string.Join("\n", steps.Select(step =>
                $"line {Lines.Of(context.Site(step.Condition.Site).Location)}: {step.Text}"));
        AddMapping(context, entity, properties);
        return properties.ToImmutable();
    }

    /// <summary>For a flush of a field's mapping that is written elsewhere.</summary>
    public static ImmutableDictionary<string, string?> Of(RuleContext context, Entity field)
    {
        var properties = ImmutableDictionary.CreateBuilder<string, string?>();
        if (FlushHandle.Of(context, field) is var (text, kind))
        {
            properties[DiagnosticKeys.Mapping] = text;
            properties[DiagnosticKeys.MappingKind] = kind;
        }
        AddMapping(context, field, properties);
        return properties.ToImmutable();
    }

    private static void AddMapping(RuleContext context, Entity entity, ImmutableDictionary<string, string?>.Builder properties)
    {
        if (entity.Mapping is { } view && (view.KnownTail ?? ViewTail.Describe(view, context.Outcome.Analysis.Entities, context.Analysis.Options.Granularity)) is { } tail)
            properties[DiagnosticKeys.MissesTail] = tail;
        properties[DiagnosticKeys.TargetOs] = context.Analysis.Options.TargetOsName;
    }
}

/// <summary>Which variable or member a flush can be called on.</summary>
internal static class FlushHandle
{
    /// <summary>The best name for the mapping, or for whichever of several it is, and what it is; null when it has none.</summary>
    public static (string Text, string Kind)? Of(RuleContext context, params Entity[] targets)
    {
        (string Text, string Kind)? best = null;
        foreach (var (text, type) in context.Outcome.Analysis.HoldersOf(targets[0]))
        {
            if (!targets.Skip(1).All(other => context.Outcome.Analysis.HoldersOf(other).Any(holder => holder.Text == text)))
                continue;
            var kind = KindOf(type);
            if (best is null || Rank(kind) < Rank(best.Value.Kind))
                best = (text, kind);
        }
        return best;
    }

    private static int Rank(string kind) => kind switch { "accessor" => 0, "stream" => 1, "map" => 2, "pointer" => 3, "span" => 4, _ => 5 };

    private static string KindOf(ITypeSymbol type) => type switch
    {
        { Name: "MemoryMappedViewAccessor" } => "accessor",
        { Name: "MemoryMappedViewStream" } => "stream",
        { Name: "DurableMap" } => "map",
        { TypeKind: TypeKind.Pointer } => "pointer",
        { Name: "Span" } => "span",
        _ => "other",
    };
}
