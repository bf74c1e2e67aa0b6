using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1007: a flush whose failure nobody looks at: its result is dropped, or a catch swallows it and goes on.</summary>
internal static class FlushFailureIgnored
{
    private static readonly ImmutableDictionary<string, string?> Swallowed = ImmutableDictionary<string, string?>.Empty.Add(DiagnosticKeys.Swallowed, "true");

    public static void Report(RuleContext context)
    {
        var reported = new HashSet<int>();
        var catches = context.Outcome.Body.Nodes.Any(node => node.CatchesFlushFailures);
        for (var number = 0; number < context.Outcome.Body.Nodes.Length; number++)
        {
            var node = context.Outcome.Body.Nodes[number];
            for (var index = 0; index < node.Content.Instructions.Length; index++)
            {
                var step = node.Content.Instructions[index];
                if (step is not { Code: OpCode.Call, Payload: CallSite call } || reported.Contains(step.Site))
                    continue;
                var isTold = call.Effects.Any(effect => effect.Kind == EffectKind.Fails);
                var flushes = isTold || call.Effects.Any(effect => IsDurable(context, effect, step.Site));
                if (call.ResultDropped && (isTold || FlushHelpers.Tells(context, step.Site, call)))
                    Report(context, step.Site, reported, $"The result of '{NameOf(context, step.Site, call)}' is dropped", ImmutableDictionary<string, string?>.Empty);
                else if (catches && node.ExceptionSuccessors > 0 && (flushes || FlushHelpers.MayRunOne(context, step.Site, call)) && IsSwallowed(context, number, index, isTold) && (flushes || FlushHelpers.Throws(context, step.Site, call)))
                    Report(context, step.Site, reported, $"The catch around '{NameOf(context, step.Site, call)}' swallows its failure", Swallowed);
            }
        }
    }

    private static void Report(RuleContext context, int site, HashSet<int> reported, string what, ImmutableDictionary<string, string?> properties)
    {
        reported.Add(site);
        context.Report(RuleCatalog.FlushFailureIgnored, context.Site(site).ReportedLocation, [], properties, what);
    }

    /// <summary>A delegate is known by the variable that it is called through.</summary>
    private static string NameOf(RuleContext context, int site, CallSite call) =>
        call.InvokesReceiver && context.Site(site).Syntax is InvocationExpressionSyntax { Expression: IdentifierNameSyntax called } ? called.Identifier.ValueText : call.Method.Name;

    private static bool IsDurable(RuleContext context, Effect effect, int site) => effect.Kind is EffectKind.FlushFile or EffectKind.Persist
        || (effect.Kind == EffectKind.FlushView && !effect.Has("disposal") && context.Outcome.Analysis.ViewFlushes.Contains(site));

    /// <summary>Whether a catch clause around a node goes on as if nothing had happened.</summary>
    /// <param name="context">Of the body.</param>
    /// <param name="node">In which the flush is.</param>
    /// <param name="step">The flush.</param>
    /// <param name="isTold">It throws nothing and tells of its failure, which the program then throws itself.</param>
    private static bool IsSwallowed(RuleContext context, int node, int step, bool isTold)
    {
        var body = context.Outcome.Body;
        foreach (var handler in HandlersOf(body, node))
            if (body.Nodes[handler].CatchesFlushFailures && GoesOn(context, handler, node) && (isTold ? IsThrownTo(context, node, handler) : !NotesSuccess(body, node, step, handler)))
                return true;
        return false;
    }

    /// <summary>Whether a failure of the flush, and nothing else, leads from it to a <c>throw</c> that the clause catches.</summary>
    private static bool IsThrownTo(RuleContext context, int flush, int handler)
    {
        var body = context.Outcome.Body;
        foreach (var next in NextOf(body, flush))
            if (HandlersOf(body, next).Contains(handler) && NextOf(body, next).All(after => body.Nodes[after].Exit == ExitKind.Throw) && context.Outcome.States[next] is { Paths.Count: > 0 } states && states.Paths.All(path => path.Failed))
                return true;
        return false;
    }

    private static IEnumerable<int> HandlersOf(LoweredBody body, int node)
    {
        var successors = body.Graph.Successors(node);
        return successors.Skip(successors.Length - body.Nodes[node].ExceptionSuccessors);
    }

    private static IEnumerable<int> NextOf(LoweredBody body, int node)
    {
        var successors = body.Graph.Successors(node);
        return successors.Take(successors.Length - body.Nodes[node].ExceptionSuccessors);
    }

    /// <summary>What follows the flush in its try sets a variable that is tested: <c>ok = true</c>.</summary>
    private static bool NotesSuccess(LoweredBody body, int flush, int step, int handler)
    {
        var seen = new HashSet<int> { flush };
        var pending = new Queue<int>(seen);
        while (pending.Count > 0)
        {
            var node = pending.Dequeue();
            if (HandlersOf(body, node).Contains(handler)
                && body.Nodes[node].Content.Instructions.Skip(node == flush ? step + 1 : 0).Any(next => next.Code == OpCode.Copy && body.TestedSlots.Contains(next.Dst) && body.Slots[next.Dst].Symbol is not null))
                return true;
            // A finally in the try, a lock's say, has no edge to the clause, and leads on to what has.
            foreach (var next in NextOf(body, node))
                if ((HandlersOf(body, next).Contains(handler) || (body.Nodes[next].ExceptionSuccessors == 0 && !body.LoopHeads.Contains(next))) && seen.Add(next))
                    pending.Enqueue(next);
        }
        return false;
    }

