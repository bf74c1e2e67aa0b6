using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Lowering;

/// <summary><c>span[4..]</c> and <c>span[..n]</c> are calls of Slice, where both ends are counted from the start.</summary>
internal sealed partial class BodyLowering
{
    private IMethodSymbol? SliceBehind(IImplicitIndexerReferenceOperation reference) =>
        reference is { IndexerSymbol: IMethodSymbol { Name: "Slice", Parameters.Length: 2 } slice, Argument: IRangeOperation range } && HasEffects(slice)
        && IsFromStart(range.LeftOperand) && IsFromStart(range.RightOperand) ? slice : null;

    private static bool IsFromStart(IOperation? end) => end is null || end is IConversionOperation { Operand.Type.SpecialType: SpecialType.System_Int32 };

    private int Sliced(IImplicitIndexerReferenceOperation reference, IMethodSymbol slice, int receiver)
    {
        var range = (IRangeOperation)reference.Argument;
        var start = range.LeftOperand is { } left ? Known(Lower(left), left) : _steps.Into(OpCode.Constant, payload: 0L);
        var end = range.RightOperand is { } right ? Known(Lower(right), right) : Registers.None;
        var length = end < 0 ? Registers.None : range.LeftOperand is null ? end : _steps.Into(OpCode.Arithmetic, end, start, scale: 1, payload: "-", site: AddSite(range));
        return EmitCall(slice, reference, receiver, new[] { start, length });
    }
}
