using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Flushes that a callee puts off on purpose, <c>void FlushIfDue() { if (++_n % 64 == 0) _view.Flush(); }</c>: a way that comes to such a call
/// comes to no flush that another way could have forgotten.
/// </summary>
internal sealed partial class BodyAnalysis
{
    private const int DeepestPutOff = 4;

    /// <summary>Calls of which one ending leaves a write undone and another does not.</summary>
    private readonly HashSet<(int Obligation, int Node, int Step)> _leftByChoice = new();

    private void NoteLeftByChoice(List<Path> endings)
    {
        for (var i = 1; i < endings.Count; i++)
            if (!endings[i].Pending.Equals(endings[0].Pending))
            {
                foreach (var ending in endings)
                    foreach (var entry in ending.Pending)
                        if (IsSettledByOne(endings, entry.Key))
                            _leftByChoice.Add((entry.Key, _here.Node, _here.Step));
                return;
            }
    }

    private static bool IsSettledByOne(List<Path> endings, int obligation)
    {
        foreach (var ending in endings)
            if (ending.Settled.Contains(obligation))
                return true;
        return false;
    }

    /// <summary>Whether the step makes the write durable only if a policy of the callee's wants it.</summary>
    public bool IsPutOff(Obligation obligation, int node, int step) =>
        _leftByChoice.Contains((obligation.Id, node, step)) && IsPutOffBy(_body.Nodes[node].Content.Instructions[step], 0);

    private bool IsPutOffBy(in Instruction step, int depth)
    {
        if (step.Code != OpCode.Call || ((CallSite)step.Payload!).Targets is not { IsEmpty: false } targets)
            return false;
        var flushing = targets.Select(_summaryOf).Where(summary => summary is { MayFlush.IsEmpty: false } || summary?.Cases.Any(ending => !ending.Flushes.IsEmpty) == true).ToList();
        return flushing.Count > 0 && flushing.All(summary => summary!.Analysis.PutsOff(depth + 1));
    }

    /// <summary>Whether every branch that decides on a flush is a policy, here or in what is called to flush.</summary>
    private bool PutsOff(int depth)
    {
        if (depth > DeepestPutOff)
            return false;
        var flushing = NodesBeforeFlush();
        var deciding = _body.Nodes
            .Where((node, number) => node.Content.Condition is not null && _body.Graph.Successors(number) is { Length: >= 2 } ways && flushing.Contains(ways[0]) != flushing.Contains(ways[1]))
            .Select(node => node.Content.Condition!).ToList();
        return (deciding.Count > 0 && deciding.TrueForAll(condition => condition.IsCount || IsPolicy(condition, null)))
            || (_flushedIn.Count > 0 && _flushedIn.All(node => _body.Nodes[node].Content.Instructions is var steps && Enumerable.Range(0, steps.Length).Any(at => IsPutOffBy(steps[at], depth))));
    }

    private HashSet<int> NodesBeforeFlush()
    {
        var predecessors = _body.Graph.Predecessors();
        var found = new HashSet<int>(_flushedIn);
        var queue = new Queue<int>(_flushedIn);
        while (queue.Count > 0)
            foreach (var predecessor in predecessors[queue.Dequeue()])
                if (found.Add(predecessor))
                    queue.Enqueue(predecessor);
        return found;
    }
}
