namespace DaxSafety.Analyzers.Flow;

/// <summary>What the solver asks of an analysis.</summary>
/// <typeparam name="TState">A state; never null where one exists.</typeparam>
internal interface IFlowDomain<TState>
    where TState : class
{
    /// <summary>Runs a block. One output for each successor, in their order; null where the edge cannot be taken.</summary>
    TState?[] Transfer(int block, TState input);

    /// <summary>The analysis has learnt more than it can afford; what it says from here on counts for nothing.</summary>
    bool IsExhausted { get; }

    /// <summary>What holds when either holds; the same instance as <paramref name="present"/> when nothing is new.</summary>
    TState Join(TState present, TState arriving, int block);
}

/// <summary>
/// Runs a forward analysis to its fixpoint: a worklist in reverse post-order, with a budget of block transfers whose
/// exhaustion is reported to the caller and never papered over.
/// </summary>
internal static class Solver
{
    /// <summary>Transfers allowed: a body of ordinary shape needs 1.2 to 1.7 for each block.</summary>
    public static int BudgetFor(int blocks) => 200 + 40 * blocks;

    /// <summary>The state at the start of every block that can be reached; null when the budget ran out.</summary>
    public static TState?[]? Solve<TState>(FlowGraph graph, IFlowDomain<TState> domain, TState entry, int budget, CancellationToken cancel)
        where TState : class
    {
        var order = graph.ReversePostOrder();
        var rank = new int[graph.BlockCount];
        for (var i = 0; i < order.Length; i++)
            rank[order[i]] = i;

        var inputs = new TState?[graph.BlockCount];
        inputs[FlowGraph.Entry] = entry;
        var pending = new bool[order.Length];
        pending[0] = true;
        for (var next = 0; next < pending.Length;)
        {
            if (!pending[next])
            {
                next++;
                continue;
            }
            pending[next] = false;
            cancel.ThrowIfCancellationRequested();
            if (budget-- == 0)
                return null;
            var block = order[next];

            var outputs = domain.Transfer(block, inputs[block]!);
            if (domain.IsExhausted)
                return null;
            var successors = graph.Successors(block);
            for (var i = 0; i < successors.Length; i++)
            {
                if (outputs[i] is not { } output)
                    continue;
                var successor = successors[i];
                var present = inputs[successor];
                var joined = present is null ? output : domain.Join(present, output, successor);
                if (ReferenceEquals(joined, present))
                    continue;
                inputs[successor] = joined;
                pending[rank[successor]] = true;
                next = Math.Min(next, rank[successor]);
            }
        }
        return inputs;
    }
}
