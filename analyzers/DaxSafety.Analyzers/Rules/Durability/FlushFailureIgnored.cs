using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1007: a flush whose failure nobody looks at: its result is dropped, or a catch swallows it and goes on.</summary>
internal static class FlushFailureIgnored
{
    public static void Report(RuleContext context)
    {
        var reported = new HashSet<int>();
        for (var number = 0; number < context.Outcome.Body.Nodes.Length; number++)
        {
            var node = context.Outcome.Body.Nodes[number];
            foreach (var step in node.Content.Instructions)
            {
                if (step is not { Code: OpCode.Call, Payload: CallSite call } || reported.Contains(step.Site))
                    continue;
                if (call.ResultDropped && call.Effects.Any(effect => effect.Kind == EffectKind.Fails))
                    Report(context, step.Site, reported, $"The result of '{call.Method.Name}' is dropped");
                else if (call.Effects.Any(effect => IsDurable(context, effect, step.Site)) && IsSwallowed(context, number))
                    Report(context, step.Site, reported, $"The catch around '{call.Method.Name}' swallows its failure");
            }
        }
    }

    private static void Report(RuleContext context, int site, HashSet<int> reported, string what)
    {
        reported.Add(site);
        context.Report(RuleCatalog.FlushFailureIgnored, context.Site(site).ReportedLocation, [], ImmutableDictionary<string, string?>.Empty, what);
    }

    private static bool IsDurable(RuleContext context, Effect effect, int site) => effect.Kind is EffectKind.FlushFile or EffectKind.Persist
        || (effect.Kind == EffectKind.FlushView && !effect.Has("disposal") && context.Outcome.Analysis.ViewFlushes.Contains(site));

    /// <summary>Whether a catch clause around a node goes on as if nothing had happened.</summary>
    private static bool IsSwallowed(RuleContext context, int node)
    {
        var body = context.Outcome.Body;
        var successors = body.Graph.Successors(node);
        for (var i = successors.Length - body.Nodes[node].ExceptionSuccessors; i < successors.Length; i++)
            if (body.Nodes[successors[i]].CatchesFlushFailures && GoesOn(context, successors[i]))
                return true;
        return false;
    }

    /// <summary>Nothing in the clause keeps a record, asks the program's own code, or tells the caller, and control leaves it normally.</summary>
    private static bool GoesOn(RuleContext context, int handler)
    {
        var body = context.Outcome.Body;
        var clause = body.Nodes[handler].CatchClause;
        var seen = new HashSet<int> { handler };
        var pending = new Queue<int>();
        pending.Enqueue(handler);
        var leaves = false;
        while (pending.Count > 0)
        {
            var node = pending.Dequeue();
            if (body.Nodes[node].Content.Instructions.Any(step => KeepsRecord(body, step)))
                return false;
            var successors = body.Graph.Successors(node);
            for (var i = 0; i < successors.Length - body.Nodes[node].ExceptionSuccessors; i++)
            {
                var next = successors[i];
                if (body.Nodes[next].CatchClause == clause && body.Nodes[next].Exit == ExitKind.None)
                {
                    if (seen.Add(next))
                        pending.Enqueue(next);
                }
                else if (body.Nodes[next].Exit == ExitKind.None || (body.Nodes[next].Exit == ExitKind.Return && !TellsTheCaller(context, next)))
                {
                    leaves = true;
                }
            }
        }
        return leaves;
    }

    private static bool KeepsRecord(LoweredBody body, in Instruction step) => step.Code switch
    {
        OpCode.StoreField or OpCode.Write => true,
        OpCode.Copy => step.Dst >= 0 && step.Dst < body.Slots.Length && body.Slots[step.Dst] is { Kind: not SlotKind.Capture, Symbol: { } variable } && !IsCaught(variable),
        OpCode.Call => step.Payload is CallSite call && (!call.Targets.IsEmpty || call.Effects.Any(effect => effect.Kind is EffectKind.Exit or EffectKind.Tells)),
        _ => false,
    };

    /// <summary>The exception variable itself is set by the catch.</summary>
    private static bool IsCaught(ISymbol variable) =>
        variable is ILocalSymbol local && local.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.CatchDeclarationSyntax);

    /// <summary>What is returned is, or may be, word of the failure: false, null, a code.</summary>
    private static bool TellsTheCaller(RuleContext context, int exit)
    {
        var register = context.Outcome.Body.Nodes[exit].ReturnValue;
        if (register < 0 || context.Outcome.States[exit] is not { } states)
            return false;
        return states.Paths.All(path => context.Outcome.Analysis.ResultOf(path, register) is var value && value.AsConstant is not 1);
    }
}
