using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1007: a flush that tells by its result that it failed, and nobody looks.</summary>
internal static class FlushFailureIgnored
{
    public static void Report(RuleContext context)
    {
        var reported = new HashSet<int>();
        foreach (var node in context.Outcome.Body.Nodes)
            foreach (var step in node.Content.Instructions)
                if (step is { Code: OpCode.Call, Payload: CallSite { ResultDropped: true } call }
                    && call.Effects.Any(effect => effect.Kind == EffectKind.Fails) && reported.Add(step.Site))
                    context.Report(RuleCatalog.FlushFailureIgnored, context.Site(step.Site).ReportedLocation, [],
                        ImmutableDictionary<string, string?>.Empty, $"The result of '{call.Method.Name}' is dropped");
    }
}
