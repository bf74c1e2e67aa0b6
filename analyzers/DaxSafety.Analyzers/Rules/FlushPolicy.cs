using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Rules;

/// <summary>
/// Tells a flush that is put off on purpose from one that was forgotten on a path. Behind a flag, a field, an option, every
/// n-th write or a timer it is deferral: some other member flushes at its time. Behind anything else (a failed look-up,
/// a bad argument) a member that flushes on one path and not on the other is inconsistent.
/// </summary>
internal static class FlushPolicy
{
    public static bool IsInconsistent(RuleContext context, OwedWrite owed)
    {
        // A way that leads to a flush only if a policy wants it leads to none that could be forgotten.
        var explainer = new PathExplainer(context.Outcome, owed.Obligation, (node, condition) => !condition.AsksForMemory && IsPolicy(context, node, condition));
        return owed.Exits.Any(exit => context.NodeOf(exit).Exit == ExitKind.Return
            && explainer.StepsTo(exit.Node) is var steps
            && explainer.Decisive(steps) is { } decisive
            && !IsEmptyLoop(decisive)
            && explainer.LeavingLoop(steps, decisive) is var leaving
            && !IsPolicy(context, leaving.Node, leaving.Condition)
            && !(IsAnswered(context, owed, decisive.Condition) && (decisive.Condition.Kind == ConditionKind.Truth || explainer.Rejoins(decisive)))
            && !(decisive.Condition.IsCount && explainer.Rejoins(decisive)));
    }

    /// <summary>How far the call that wrote says to have come is compared with a limit, or the object is asked whether it has flushed that far.</summary>
    private static bool IsAnswered(RuleContext context, OwedWrite owed, Condition condition) =>
        condition.Answered is { } answered && context.Outcome.Body.Sites[owed.Obligation.Site].Syntax == answered;

    /// <summary>Whether a branch of the body cost the write its flush, policy or not: nobody else will flush later what only this body has in hand.</summary>
    public static bool IsDecidedHere(RuleContext context, OwedWrite owed)
    {
        var explainer = new PathExplainer(context.Outcome, owed.Obligation);
        return owed.Exits.Any(exit => context.NodeOf(exit).Exit == ExitKind.Return && explainer.Decisive(explainer.StepsTo(exit.Node)) is { } decisive && !IsEmptyLoop(decisive));
    }

    /// <summary>A loop over what is to be flushed: nothing in it, nothing to flush.</summary>
    private static bool IsEmptyLoop(PathStep step) => step.Condition is { Kind: ConditionKind.Iterates, A: >= 0 } && step.Outcome == step.Condition.Negated;

    private static bool IsPolicy(RuleContext context, int node, Condition condition) =>
        context.Outcome.Analysis.IsPolicy(condition, context.Outcome.States[node]);
}
