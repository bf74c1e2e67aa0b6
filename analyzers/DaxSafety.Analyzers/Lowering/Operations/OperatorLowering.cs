using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Operators: arithmetic on numbers and addresses, steps of a variable, and operators that the program declares itself, which are calls.</summary>
internal sealed partial class BodyLowering
{
    private int LowerCompound(ICompoundAssignmentOperation compound)
    {
        var place = LowerPlace(compound.Target);
        var before = Load(place);
        if (compound.OperatorMethod is { } method && IsInSource(method))
            return Operate(method, compound, place, before, Lower(compound.Value));
        if (IsBoundLate(compound.OperatorKind, compound.Target, compound.Value))
        {
            GiveToDynamic(before, compound);
            GiveToDynamic(Lower(compound.Value), compound);
            Store(place, Registers.None, compound);
            return Registers.None;
        }
        if (compound is { OperatorKind: BinaryOperatorKind.Add, Type.TypeKind: TypeKind.Delegate })
        {
            var both = LowerInTurn(before, Lower(compound.Value), compound);
            Store(place, both, compound);
            return both;
        }
        var value = compound is { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, OperatorMethod: null } && IsCounter(place)
            ? Grown(place, before, new Summand(compound.Value, compound.OperatorKind == BinaryOperatorKind.Subtract), compound)
            : _steps.Into(OpCode.Arithmetic, before, Lower(compound.Value), c: IsAddress(compound.Target.Type), scale: ScaleOf(compound.Target.Type), payload: OperatorText(compound.OperatorKind, compound.Type), site: AddSite(compound));
        if (compound.OperatorKind is BinaryOperatorKind.Or or BinaryOperatorKind.And)
            NoteGathered(AssignedLocal(compound.Target), compound.Value);
        if (compound.Target.Type?.SpecialType == SpecialType.System_Boolean)
            NoteTested(compound, new Condition(ConditionKind.Opaque, -1, -1, false, null, "", -1));
        Store(place, value, compound);
        if (compound.Target is ILocalReferenceOperation { Local: { Type.SpecialType: SpecialType.System_Boolean } flag })
            NotePolicy(flag, compound.Value);
        return value;
    }

    private int LowerIncrement(IIncrementOrDecrementOperation step)
    {
        if (step.Target is ILocalReferenceOperation { Local: var stepped })
            _stepped.Add(stepped);
        var place = LowerPlace(step.Target);
        var before = Load(place);
        if (step.OperatorMethod is { } method && IsInSource(method))
            return Operate(method, step, place, before) is var after && step.IsPostfix ? before : after;
        var one = _steps.Into(OpCode.Constant, payload: 1L);
        var kept = step.IsPostfix ? _steps.Into(OpCode.Copy, before) : Registers.None;
        var value = _steps.Into(OpCode.Arithmetic, before, one, c: IsAddress(step.Target.Type), scale: ScaleOf(step.Target.Type), site: AddSite(step),
            payload: step.Kind == OperationKind.Increment ? "+" : "-");
        Store(place, value, step);
        return step.IsPostfix ? kept : value;
    }

    /// <summary>A program's own operator on a place: a static one gives what the place gets, an instance's own changes what is there.</summary>
    private int Operate(IMethodSymbol method, IOperation operation, Place place, int before, params int[] operands)
    {
        if (!method.IsStatic)
        {
            EmitCall(method, operation, before, operands);
            return before;
        }
        var kept = _steps.Into(OpCode.Copy, before);
        var value = EmitCall(method, operation, Registers.None, operands.Prepend(kept).ToArray());
        Store(place, value, operation);
        return value;
    }

