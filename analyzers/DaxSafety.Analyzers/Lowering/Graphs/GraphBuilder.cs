using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Lays out the flow graph of a body. Roslyn's graph has no edges into finally regions and none for exceptions; here
/// every branch that leaves a try gets its own copy of the finally blocks it runs (one shared copy for each destination
/// where a try has very many exits), and every block of a try has an edge to the handlers around it.
/// </summary>
internal sealed class GraphBuilder
{
    /// <summary>Exits of one try up to which each gets its own copy of the finally.</summary>
    private const int MostOwnCopies = 12;

    private const int MostNodesForEachBlock = 24;

    public static readonly GraphBuilder Empty = MakeEmpty();

    private readonly ControlFlowGraph _cfg;
    private readonly BranchShapes _branches;
    private readonly Func<BasicBlock, List<BlockContent>> _lower;
    private readonly CancellationToken _cancel;
    private readonly List<BlockContent>?[] _contents;
    private readonly Dictionary<(int Block, Frame? Frame), (int First, int Last)> _nodesOf = new();
    private readonly Dictionary<(int Region, int Source, int Destination, Frame? Frame), Frame> _frames = new();
    private readonly Dictionary<(int Block, Frame? Frame, ExitKind Kind), int> _exits = new();
    private readonly Queue<(int Block, Frame? Frame)> _pending = new();
    private readonly Dictionary<ControlFlowRegion, int> _regionNumbers = new();
    private readonly Dictionary<int, int> _exitsOfFinally = new();

    public GraphBuilder(ControlFlowGraph cfg, BranchShapes branches, Func<BasicBlock, List<BlockContent>> lower, CancellationToken cancel)
    {
        (_cfg, _branches, _lower, _cancel) = (cfg, branches, lower, cancel);
        _contents = new List<BlockContent>?[cfg?.Blocks.Length ?? 0];
    }

    public FlowGraph Graph { get; } = new();

    public List<FlowNode> Nodes { get; } = new();

    /// <summary>The block that each node runs; null for an exit.</summary>
    public List<BasicBlock?> Blocks { get; } = new();

    public string? Failure { get; private set; }

    /// <summary>One copy of a finally region: which, where control goes afterwards, and the copy it stands in itself.</summary>
    private sealed class Frame(int region, Frame? outer)
    {
        public readonly int Region = region;
        public readonly Frame? Outer = outer;
        public int Continuation = -1;
    }

    public void Build()
    {
        CountFinallyExits();
        // In the order of the source, whatever way leads to a block.
        foreach (var block in _cfg.Blocks.Where(block => block.IsReachable))
            _contents[block.Ordinal] = _lower(block);
        NodeFor(_cfg.Blocks[0].Ordinal, null);
        while (_pending.Count > 0)
        {
            _cancel.ThrowIfCancellationRequested();
            if (Nodes.Count > 200 + MostNodesForEachBlock * _cfg.Blocks.Length)
            {
                Failure = "too many ways through its finally blocks";
                return;
            }
            var (block, frame) = _pending.Dequeue();
            Connect(_cfg.Blocks[block], frame);
        }
    }

    private void Connect(BasicBlock block, Frame? frame)
    {
        var (node, last) = _nodesOf[(block.Ordinal, frame)];
        var successors = new List<int>();
        var deciding = _branches.Deciding(block);
        if (deciding.ConditionalSuccessor is { } conditional && !BranchShapes.IsDecided(deciding))
        {
            var taken = Follow(deciding, conditional, frame);
            var other = Follow(deciding, deciding.FallThroughSuccessor!, frame);
            var (whenTrue, whenFalse) = deciding.ConditionKind == ControlFlowConditionKind.WhenTrue ? (taken, other) : (other, taken);
            successors.Add(whenTrue);
            successors.Add(whenFalse);
        }
        else if (BranchShapes.OnlyWay(block) is { } next)
        {
            var target = Follow(block, next, frame);
            if (target >= 0)
                successors.Add(target);
        }
        Graph.SetSuccessors(last, successors.ToArray());
        for (; node <= last; node++)
            AddExceptionEdges(block, frame, node);
    }

    private void AddExceptionEdges(BasicBlock block, Frame? frame, int node)
    {
        if (!Regions.IsTried(block))
            return;
        var handlers = Regions.Handlers(_cfg, block).Select(handler => NodeFor(handler, frame)).ToArray();
        Nodes[node].ExceptionSuccessors = handlers.Length;
        Graph.SetSuccessors(node, Graph.Successors(node).Concat(handlers).ToArray());
    }

    /// <summary>The node that a branch leads to, through the finally regions it leaves; −1 when it leads nowhere that counts.</summary>
    private int Follow(BasicBlock source, ControlFlowBranch branch, Frame? frame)
    {
        switch (branch.Semantics)
        {
            case ControlFlowBranchSemantics.Throw:
            case ControlFlowBranchSemantics.Rethrow:
            case ControlFlowBranchSemantics.Error:
                return ExitFor(source, frame, ExitKind.Throw);
            case ControlFlowBranchSemantics.StructuredExceptionHandling:
                return frame is not null ? frame.Continuation : ExitFor(source, null, ExitKind.Throw);
            case ControlFlowBranchSemantics.ProgramTermination:
                return ExitFor(source, frame, ExitKind.Throw);
        }
        if (branch.Destination is not { } destination)
            return ExitFor(source, frame, ExitKind.Throw);
        return ThroughFinallies(source, branch, destination, frame, 0);
    }

