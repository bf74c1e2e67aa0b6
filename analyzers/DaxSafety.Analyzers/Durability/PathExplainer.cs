using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>One branch on the way from a write to an exit.</summary>
/// <param name="Node">The node that branches.</param>
/// <param name="Condition">What it tests.</param>
/// <param name="Outcome">Which way the path goes.</param>
/// <param name="Taken">Where that leads.</param>
/// <param name="Other">Where the other way leads.</param>
internal sealed record PathStep(int Node, Condition Condition, bool Outcome, int Taken, int Other)
{
    /// <summary>The branch in words: <c>'ok' is false</c>.</summary>
    public string Text => Condition.Kind == ConditionKind.Iterates
        ? $"'{Condition.Text}' {(Outcome != Condition.Negated ? "has an element" : "is empty or at its end")}"
        : $"'{Condition.Text}' is {(Outcome ? "true" : "false")}";
}

/// <summary>Finds, after convergence, a path on which a write reaches an exit undone, and the branch that decided it.</summary>
/// <param name="minded">A condition behind which a flush is put off on purpose does not lead to one by itself. Null when all do.</param>
internal sealed class PathExplainer(Outcome outcome, Obligation obligation, Func<int, Condition, bool>? minded = null)
{
    private readonly IReadOnlyDictionary<int, int>? _settled = outcome.Analysis.SettledIn(obligation);
    private HashSet<int>? _canSettle;

    private FlowGraph Graph => outcome.Body.Graph;

    /// <summary>The branches of a shortest such path, first to last.</summary>
    public IReadOnlyList<PathStep> StepsTo(int exit)
    {
        var from = new Dictionary<int, int>();
        var queue = new Queue<int>();
        for (var node = 0; node < Graph.BlockCount; node++)
        {
            if (outcome.States[node] is null || StepOfWrite(node) < 0)
                continue;
            from[node] = -1;
            queue.Enqueue(node);
        }
        while (queue.Count > 0 && !from.ContainsKey(exit))
        {
            var node = queue.Dequeue();
            foreach (var successor in Graph.Successors(node))
            {
                if (from.ContainsKey(successor) || !IsPendingAt(successor))
                    continue;
                from[successor] = node;
                queue.Enqueue(successor);
            }
        }
        return from.ContainsKey(exit) ? Walk(from, exit) : Array.Empty<PathStep>();
    }

    /// <summary>
    /// The branch that cost the write its flush: the other way leads to one, and the way taken does not any more, unless it comes
    /// back to the branch or to the write. Null when no branch is to blame.
    /// </summary>
    public PathStep? Decisive(IReadOnlyList<PathStep> steps) =>
        _settled is null ? null : steps.LastOrDefault(step => step.Other != step.Taken && (_canSettle ??= NodesThatCanSettle()).Contains(step.Other) && !CanStillSettle(step));

    /// <summary>Where the branch is that of a <c>foreach</c> which goes on, the one in it that left: the other way of that comes round again.</summary>
    public PathStep LeavingLoop(IReadOnlyList<PathStep> steps, PathStep decisive)
    {
        for (var i = steps.Count - 1; i >= 0 && steps[i] != decisive && decisive.Condition is { Kind: ConditionKind.Iterates, A: >= 0 }; i--)
            if (Reaches(steps[i].Other, steps[i].Node, node => node == decisive.Node))
                return steps[i];
        return decisive;
    }

    /// <summary>Whether the other way comes to where the path goes on: the branch skips something and leaves nothing.</summary>
    public bool Rejoins(PathStep step) => Reaches(step.Other, step.Node, node => node == step.Taken || LeaveTogether(node, step.Taken));

    /// <summary>Branches that end at one closing brace leave there together.</summary>
    private bool LeaveTogether(int a, int b) =>
        outcome.Body.Nodes[a] is { Exit: not ExitKind.None } x && outcome.Body.Nodes[b] is var y && x.Exit == y.Exit && x.ExitLocation is { } place && place.Equals(y.ExitLocation);

    private IReadOnlyList<PathStep> Walk(Dictionary<int, int> from, int exit)
    {
        var steps = new List<PathStep>();
        for (var node = exit; from[node] >= 0; node = from[node])
        {
            var previous = from[node];
            if (outcome.Body.Nodes[previous].Content.Condition is not { } condition)
                continue;
            var successors = Graph.Successors(previous);
            var isTrue = successors[0] == node;
            steps.Add(new PathStep(previous, condition, isTrue, node, successors[isTrue ? 1 : 0]));
        }
        steps.Reverse();
        return steps;
    }

    /// <summary>Where in a node the write is; −1 when it is not there.</summary>
    private int StepOfWrite(int node) =>
        Array.FindIndex(outcome.Body.Nodes[node].Content.Instructions, step => step.Site == obligation.Site && step.Code is OpCode.Write or OpCode.Call);

    private bool IsPendingAt(int node) =>
        outcome.States[node] is { } set && set.Paths.Any(path => path.Pending.Contains(obligation.Id));

    /// <summary>Whether a node flushes what was written before it came there.</summary>
    private bool Settles(int node) => _settled!.TryGetValue(node, out var step) && IsPendingAt(node) && (StepOfWrite(node) is var write && (write < 0 || step < write));

    private bool CanStillSettle(PathStep step) => Reaches(step.Taken, step.Node, Settles, node => IsPendingAt(node) && StepOfWrite(node) < 0);

    /// <summary>Whether a way that does not pass a barrier comes to such a node, by nodes that it may pass.</summary>
    private bool Reaches(int from, int barrier, Func<int, bool> isGoal, Func<int, bool>? mayPass = null)
    {
        var seen = new HashSet<int> { barrier, from };
        var queue = new Queue<int>();
        queue.Enqueue(from);
        while (queue.Count > 0)
        {
            var node = queue.Dequeue();
            if (isGoal(node))
                return true;
            if (mayPass?.Invoke(node) == false)
                continue;
            foreach (var successor in Graph.Successors(node))
                if (seen.Add(successor))
                    queue.Enqueue(successor);
        }
        return false;
    }

    /// <summary>From where a way leads to a flush of the write without passing the write again.</summary>
    private HashSet<int> NodesThatCanSettle()
    {
        var predecessors = Graph.Predecessors();
        var found = new HashSet<int>();
        var queue = new Queue<int>();
        foreach (var node in _settled!.Keys)
            if (Settles(node) && !(minded is not null && outcome.Analysis.IsPutOff(obligation, node, _settled[node])) && found.Add(node))
                queue.Enqueue(node);
        while (queue.Count > 0)
            foreach (var predecessor in predecessors[queue.Dequeue()])
                if (!found.Contains(predecessor) && IsPendingAt(predecessor) && StepOfWrite(predecessor) < 0 && LeadsOn(predecessor, found) && found.Add(predecessor))
                    queue.Enqueue(predecessor);
        return found;
    }

    /// <summary>A branch on a policy leads to a flush when none of its ways gets around it: a loop comes back or writes anew, a check throws.</summary>
    private bool LeadsOn(int node, HashSet<int> found) =>
        outcome.Body.Nodes[node].Content.Condition is not { } condition || minded?.Invoke(node, condition) != true
        || Graph.Successors(node).Take(2).All(next => found.Contains(next) || !Reaches(next, node, IsLeftPending, other => !found.Contains(other) && IsPendingAt(other) && StepOfWrite(other) < 0));

    private bool IsLeftPending(int node) => outcome.Body.Nodes[node].Exit is ExitKind.Return or ExitKind.Yield && IsPendingAt(node);
}
