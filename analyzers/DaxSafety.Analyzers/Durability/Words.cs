using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Words of bits that keep account of what was written: after <c>dirty |= 1UL &lt;&lt; page</c> it is not 0. A word counts as a number that is not negative.</summary>
internal sealed partial class BodyAnalysis
{
    private const string Or = nameof(BinaryOperatorKind.Or), Shift = nameof(BinaryOperatorKind.LeftShift);

    private Value Calculate(Path path, in Instruction step)
    {
        var (operation, left, right) = ((string)step.Payload!, Read(path, step.A), step.B < 0 ? null : Read(path, step.B));
        var value = Compute(operation, left, right, step.Scale, step.C == 1);
        ForgetRest(path, value);
        return operation is Or or Shift or BodyLowering.PopCount && value.IsUntracked && right is not null && step.C == 0
            && LeastOfWord(operation, left.AsConstant, CountedRangeOf(path, left).Low, CountedRangeOf(path, right).Low) > 0
                ? Number(path, EntityTable.HolderOfSite + step.Site, 1) : value;
    }

    private static long LeastOfWord(string operation, long? bits, long left, long right) => operation switch
    {
        Or => Math.Max(left, right),
        // The lowest bit of a constant is not shifted out.
        Shift when bits is > 0 and var shifted && (shifted & 1) != 0 => 1,
        BodyLowering.PopCount => Math.Min(left, 1),
        _ => long.MinValue,
    };
}
