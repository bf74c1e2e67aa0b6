using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>The control-flow graphs of an operation-block action. A constructor with an initializer hands out the same graph twice; attributes have none worth reading.</summary>
internal static class BodyGraphs
{
    public static IEnumerable<ControlFlowGraph> Of(OperationBlockAnalysisContext context)
    {
        var seen = new HashSet<ControlFlowGraph>();
        foreach (var block in context.OperationBlocks)
        {
            if (block.Kind is OperationKind.Attribute or OperationKind.ParameterInitializer)
                continue;
            if (context.GetControlFlowGraph(block) is { } graph && seen.Add(graph))
                yield return graph;
        }
    }
}
