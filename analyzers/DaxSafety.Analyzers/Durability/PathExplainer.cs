using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>One branch on the way from a write to an exit.</summary>
/// <param name="Node">The node that branches.</param>
/// <param name="Condition">What it tests.</param>
/// <param name="Outcome">Which way the path goes.</param>
/// <param name="Decides">The other way leads to a flush of the write.</param>
internal sealed record PathStep(int Node, Condition Condition, bool Outcome, bool Decides)
{
    /// <summary>The branch in words: <c>'ok' is false</c>.</summary>
    public string Text => Condition.Kind == ConditionKind.Iterates
        ? $"'{Condition.Text}' {(Outcome != Condition.Negated ? "has an element" : "is empty or at its end")}"
        : $"'{Condition.Text}' is {(Outcome ? "true" : "false")}";
}

/// <summary>Finds, after convergence, a path on which a write reaches an exit undone, and the branch that decided it.</summary>
internal sealed class PathExplainer
{
    private readonly Outcome _outcome;
    private readonly int _obligation;
    private readonly HashSet<int> _canSettle;

    public PathExplainer(Outcome outcome, Obligation obligation)
    {
        _outcome = outcome;
        _obligation = obligation.Id;
        _canSettle = NodesThatCanSettle();
    }

    /// <summary>The branches of a shortest such path, first to last.</summary>
    public IReadOnlyList<PathStep> StepsTo(int exit, int site)
    {
        var graph = _outcome.Body.Graph;
        var from = new Dictionary<int, int>();
        var queue = new Queue<int>();
        for (var node = 0; node < graph.BlockCount; node++)
        {
            if (_outcome.States[node] is null || !Contains(node, site))
                continue;
            from[node] = -1;
            queue.Enqueue(node);
        }
        while (queue.Count > 0 && !from.ContainsKey(exit))
        {
            var node = queue.Dequeue();
            foreach (var successor in graph.Successors(node))
            {
                if (from.ContainsKey(successor) || !IsPendingAt(successor))
                    continue;
                from[successor] = node;
                queue.Enqueue(successor);
            }
        }
        return from.ContainsKey(exit) ? Walk(from, exit) : Array.Empty<PathStep>();
    }

    private IReadOnlyList<PathStep> Walk(Dictionary<int, int> from, int exit)
    {
        var steps = new List<PathStep>();
        for (var node = exit; from[node] >= 0; node = from[node])
        {
            var previous = from[node];
            if (_outcome.Body.Nodes[previous].Content.Condition is not { } condition)
                continue;
            var successors = _outcome.Body.Graph.Successors(previous);
            var outcome = successors[0] == node;
            var other = successors[outcome ? 1 : 0];
            steps.Add(new PathStep(previous, condition, outcome, other != node && _canSettle.Contains(other)));
        }
        steps.Reverse();
        return steps;
    }

    private bool Contains(int node, int site) =>
        _outcome.Body.Nodes[node].Content.Instructions.Any(step => step.Site == site && step.Code is OpCode.Write or OpCode.Call);

    private bool IsPendingAt(int node) =>
        _outcome.States[node] is { } set && set.Paths.Any(path => path.Pending.Contains(_obligation));

    private HashSet<int> NodesThatCanSettle()
    {
        var graph = _outcome.Body.Graph;
        var predecessors = graph.Predecessors();
        var found = new HashSet<int>();
        var queue = new Queue<int>();
        for (var node = 0; node < graph.BlockCount; node++)
            if (_outcome.States[node] is { } set && set.Paths.Any(path => path.Settled.Contains(_obligation) && !path.Pending.Contains(_obligation)) && found.Add(node))
                queue.Enqueue(node);
        while (queue.Count > 0)
            foreach (var predecessor in predecessors[queue.Dequeue()])
                if (found.Add(predecessor))
                    queue.Enqueue(predecessor);
        return found;
    }
}
