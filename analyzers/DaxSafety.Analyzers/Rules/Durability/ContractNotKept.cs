using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>
/// DAX1009: a body does not do what its member's contract says. Callers believe the contract, so this is the only place where the
/// mistake shows: what a [Persists] body leaves dirty is reported here and not as DAX1001 or DAX1002.
/// </summary>
internal static class ContractNotKept
{
    public static void Report(RuleContext context)
    {
        if (context.Contract.IsEmpty || context.Outcome.Body.Symbol is not { } method || !Returns(context.Outcome))
            return;
        if (LeftDirty(context) is { } write)
            ReportDirty(context, method, write);
        else if (NeverFlushed(context, method) is { } name)
            Report(context, method, [], $"{Promise(context)}, but never flushes '{name}'");
        else if (context.Contract.ReturnsMapped && ReturnsOwnMemory(context.Outcome))
            Report(context, method, [], "says that it returns mapped memory ([Mapped]), but what it returns is memory of the process");
    }

    private static bool Returns(Outcome outcome) =>
        Enumerable.Range(0, outcome.Body.Nodes.Length).Any(node => outcome.Body.Nodes[node].Exit == ExitKind.Return && outcome.States[node] is not null);

    /// <summary>The last write in the source that some return leaves undone although the contract promises it durable; null when there is none, or a flush that falls short is reported instead.</summary>
    private static OwedWrite? LeftDirty(RuleContext context)
    {
        var broken = context.Outcome.Owed.Where(write => write.Obligation.Debt == Debt.Bytes && context.Contract.MakesOwe(write) && context.Contract.IsMapping(write.Obligation.Target)).ToList();
        return broken.Any(write => write.Exits.Any(exit => exit.Status.Attempts != 0))
            ? null
            : broken.LastOrDefault(write => write.Exits.Any(exit => context.NodeOf(exit).Exit == ExitKind.Return));
    }

    private static void ReportDirty(RuleContext context, IMethodSymbol method, OwedWrite write)
    {
        var exit = write.Exits.First(open => context.NodeOf(open).Exit == ExitKind.Return);
        var location = context.NodeOf(exit).ExitLocation;
        var explainer = new PathExplainer(context.Outcome, write.Obligation);
        var step = explainer.Decisive(explainer.StepsTo(exit.Node));
        var when = step is null ? "" : $" (when {step.Text})";
        Report(context, method, Shortfalls.WriteOf(context, write).Concat(location is null ? [] : [location]),
            $"{Promise(context)}, but the path that leaves at line {Lines.Of(location)}{when} returns with '{context.NameOf(write.Obligation)}' dirty");
    }

    /// <summary>What a [Persists] member has promised to flush and, as everything it runs can be seen, certainly does not; null when it may.</summary>
    private static string? NeverFlushed(RuleContext context, IMethodSymbol method)
    {
        if (method.MethodKind is MethodKind.Constructor or MethodKind.PropertyGet or MethodKind.LambdaMethod || context.Outcome.Analysis.MayPersist
            || context.Outcome.Owed.Any(write => write.Obligation.Debt != Debt.File && context.Contract.MakesOwe(write)))
            return null;
        return context.Contract.PromisedParameter(context.Analysis)?.Name
            ?? (context.Contract.Persists && !method.IsStatic ? context.MappingLeftTo(method) : null);
    }

    /// <summary>Whether every return hands out an array, a stack buffer or memory without a file.</summary>
    private static bool ReturnsOwnMemory(Outcome outcome)
    {
        var found = false;
        for (var number = 0; number < outcome.Body.Nodes.Length; number++)
        {
            var node = outcome.Body.Nodes[number];
            if (node.Exit != ExitKind.Return || outcome.States[number] is not { } states)
                continue;
            foreach (var path in states.Paths)
            {
                foreach (var place in outcome.Analysis.ResultOf(path, node.ReturnValue).Refs)
                {
                    if (place.Entity == EntityTable.Null)
                        continue;
                    if (!outcome.Analysis.IsOwnMemory(place.Entity))
                        return false;
                    found = true;
                }
            }
        }
        return found;
    }

    private static string Promise(RuleContext context) => context.Contract.PromisedBy is { } general
        ? $"must return clean, because '{general.ContainingType.Name}.{general.Name}' says [Persists]"
        : "says [Persists]";

    private static void Report(RuleContext context, IMethodSymbol method, IEnumerable<Location> more, string what) =>
        context.Report(RuleCatalog.ContractNotKept, MemberName.Of(method), more, ImmutableDictionary<string, string?>.Empty, MemberName.Text(method), what);
}

/// <summary>How a member is called and where its name stands: an accessor is its property.</summary>
internal static class MemberName
{
    public static Location Of(IMethodSymbol method)
    {
        var member = method.AssociatedSymbol ?? method.PartialImplementationPart ?? method;
        return member.Locations.FirstOrDefault() ?? Location.None;
    }

    public static string Text(ISymbol member) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.StaticConstructor } => member.ContainingType.Name,
        IMethodSymbol { AssociatedSymbol: { } property } => Text(property),
        IPropertySymbol { IsIndexer: true } => "this[]",
        _ => member.Name,
    };
}
