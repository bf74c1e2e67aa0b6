using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>The library's tests of plain values: asked again of the same value, they answer the same; and its other ways to write <c>==</c>.</summary>
internal sealed partial class BodyLowering
{
    private static bool AsksSameTwice(IInvocationOperation invocation) => invocation.TargetMethod switch
    {
        { Name: "HasFlag", ContainingType.SpecialType: SpecialType.System_Enum } => true,
        { Name: "IsNullOrEmpty" or "IsNullOrWhiteSpace", ContainingType.SpecialType: SpecialType.System_String } => true,
        { Name: "StartsWith" or "EndsWith" or "Contains" or "Equals", ContainingType.SpecialType: SpecialType.System_String } => Operands(invocation).Skip(2).All(how => how.ConstantValue.HasValue),
        _ => false,
    };

    private static IEnumerable<IOperation> Operands(IInvocationOperation invocation)
    {
        var arguments = invocation.Arguments.OrderBy(argument => argument.Parameter?.Ordinal).Select(argument => argument.Value);
        return invocation.Instance is { } instance ? arguments.Prepend(instance) : arguments;
    }

    private int LowerQuestion(IInvocationOperation invocation)
    {
        var operands = Operands(invocation).ToList();
        var of = Known(Lower(operands[0]), operands[0]);
        var about = operands.Count == 1 ? _steps.Into(OpCode.Constant, payload: 0L) : Known(Lower(operands[1]), operands[1]);
        // Of one flag it is what `(of & about) == about` asks.
        if (invocation.TargetMethod.Name == "HasFlag" && Unconverted(operands[1]).ConstantValue is { HasValue: true, Value: var flag }
            && Normalize(flag) is long bit && IsOneBit(bit))
        {
            var bits = _steps.Into(OpCode.Arithmetic, of, about, scale: 1, payload: nameof(BinaryOperatorKind.And), site: AddSite(invocation));
            return TestValue(BinaryOperatorKind.Equals, bits, about, invocation);
        }
        var question = invocation.TargetMethod.Name + string.Concat(operands.Skip(2).Select(how => $" {how.ConstantValue.Value}"));
        return _steps.Into(OpCode.Arithmetic, of, about, payload: question, site: AddSite(invocation));
    }

    public static bool IsOneBit(long word) => word > 0 && (word & (word - 1)) == 0;

    /// <summary>What <c>ReferenceEquals(a, b)</c> and its kind compare; null for any other call.</summary>
    private static (IOperation Left, IOperation Right)? ComparedBy(IOperation operation) => operation is IInvocationOperation
    {
        TargetMethod: { Name: "ReferenceEquals" or "Equals", ContainingType.SpecialType: SpecialType.System_Object or SpecialType.System_String },
    } call && (call.TargetMethod.IsStatic || call.TargetMethod.ContainingType.SpecialType == SpecialType.System_String) && Operands(call).ToList() is { Count: 2 } operands
        ? (operands[0], operands[1]) : null;

    private Condition OfEquality(IOperation left, IOperation right, bool negated, IOperation whole) =>
        IsNullConstant(right) ? Make(ConditionKind.IsNull, LowerAsked(left), -1, negated, whole)
        : IsNullConstant(left) ? Make(ConditionKind.IsNull, LowerAsked(right), -1, negated, whole)
        : Make(ConditionKind.Equal, Known(Lower(left), left), Known(Lower(right), right), negated, whole);
}
