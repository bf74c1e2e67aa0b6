using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Filters that only say which types of exceptions a clause is for: <c>catch (Exception e) when (e is IOException or TimeoutException)</c>.</summary>
internal static class ExceptionFilters
{
    /// <summary>Whether a clause catches what a failed flush throws; null where its filter asks something else.</summary>
    public static bool? CatchesFlushFailures(ControlFlowGraph graph, ControlFlowRegion clause)
    {
        if (clause.EnclosingRegion is not { Kind: ControlFlowRegionKind.FilterAndHandler } filtered)
            return IsOfFailures(clause.ExceptionType);
        for (var block = filtered.FirstBlockOrdinal; block < clause.FirstBlockOrdinal; block++)
            if (graph.Blocks[block].BranchValue is { Syntax: { Parent: CatchFilterClauseSyntax } } asked)
                return asked switch
                {
                    IIsPatternOperation { Value: ILocalReferenceOperation, Pattern: var pattern } => Admits(pattern) & IsOfFailures(clause.ExceptionType),
                    IIsTypeOperation { ValueOperand: ILocalReferenceOperation, IsNegated: false, TypeOperand: var type } => IsOfFailures(type) & IsOfFailures(clause.ExceptionType),
                    _ => null,
                };
        return null;
    }

    private static bool? Admits(IPatternOperation pattern) => pattern switch
    {
        ITypePatternOperation { MatchedType: var type } => IsOfFailures(type),
        IDeclarationPatternOperation { MatchedType: var type } => IsOfFailures(type),
        INegatedPatternOperation { Pattern: var denied } => !Admits(denied),
        IBinaryPatternOperation { OperatorKind: BinaryOperatorKind.Or } either => Admits(either.LeftPattern) | Admits(either.RightPattern),
        IBinaryPatternOperation both => Admits(both.LeftPattern) & Admits(both.RightPattern),
        _ => null,
    };

    private static bool IsOfFailures(ITypeSymbol? type) => type?.Name is "IOException" or "Exception" or "SystemException" or "Object";
}
