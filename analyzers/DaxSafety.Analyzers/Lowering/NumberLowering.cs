using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Numbers that loops raise and that are asked for afterwards: how far something was written, and from where to where.</summary>
internal sealed partial class BodyLowering
{
    /// <summary><c>offset += n</c> or <c>left -= n</c>, of a local. What is known of the one is then worth remembering for the other.</summary>
    private bool GrowsCounter(ICompoundAssignmentOperation compound, Place place)
    {
        if (compound is not { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, OperatorMethod: null, Value.ConstantValue.HasValue: false }
            || place is not { Kind: PlaceKind.Variable, Base: >= 0 and < Registers.FirstTemporary } || _slots[place.Base].Symbol is not ILocalSymbol counter || !IsInteger(counter.Type))
            return false;
        NoteMadeOf(counter, compound.Value);
        if (Unconverted(compound.Value) is IFlowCaptureReferenceOperation { Id: var chosen })
            _summands.Add((CaptureSlot(chosen), counter));
        else if (Unconverted(compound.Value) is ILocalReferenceOperation { Local: var summand })
            _summands.Add((SlotOf(summand), counter));
        return true;
    }

    /// <summary>Variables that are added to a counter: <c>n += Put(x) ? 1 : 0</c>.</summary>
    private readonly List<(int Summand, ISymbol Counter)> _summands = new();

    /// <summary>Locals that are raised or lowered by one.</summary>
    private readonly HashSet<ISymbol> _stepped = new(SymbolEqualityComparer.Default);

    /// <summary>
    /// Where the sum is asked for, groups that add different numbers to it are kept apart until they have. Not those of what is counted itself: the rounds of its
    /// loop would all stay apart.
    /// </summary>
    private HashSet<int> SummandSlots()
    {
        var slots = new HashSet<int>();
        foreach (var (summand, counter) in _summands)
            if (_testedVariables.Contains(counter) && (_slots[summand].Symbol is not { } variable || !_stepped.Contains(variable)))
                slots.Add(summand);
        if (slots.Count > 0)
            foreach (var chosen in _chosenFor)
                if (_slotOf.TryGetValue(chosen.Value, out var local) && slots.Contains(local) && _captureSlots.TryGetValue(chosen.Key, out var slot))
                    slots.Add(slot);
        return slots;
    }

    /// <summary>Locals that hold a negative number where there is none yet: <c>long last = -1</c>.</summary>
    private readonly HashSet<ISymbol> _sentinels = new(SymbolEqualityComparer.Default);

    private int Counted(Place place, ISimpleAssignmentOperation assignment, int value)
    {
        if (place is not { Kind: PlaceKind.Variable, Base: >= 0 and < Registers.FirstTemporary } || _slots[place.Base].Symbol is not ILocalSymbol local)
            return value;
        if (ExtremeBehind(assignment.Value) is { } extreme)
            return !extreme.Arguments.Any(argument => SymbolEqualityComparer.Default.Equals(SymbolBehind(argument.Value), local)) ? value
                : _steps.Into(OpCode.Keep, value, c: place.Base, scale: extreme.TargetMethod.Name == "Max" ? 1 : 0, site: AddSite(assignment));
        if (assignment.Value.ConstantValue is { HasValue: true, Value: < 0 or < 0L })
            _sentinels.Add(local);
        if (!assignment.Value.ConstantValue.HasValue && _sentinels.Contains(local))
            return _steps.Into(OpCode.Grow, _steps.Into(OpCode.Constant, payload: 0L), value, c: place.Base, scale: 1, site: AddSite(assignment));
        return assignment.Value is IConversionOperation { OperatorMethod: null, Operand.Type: { } given } && IsInteger(given)
            && local.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }
                ? _steps.Into(OpCode.Lift, value, c: place.Base, site: AddSite(assignment)) : value;
    }

    /// <summary>What is asked of a local and what is asked of the values it was made of answer each other.</summary>
    private void NoteMadeOf(ILocalSymbol local, IOperation value)
    {
        var test = new Condition(ConditionKind.Opaque, -1, -1, false, null, "", -1);
        NoteTested(value, test);
        if (!_testedBy.ContainsKey(local))
            _testedBy.Add(local, test);
    }

    private static bool IsInteger(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_UInt32 or SpecialType.System_UInt64;

    /// <summary>A nullable's value is the nullable, where it is not null.</summary>
    private static IOperation? NullableBehind(IOperation operation) => operation switch
    {
        IPropertyReferenceOperation { Property: { Name: "Value", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }, Instance: { } nullable } => nullable,
        IInvocationOperation { TargetMethod: { Name: "GetValueOrDefault", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }, Arguments.IsEmpty: true, Instance: { } nullable } => nullable,
        _ => null,
    };

    /// <summary>The library's Min and Max of whole numbers.</summary>
    private static bool IsExtreme(IMethodSymbol method) =>
        method is { Name: "Min" or "Max", IsStatic: true, Parameters.Length: 2, ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } or { SpecialType: not SpecialType.None } } && IsInteger(method.ReturnType);

    private static IInvocationOperation? ExtremeBehind(IOperation value)
    {
        while (value is IConversionOperation { OperatorMethod: null } conversion)
            value = conversion.Operand;
        return value is IInvocationOperation invocation && IsExtreme(invocation.TargetMethod) ? invocation : null;
    }

    private int LowerExtreme(IInvocationOperation invocation)
    {
        var (first, second) = (invocation.Arguments[0].Value, invocation.Arguments[1].Value);
        var (left, right) = (Known(Lower(first), first), Known(Lower(second), second));
        return _steps.Into(OpCode.Extreme, left, right, c: invocation.TargetMethod.Name == "Max" ? 1 : 0, site: AddSite(invocation));
    }
}