    private int LowerBinary(IBinaryOperation binary)
    {
        // A chain of thousands of operands leans to the left: walk down it instead of recursing.
        var chain = new Stack<IBinaryOperation>();
        IOperation leftmost = binary;
        while (leftmost is IBinaryOperation { ConstantValue.HasValue: false } inner)
        {
            chain.Push(inner);
            leftmost = inner.LeftOperand;
        }
        var value = Lower(leftmost);
        while (chain.Count > 0)
        {
            var node = chain.Pop();
            var right = Lower(node.RightOperand);
            if (node.OperatorMethod is { } method && IsInSource(method))
            {
                value = EmitCall(method, node, Registers.None, new[] { value, right });
                continue;
            }
            if (IsBoundLate(node.OperatorKind, node.LeftOperand, node.RightOperand))
            {
                GiveToDynamic(value, node);
                GiveToDynamic(right, node);
                value = Registers.None;
                continue;
            }
            if (node.Type?.SpecialType == SpecialType.System_Boolean)
                NoteTested(node, new Condition(ConditionKind.Opaque, -1, -1, false, null, "", -1));
            value = Arithmetic(node, value, right);
        }
        return value;
    }

    private int Arithmetic(IBinaryOperation node, int left, int right)
    {
        if (left < 0 && right < 0)
            return Registers.None;
        if (node is { OperatorKind: BinaryOperatorKind.Add, Type.TypeKind: TypeKind.Delegate })
            return LowerInTurn(left, right, node);
        // Whatever it is, this many of it end at a multiple: pages, say. And a flag that compares it may be asked again.
        if (node.Type?.SpecialType == SpecialType.System_Boolean)
            (left, right) = (Known(left, node.LeftOperand), Known(right, node.RightOperand));
        else if (node.OperatorKind is BinaryOperatorKind.Multiply or BinaryOperatorKind.LeftShift or BinaryOperatorKind.And or BinaryOperatorKind.Remainder && node.Type?.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_UInt64)
            (left, right) = (Known(left, node.LeftOperand), Known(right, node.RightOperand));
        if ((node.RightOperand.Type is IPointerTypeSymbol && node.OperatorKind == BinaryOperatorKind.Add)
            || (node.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals && Unconverted(node.LeftOperand).ConstantValue.HasValue))
            (left, right) = (right, left);
        return _steps.Into(OpCode.Arithmetic, left, right, c: Math.Max(IsAddress(node.Type), IsAddress(Unconverted(node.LeftOperand).Type)), scale: ScaleOf(node.Type), payload: OperatorText(node.OperatorKind, node.Type), site: AddSite(node));
    }

    /// <summary>An operator that is chosen when it runs gets its operands as a dynamic call does; whether two things are equal is only asked.</summary>
    private static bool IsBoundLate(BinaryOperatorKind kind, IOperation left, IOperation right) =>
        kind is not (BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals) && (left.Type?.TypeKind == TypeKind.Dynamic || right.Type?.TypeKind == TypeKind.Dynamic);

    private static int IsAddress(ITypeSymbol? type) =>
        type is IPointerTypeSymbol || type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr ? 1 : 0;

    /// <summary>What one step of a pointer is in bytes: 1 for numbers, 0 where the size is not known.</summary>
    private static long ScaleOf(ITypeSymbol? type) =>
        type is IPointerTypeSymbol pointer ? pointer.PointedAtType.SpecialType == SpecialType.System_Void ? 1 : TypeFacts.WholeSizeOf(pointer.PointedAtType) : 1;

    /// <summary>Flags are combined in one way, whether both are evaluated or not.</summary>
    private static string OperatorText(BinaryOperatorKind kind, ITypeSymbol? type) => kind switch
    {
        BinaryOperatorKind.Add => "+",
        BinaryOperatorKind.Subtract => "-",
        BinaryOperatorKind.Multiply => "*",
        BinaryOperatorKind.And when type?.SpecialType == SpecialType.System_Boolean => nameof(BinaryOperatorKind.ConditionalAnd),
        BinaryOperatorKind.Or when type?.SpecialType == SpecialType.System_Boolean => nameof(BinaryOperatorKind.ConditionalOr),
        _ => kind.ToString(),
    };
}
