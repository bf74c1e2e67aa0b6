using Microsoft.CodeAnalysis.FlowAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What stands around a block of Roslyn's graph.</summary>
internal static class Regions
{
    /// <summary>From the inside out, to the root of this graph: a lambda's root stands in a region of the graph around it.</summary>
    public static IEnumerable<ControlFlowRegion> AllAround(BasicBlock block)
    {
        for (var region = Around(block.EnclosingRegion); region is not null; region = Around(region.EnclosingRegion))
            yield return region;
    }

    public static ControlFlowRegion? Around(ControlFlowRegion? region) => region is { Kind: not ControlFlowRegionKind.Root } ? region : null;

    public static ControlFlowRegion? CatchAround(BasicBlock block)
    {
        var region = Around(block.EnclosingRegion);
        while (region is not null && region.Kind != ControlFlowRegionKind.Catch)
            region = Around(region.EnclosingRegion);
        return region;
    }

    public static bool IsTried(BasicBlock block)
    {
        for (var region = block.EnclosingRegion; region is not null; region = region.EnclosingRegion)
            if (region.Kind == ControlFlowRegionKind.Try)
                return true;
        return false;
    }

    /// <summary>First blocks of the handlers that an exception in the block may reach.</summary>
    public static IEnumerable<int> Handlers(ControlFlowGraph graph, BasicBlock block)
    {
        foreach (var region in AllAround(block))
        {
            if (region.Kind == ControlFlowRegionKind.Finally)
                yield break;
            if (region.Kind != ControlFlowRegionKind.Try || region.EnclosingRegion is not { Kind: ControlFlowRegionKind.TryAndCatch } handled)
                continue;
            foreach (var handler in handled.NestedRegions)
                if (handler.Kind is ControlFlowRegionKind.Catch)
                    yield return handler.FirstBlockOrdinal;
                else if (handler.Kind is ControlFlowRegionKind.FilterAndHandler)
                    yield return handler.NestedRegions.FirstOrDefault(part => part.Kind == ControlFlowRegionKind.Catch) is { } clause && ExceptionFilters.CatchesFlushFailures(graph, clause) is not null
                        ? clause.FirstBlockOrdinal : handler.FirstBlockOrdinal;
        }
    }
}