    /// <summary>Nothing in the clause keeps a record, asks the program's own code, or tells the caller, and control leaves it normally.</summary>
    private static bool GoesOn(RuleContext context, int handler, int flush)
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
            if (body.Nodes[node].Content.Instructions.Any(step => KeepsRecord(context, body, step)))
                return false;
            foreach (var next in NextOf(body, node))
            {
                if (body.Nodes[next].CatchClause == clause && body.Nodes[next].Exit == ExitKind.None)
                {
                    if (seen.Add(next))
                        pending.Enqueue(next);
                }
                else
                {
                    leaves |= body.Nodes[next].Exit == ExitKind.None ? ReturnsWithout(context, next, flush, clause) : body.Nodes[next].Exit == ExitKind.Return && !TellsTheCaller(context, next);
                }
            }
        }
        return leaves;
    }

    /// <summary>Whether the body can return without trying the flush again; where the clause itself returns, without telling the caller.</summary>
    private static bool ReturnsWithout(RuleContext context, int from, int flush, int clause)
    {
        var body = context.Outcome.Body;
        // `view?.Flush()`: where there is nothing to flush, that has been tried as well.
        var seen = new HashSet<int>(body.Graph.Predecessors()[flush].Where(before => body.Nodes[before].Content.Condition is { Kind: ConditionKind.IsNull })) { flush };
        var pending = new Queue<int>();
        if (seen.Add(from))
            pending.Enqueue(from);
        while (pending.Count > 0)
        {
            var node = pending.Dequeue();
            if (body.Nodes[node].Exit is ExitKind.Return or ExitKind.Yield && !(body.Nodes[node].CatchClause == clause && TellsTheCaller(context, node)))
                return true;
            foreach (var next in NextOf(body, node))
                // `while (true)` has no other end than its `break`.
                if (context.Outcome.States[next] is not null && seen.Add(next))
                    pending.Enqueue(next);
        }
        return false;
    }

    public static bool KeepsRecord(RuleContext context, LoweredBody body, in Instruction step) => step.Code switch
    {
        OpCode.StoreField or OpCode.Write => true,
        OpCode.Copy => VariableOf(body, step.Dst) is { } variable && !IsCaught(variable) && IsRead(variable),
        OpCode.Call => step.Payload is CallSite call && PassesOn(context, call),
        OpCode.Closure => step.Payload is ClosureInfo { Target: var later }
            && (later.Body is not { } inner || inner.Nodes.Any(node => node.Content.Instructions.Any(next => KeepsRecord(context, inner, next)))),
        _ => false,
    };

    /// <summary>The program's own code, and whoever has left a delegate, may do anything about it.</summary>
    private static bool PassesOn(RuleContext context, CallSite call) =>
        call.InvokesReceiver || !call.Targets.IsEmpty || context.Analysis.Lowering.IsOwn(call.Method)
        || call.Effects.Any(effect => effect.Kind is EffectKind.Exit or EffectKind.Tells or EffectKind.Keep);

    /// <summary>Of the program's own: a lock has one that the source does not name.</summary>
    private static ISymbol? VariableOf(LoweredBody body, int register) =>
        register >= 0 && register < body.Slots.Length && body.Slots[register] is { Kind: not SlotKind.Capture, Symbol: { IsImplicitlyDeclared: false } variable } ? variable : null;

    /// <summary>The exception variable itself is set by the catch.</summary>
    private static bool IsCaught(ISymbol variable) =>
        variable is ILocalSymbol local && local.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is CatchDeclarationSyntax);

    /// <summary><c>last = e;</c> in a clause, and nobody asks for it, is no record.</summary>
    private static bool IsRead(ISymbol variable) => variable is not ILocalSymbol local || local.DeclaringSyntaxReferences.FirstOrDefault() is not { } declared
        || (declared.GetSyntax().FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? declared.SyntaxTree.GetRoot()).DescendantNodes().OfType<IdentifierNameSyntax>().Any(use =>
            use.Identifier.ValueText == local.Name && !(use.Parent is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: var set } && set == use));

    /// <summary>What is returned is, or may be, word of the failure: false, null, a code.</summary>
    private static bool TellsTheCaller(RuleContext context, int exit)
    {
        var register = context.Outcome.Body.Nodes[exit].ReturnValue;
        if (register < 0 || context.Outcome.States[exit] is not { } states)
            return false;
        return states.Paths.All(path => context.Outcome.Analysis.ResultOf(path, register) is var value && value.AsConstant is not 1);
    }
}
