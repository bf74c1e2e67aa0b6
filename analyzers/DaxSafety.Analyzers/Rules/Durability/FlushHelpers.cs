using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>Members, local functions and lambdas of the program that do nothing but flush: whoever runs one is told of the failure as if it had flushed itself.</summary>
internal static class FlushHelpers
{
    private const int Deepest = 3;

    /// <summary>What the call may run flushes, and throws when that fails.</summary>
    public static bool Throws(RuleContext context, int site, CallSite call) => Throws(context, context.Outcome.Analyzed, site, call, 0);

    private static bool Throws(RuleContext context, AnalyzedBody caller, int site, CallSite call, int depth) => depth < Deepest && All(RunBy(caller, site, call), run => run.Described is { } described
        ? IsFlush(caller, site, described) && !IsTold(described)
        : HelperOf(context, run) is { } helper && CallsOf(helper).All(inner => !MayFlush(context, helper, inner, 0) || LetsFailureOut(context, helper, inner, depth)));

    /// <summary>Code of the program's own that a call may run; null among it for what nobody knows.</summary>
    private static IReadOnlyCollection<ClosureInfo?> RunBy(AnalyzedBody caller, int site, CallSite call) =>
        call.InvokesReceiver || (call.IsFramework && IsAwaited(caller.Body.Sites[site].Syntax)) ? caller.Analysis.RunsAt(site)
        : call.Targets.IsEmpty ? Array.Empty<ClosureInfo?>() : call.Targets.Select(target => new ClosureInfo(target, Registers.None)).ToArray();

    public static bool MayRunOne(RuleContext context, int site, CallSite call) => RunBy(context.Outcome.Analyzed, site, call).Count > 0;

    private static bool All(IReadOnlyCollection<ClosureInfo?> runs, Func<ClosureInfo, bool> holds) => runs.Count > 0 && runs.All(run => run is not null && holds(run));

    /// <summary>What the framework was given to run, it tells of to whoever waits for it.</summary>
    private static bool IsAwaited(SyntaxNode call) => call.Parent switch
    {
        AwaitExpressionSyntax => true,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax { Parent: AwaitExpressionSyntax } } => true,
        _ => false,
    };

    private static bool LetsFailureOut(RuleContext context, AnalyzedBody helper, (int Node, int Site, CallSite Call) flush, int depth) =>
        !helper.Body.Graph.Successors(flush.Node).Any(next => helper.Body.Nodes[next].CatchesFlushFailures)
        && (!IsTold(flush.Call) || HasFailedThrow(helper))
        && (RunBy(helper, flush.Site, flush.Call).Count == 0 || Throws(context, helper, flush.Site, flush.Call, depth + 1));

    private static bool IsTold(CallSite flush) => flush.Effects.Any(effect => effect.Kind == EffectKind.Fails);

    /// <summary>What the call may run flushes, says in its result that it failed, a flag by being false, and keeps no other record of that.</summary>
    public static bool Tells(RuleContext context, int site, CallSite call)
    {
        var isFlag = call.Method.ReturnType.SpecialType == SpecialType.System_Boolean;
        return All(RunBy(context.Outcome.Analyzed, site, call), run => HelperOf(context, run) is { Summary: { } summary } helper && !KeepsRecord(context, helper)
            && summary.Cases.Any(ending => IsWordOfFailure(helper, summary, ending, isFlag)));
    }

    private static bool IsWordOfFailure(AnalyzedBody helper, Summary summary, SummaryCase ending, bool isFlag) => ending.Path.Failed
        ? ending.Result.AsConstant is { } code && (!isFlag || code == 0)
            && summary.Cases.Any(other => !other.Path.Failed && other.Result.AsConstant is { } well && well != code)
        : helper.Analysis.SaysFlushed(ending.Result) is { } flushed && (!isFlag || flushed);

    private static bool KeepsRecord(RuleContext context, AnalyzedBody helper) => Enumerable.Range(0, helper.Body.Nodes.Length).Any(node =>
        IsOnFailure(helper, node) && helper.Body.Nodes[node].Content.Instructions.Any(step => FlushFailureIgnored.KeepsRecord(context, helper.Body, step)));

    private static AnalyzedBody? HelperOf(RuleContext context, ClosureInfo run) => run.Described is null && context.BodyOf(run.Target) is { Summary: { } summary, States: not null } helper
        && OnlyFlushes(context, helper, summary) ? helper : null;

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

    private static bool MayFlush(RuleContext context, AnalyzedBody helper, (int Node, int Site, CallSite Call) flush, int depth) => IsFlush(helper, flush.Site, flush.Call)
        || RunBy(helper, flush.Site, flush.Call).Any(run => run?.Described is { } described ? IsFlush(helper, flush.Site, described)
            : run is not null && context.BodyOf(run.Target) is { Summary: { } summary } callee && Flushes(context, callee, summary, depth + 1));

    /// <summary>A stream's flush is one of a view only where it is known to be one's: most streams are not.</summary>
    private static bool IsFlush(AnalyzedBody body, int site, CallSite call) => call.Effects.Any(effect => effect.Kind switch
    {
        EffectKind.FlushView => !effect.Has("disposal") && body.Analysis.ViewFlushes.Contains(site),
        EffectKind.FlushFile or EffectKind.Msync or EffectKind.Persist or EffectKind.Fails => true,
        _ => false,
    });

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
