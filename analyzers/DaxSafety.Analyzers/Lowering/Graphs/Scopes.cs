using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Finds where variables go out of scope, by the regions of Roslyn's graph. A long method's states would otherwise differ for ever in
/// what has long been read, and every merge would look at all of it.
/// </summary>
internal sealed class Scopes
{
    private static readonly int[] Nothing = Array.Empty<int>();

    private readonly Dictionary<ISymbol, int> _slotOf;
    private readonly Dictionary<CaptureId, int> _captureSlots;
    private readonly Dictionary<CaptureId, Place> _capturedPlaces;
    private readonly HashSet<ISymbol> _captured;
    private readonly Dictionary<ControlFlowRegion, int[]> _variables = new();

    /// <param name="slotOf">Slots of locals and parameters.</param>
    /// <param name="captureSlots">Slots of what the graph keeps between blocks.</param>
    /// <param name="capturedPlaces">Places that it keeps, with slots for what indexes them.</param>
    /// <param name="nested">Code that may run after the scope of what it captures has ended.</param>
    public Scopes(Dictionary<ISymbol, int> slotOf, Dictionary<CaptureId, int> captureSlots, Dictionary<CaptureId, Place> capturedPlaces, IEnumerable<LoweredBody> nested)
    {
        _slotOf = slotOf;
        _captureSlots = captureSlots;
        _capturedPlaces = capturedPlaces;
        _captured = new HashSet<ISymbol>(
            nested.SelectMany(body => body.Slots).Where(slot => slot is { Kind: SlotKind.Captured, Symbol: not null }).Select(slot => slot.Symbol!), SymbolEqualityComparer.Default);
    }

    public void EndIn(GraphBuilder graph)
    {
        for (var node = 0; node < graph.Nodes.Count; node++)
        {
            if (graph.Blocks[node] is not { } block)
                continue;
            var successors = graph.Graph.Successors(node);
            int[][]? dying = null;
            for (var i = 0; i < successors.Length; i++)
                if (graph.Blocks[successors[i]] is { } next && EndingBetween(block, next) is { Length: > 0 } ending)
                    (dying ??= Enumerable.Repeat(Nothing, successors.Length).ToArray())[i] = ending;
            graph.Nodes[node].Dying = dying;
        }
    }

    private int[] EndingBetween(BasicBlock block, BasicBlock next)
    {
        if (block.EnclosingRegion == next.EnclosingRegion)
            return Nothing;
        List<int>? ending = null;
        for (var region = block.EnclosingRegion; region is { Kind: not ControlFlowRegionKind.Root } && !Encloses(region, next); region = region.EnclosingRegion)
            if (VariablesOf(region) is { Length: > 0 } variables)
                (ending ??= new List<int>()).AddRange(variables);
        return ending?.ToArray() ?? Nothing;
    }

    private static bool Encloses(ControlFlowRegion region, BasicBlock block) =>
        region.FirstBlockOrdinal <= block.Ordinal && block.Ordinal <= region.LastBlockOrdinal;

    private int[] VariablesOf(ControlFlowRegion region)
    {
        if (_variables.TryGetValue(region, out var known))
            return known;
        var slots = new List<int>();
        foreach (var local in region.Locals)
            if (!_captured.Contains(local) && _slotOf.TryGetValue(local, out var slot))
                slots.Add(slot);
        foreach (var capture in region.CaptureIds)
        {
            if (_captureSlots.TryGetValue(capture, out var slot))
                slots.Add(slot);
            if (_capturedPlaces.TryGetValue(capture, out var place) && place.Arguments is { } arguments)
                slots.AddRange(arguments);
        }
        return _variables[region] = slots.ToArray();
    }
}
