using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>Members of the program that do nothing but flush: whoever calls one is told of the failure as if it had flushed itself.</summary>
internal static class FlushHelpers
{
    private const int Deepest = 3;

    /// <summary>What the call may run flushes, and throws when that fails.</summary>
    public static bool Throws(RuleContext context, CallSite call) => Throws(context, call, 0);

    private static bool Throws(RuleContext context, CallSite call, int depth) =>
        depth < Deepest && AllHelpers(context, call, (helper, _) => CallsOf(helper).All(inner => !MayFlush(context, helper, inner, 0) || LetsFailureOut(context, helper, inner, depth)));

    private static bool LetsFailureOut(RuleContext context, AnalyzedBody helper, (int Node, int Site, CallSite Call) flush, int depth) =>
        !helper.Body.Graph.Successors(flush.Node).Any(next => helper.Body.Nodes[next].CatchesFlushFailures)
        && (!flush.Call.Effects.Any(effect => effect.Kind == EffectKind.Fails) || HasFailedThrow(helper))
        && (flush.Call.Targets.IsEmpty || Throws(context, flush.Call, depth + 1));

    /// <summary>What the call may run flushes, says in its result that it failed, a flag by being false, and keeps no other record of that.</summary>
    public static bool Tells(RuleContext context, CallSite call)
    {
        var isFlag = call.Method.ReturnType.SpecialType == SpecialType.System_Boolean;
        return AllHelpers(context, call, (helper, summary) => !KeepsRecord(context, helper)
            && summary.Cases.Any(ending => IsWordOfFailure(helper, summary, ending, isFlag)));
    }

    private static bool IsWordOfFailure(AnalyzedBody helper, Summary summary, SummaryCase ending, bool isFlag) => ending.Path.Failed
        ? ending.Result.AsConstant is { } code && (!isFlag || code == 0)
            && summary.Cases.Any(other => !other.Path.Failed && other.Result.AsConstant is { } well && well != code)
        : helper.Analysis.SaysFlushed(ending.Result) is { } flushed && (!isFlag || flushed);

    private static bool KeepsRecord(RuleContext context, AnalyzedBody helper) => Enumerable.Range(0, helper.Body.Nodes.Length).Any(node =>
        IsOnFailure(helper, node) && helper.Body.Nodes[node].Content.Instructions.Any(step => FlushFailureIgnored.KeepsRecord(context, helper.Body, step)));

    private static bool AllHelpers(RuleContext context, CallSite call, Func<AnalyzedBody, Summary, bool> holds)
    {
        if (call.Targets.IsEmpty || call.InvokesReceiver)
            return false;
        foreach (var target in call.Targets)
        {
            if (target.Method is not { } method || context.BodyOf(method) is not { Summary: { } summary, States: not null } helper
                || !OnlyFlushes(context, helper, summary) || !holds(helper, summary))
                return false;
        }
        return true;
    }

    private static bool OnlyFlushes(RuleContext context, AnalyzedBody helper, Summary summary) => Flushes(context, helper, summary, 0) && !Enumerable.Range(0, helper.Analysis.Obligations.Count)
        .Any(id => helper.Analysis.Obligations[id].Target.Targets.Any(place => helper.Analysis.IsKnownMapping(place.Entity)));

    private static bool Flushes(RuleContext context, AnalyzedBody helper, Summary summary, int depth) =>
        depth < Deepest && FlushesAlways(summary) && CallsOf(helper).Any(inner => MayFlush(context, helper, inner, depth));

    /// <summary>What it is passed may decide whether it flushes at all; what it closes, it flushes by the way.</summary>
    private static bool FlushesAlways(Summary summary)
    {
        var worked = summary.Cases.Where(ending => !ending.Path.Failed).ToList();
        return worked.Any(Flushes) && (summary.Body.Symbol is { Parameters.IsEmpty: true } || worked.TrueForAll(Flushes)) && summary.Cases.All(ending => ending.Released.IsEmpty);

        static bool Flushes(SummaryCase ending) => ending.Flushes.Any(BodyAnalysis.IsDurable);
    }

    /// <summary>A stream's flush is one of a view only where it is known to be one's: most streams are not.</summary>
    private static bool MayFlush(RuleContext context, AnalyzedBody helper, (int Node, int Site, CallSite Call) flush, int depth) => flush.Call.Effects.Any(effect => effect.Kind switch
    {
        EffectKind.FlushView => !effect.Has("disposal") && helper.Analysis.ViewFlushes.Contains(flush.Site),
        EffectKind.FlushFile or EffectKind.Msync or EffectKind.Persist or EffectKind.Fails => true,
        _ => false,
    }) || flush.Call.Targets.Any(target => target.Method is { } method && context.BodyOf(method) is { Summary: { } summary } callee && Flushes(context, callee, summary, depth + 1));

    private static bool HasFailedThrow(AnalyzedBody helper) =>
        Enumerable.Range(0, helper.Body.Nodes.Length).Any(node => helper.Body.Nodes[node].Exit == ExitKind.Throw && IsOnFailure(helper, node));

    private static bool IsOnFailure(AnalyzedBody helper, int node) =>
        helper.States![node] is { Paths.Count: > 0 } states && states.Paths.All(path => path.Failed);

    private static IEnumerable<(int Node, int Site, CallSite Call)> CallsOf(AnalyzedBody helper)
    {
        for (var node = 0; node < helper.Body.Nodes.Length; node++)
            foreach (var step in helper.Body.Nodes[node].Content.Instructions)
                if (step is { Code: OpCode.Call, Payload: CallSite call })
                    yield return (node, step.Site, call);
    }
}
