namespace DaxSafety.Analyzers.Flow;

/// <summary>
/// The shape of one body: numbered blocks and the edges between them, every finally region already placed on the edges
/// that run it, so that a walk of successors sees what the program does.
/// </summary>
internal sealed class FlowGraph
{
    private readonly List<int[]> _successors = new();

    public int BlockCount => _successors.Count;

    /// <summary>Block 0 is where the body starts.</summary>
    public const int Entry = 0;

    public int AddBlock()
    {
        _successors.Add(Array.Empty<int>());
        return _successors.Count - 1;
    }

    public void SetSuccessors(int block, params int[] successors) => _successors[block] = successors;

    public int[] Successors(int block) => _successors[block];

    public int[][] Predecessors()
    {
        var lists = new List<int>[BlockCount];
        for (var block = 0; block < BlockCount; block++)
            lists[block] = new List<int>();
        for (var block = 0; block < BlockCount; block++)
            foreach (var successor in _successors[block])
                lists[successor].Add(block);
        return Array.ConvertAll(lists, list => list.ToArray());
    }

    /// <summary>Blocks that an edge from themselves or from a later block leads back to.</summary>
    public HashSet<int> LoopHeads()
    {
        var (order, rank, heads) = (ReversePostOrder(), new int[BlockCount], new HashSet<int>());
        for (var i = 0; i < order.Length; i++)
            rank[order[i]] = i;
        foreach (var block in order)
            foreach (var successor in _successors[block])
                if (rank[successor] <= rank[block])
                    heads.Add(successor);
        return heads;
    }

    /// <summary>The blocks that can be reached, each before its successors but for the edges that close a loop. Iterative: bodies can be deep.</summary>
    public int[] ReversePostOrder()
    {
        var order = new List<int>(BlockCount);
        var state = new byte[BlockCount];
        var stack = new Stack<(int Block, int Next)>();
        stack.Push((Entry, _successors[Entry].Length));
        state[Entry] = 1;
        while (stack.Count > 0)
        {
            // Last successor first: the first one, a loop's body, then comes before what follows the loop, which waits until it is stable.
            var (block, left) = stack.Pop();
            if (left == 0)
            {
                order.Add(block);
                continue;
            }
            stack.Push((block, left - 1));
            var successor = _successors[block][left - 1];
            if (state[successor] == 0)
            {
                state[successor] = 1;
                stack.Push((successor, _successors[successor].Length));
            }
        }
        order.Reverse();
        return order.ToArray();
    }
}