    private int ThroughFinallies(BasicBlock source, ControlFlowBranch branch, BasicBlock destination, Frame? frame, int index)
    {
        if (index == branch.FinallyRegions.Length)
            return destination.Kind == BasicBlockKind.Exit ? ExitFor(source, FrameAround(destination, frame), ExitKind.Return) : NodeFor(destination.Ordinal, FrameAround(destination, frame));
        var region = branch.FinallyRegions[index];
        var number = NumberOf(region);
        var shared = _exitsOfFinally.TryGetValue(number, out var exits) && exits > MostOwnCopies;
        var key = (number, shared ? -1 : source.Ordinal * 2 + (branch.IsConditionalSuccessor ? 1 : 0), destination.Ordinal, frame);
        if (!_frames.TryGetValue(key, out var copy))
        {
            copy = new Frame(number, frame);
            _frames[key] = copy;
            copy.Continuation = ThroughFinallies(source, branch, destination, frame, index + 1);
        }
        return NodeFor(region.FirstBlockOrdinal, copy);
    }

    /// <summary>A branch out of a finally copy that is not its end leaves the copy.</summary>
    private Frame? FrameAround(BasicBlock destination, Frame? frame)
    {
        while (frame is not null && !Contains(frame.Region, destination))
            frame = frame.Outer;
        return frame;
    }

    private bool Contains(int region, BasicBlock block)
    {
        for (var current = Regions.Around(block.EnclosingRegion); current is not null; current = Regions.Around(current.EnclosingRegion))
            if (NumberOf(current) == region)
                return true;
        return false;
    }

    private int ClauseAround(BasicBlock block) => Regions.CatchAround(block) is { } clause ? NumberOf(clause) + 1 : 0;

    private int NodeFor(int block, Frame? frame)
    {
        if (_nodesOf.TryGetValue((block, frame), out var nodes))
            return nodes.First;
        var parts = _contents[block] ??= _lower(_cfg.Blocks[block]);
        var first = Nodes.Count;
        foreach (var part in parts)
            Add(_cfg.Blocks[block], new FlowNode(part) { CatchClause = ClauseAround(_cfg.Blocks[block]) });
        MarkCatch(_cfg.Blocks[block], first);
        var last = Nodes.Count - 1;
        _nodesOf[(block, frame)] = (first, last);
        _pending.Enqueue((block, frame));
        // Between two parts a value is handed out, and the consumer may never ask for the next.
        for (var node = first; node < last; node++)
            Graph.SetSuccessors(node, node + 1, Abandoned(_cfg.Blocks[block], frame));
        return first;
    }

    /// <summary>Where an iterator goes that is disposed of before its end: through the finally regions around it.</summary>
    private int Abandoned(BasicBlock block, Frame? frame)
    {
        var entry = -1;
        Frame? waiting = null;
        foreach (var region in Regions.AllAround(block))
        {
            if (region is not { Kind: ControlFlowRegionKind.Try, EnclosingRegion: { Kind: ControlFlowRegionKind.TryAndFinally } around })
                continue;
            var cleanup = around.NestedRegions[1];
            var copy = new Frame(NumberOf(cleanup), frame);
            var first = NodeFor(cleanup.FirstBlockOrdinal, copy);
            if (waiting is null)
                entry = first;
            else
                waiting.Continuation = first;
            waiting = copy;
        }
        var exit = ExitFor(block, frame, ExitKind.Yield);
        if (waiting is null)
            return exit;
        waiting.Continuation = exit;
        return entry;
    }

    private int ExitFor(BasicBlock source, Frame? frame, ExitKind kind)
    {
        if (_exits.TryGetValue((source.Ordinal, frame, kind), out var node))
            return node;
        var content = new BlockContent();
        node = Add(null, new FlowNode(content)
        {
            Exit = kind,
            ExitLocation = ExitLocations.Of(_cfg, source),
            CatchClause = ClauseAround(source),
            ReturnValue = _contents[source.Ordinal] is { } parts ? parts[kind == ExitKind.Yield ? 0 : parts.Count - 1].ReturnValue : -1,
        });
        _exits[(source.Ordinal, frame, kind)] = node;
        return node;
    }

    private int Add(BasicBlock? block, FlowNode node)
    {
        Blocks.Add(block);
        Nodes.Add(node);
        return Graph.AddBlock();
    }

    private void MarkCatch(BasicBlock block, int node)
    {
        Nodes[node].CatchesFlushFailures = Regions.CatchAround(block) is { } clause && clause.FirstBlockOrdinal == block.Ordinal && ExceptionFilters.CatchesFlushFailures(_cfg, clause) == true;
    }

    private void CountFinallyExits()
    {
        foreach (var block in _cfg.Blocks)
        {
            Count(block.FallThroughSuccessor);
            Count(block.ConditionalSuccessor);
        }

        void Count(ControlFlowBranch? branch)
        {
            if (branch is null)
                return;
            foreach (var region in branch.FinallyRegions)
            {
                var number = NumberOf(region);
                _exitsOfFinally[number] = _exitsOfFinally.TryGetValue(number, out var count) ? count + 1 : 1;
            }
        }
    }

    private int NumberOf(ControlFlowRegion region)
    {
        if (!_regionNumbers.TryGetValue(region, out var number))
            _regionNumbers[region] = number = _regionNumbers.Count;
        return number;
    }

    private static GraphBuilder MakeEmpty()
    {
        var builder = new GraphBuilder(null!, null!, null!, default);
        builder.Add(null, new FlowNode(new BlockContent()) { Exit = ExitKind.Return });
        return builder;
    }
}
