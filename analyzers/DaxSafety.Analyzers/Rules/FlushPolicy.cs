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
        var explainer = new PathExplainer(context.Outcome, owed.Obligation);
        foreach (var exit in owed.Exits)
        {
            if (context.NodeOf(exit).Exit != ExitKind.Return)
                continue;
            var decisive = explainer.StepsTo(exit.Node, owed.Obligation.Site).LastOrDefault(step => step.Decides);
            if (decisive is not null && !IsPolicy(context, decisive))
                return true;
        }
        return false;
    }

    private static bool IsPolicy(RuleContext context, PathStep step) =>
        // A loop over what is to be flushed: nothing in it, nothing to flush.
        step.Condition.Kind == ConditionKind.Iterates || step.Condition.IsPolicy || context.Outcome.Analysis.IsPolicy(step.Condition, context.Outcome.States[step.Node]);
}
