using System.Collections.Immutable;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>The ways in which a call can end, by the summaries of what it may run, and what each leaves in variables of the caller.</summary>
internal sealed partial class BodyAnalysis
{
    private sealed record Ending(Summary Summary, SummaryCase Case, Value Receiver, int Target);

    /// <summary>Every way the call can end, over all bodies it may run; null when none of them is known. A callee that never returns has no ending.</summary>
    private List<Ending>? Endings(Path path, CallSite call)
    {
        if (call.InvokesReceiver)
            return EndingsOfDelegates(path, Read(path, call.Receiver));
        var receiver = Read(path, call.Receiver);
        var targets = TargetsOn(call, receiver);
        var endings = Endings(targets, receiver, inOneCase: false);
        // What the compilation overrides of a library's member is never all that may run.
        if (endings is { Count: 0 } && !_context.Lowering.IsOwn(call.Method))
            return null;
        return targets.Length > 1 && endings?.Count > MostEndings ? Endings(targets, receiver, inOneCase: true) : endings;
    }

    private List<Ending>? EndingsOfDelegates(Path path, Value delegates)
    {
        List<Ending>? endings = null;
        foreach (var place in delegates.Targets)
        {
            if (_entities[place.Entity] is not { Kind: EntityKind.Closure, Payload: ClosureInfo { Described: null } closure } entity || _summaryOf(closure.Target) is not { } summary)
                continue;
            endings ??= new List<Ending>();
            foreach (var ending in summary.Cases)
                endings.Add(new Ending(summary, ending, ReceiverOf(path, entity), endings.Count));
        }
        return endings;
    }

    private List<Ending>? Endings(ImmutableArray<CallTarget> targets, Value receiver, bool inOneCase)
    {
        List<Ending>? endings = null;
        for (var i = 0; i < targets.Length; i++)
        {
            if (_summaryOf(targets[i]) is not { } summary)
                continue;
            var told = inOneCase ? summary.InOneCase : summary;
            endings ??= new List<Ending>(told.Cases.Length);
            foreach (var ending in told.Cases)
                endings.Add(new Ending(told, ending, receiver, i));
        }
        return endings;
    }

    /// <summary>Captured variables and by-ref parameters that have new values.</summary>
    private void ImportVariables(Path path, CallSite call, Ending ending, SummaryImport import)
    {
        var slots = ending.Summary.Body.Slots;
        for (var slot = 0; slot < slots.Length; slot++)
        {
            var variable = slots[slot];
            if (!(variable.Kind == SlotKind.Captured || variable.IsGivenBack) || !ending.Case.Path.Variables.TryGet(slot, out var value))
                continue;
            var (left, rise) = (import.Translate(value), ending.Case.RiseOf(slot));
            if (variable.Kind == SlotKind.Captured && SlotOfCaptured(variable.Ordinal) is { } own)
                Assign(path, own, Raised(path, own, left, rise));
            if (variable.IsGivenBack)
            {
                var result = rise is null || call.Contents?[variable.Ordinal] is not { } counter ? left : Raised(path, counter, left, rise);
                (path.Outs ??= new())[variable.Ordinal] = result;
                LearnResult(path, result, ending.Case.RangeOf(slot));
            }
        }
    }

    /// <summary>Of a call that may run several bodies; groups of paths above so many would be merged soon after.</summary>
    private const int MostEndings = 8;

    /// <summary>What calls have translated, emptied: there is one for each call that is being imported, one in the other.</summary>
    private readonly Stack<Dictionary<int, Value>> _emptyImports = new();

    public Dictionary<int, Value> EmptyImports() => _emptyImports.Count > 0 ? _emptyImports.Pop() : new();

    public void Reuse(Dictionary<int, Value> imports)
    {
        imports.Clear();
        _emptyImports.Push(imports);
    }
}
