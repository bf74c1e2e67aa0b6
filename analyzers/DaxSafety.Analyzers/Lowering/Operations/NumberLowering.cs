using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Numbers that loops raise and that are asked for afterwards: how far something was written, and from where to where.</summary>
internal sealed partial class BodyLowering
{
    private bool IsCounter(Place place) => CounterOf(place) >= 0;

    /// <summary>The variable of a local or parameter, or of what came by reference, that is a whole number.</summary>
    private int CounterOf(Place place)
    {
        var slot = place.Kind == PlaceKind.Variable ? place.Base : place.Kind == PlaceKind.Memory ? place.Content : Registers.None;
        return slot is >= 0 and < Registers.FirstTemporary && IsCounter(_slots[slot]) ? slot : Registers.None;
    }

    private static bool IsCounter(Slot slot) => (slot.Symbol is ILocalSymbol || slot.Kind is SlotKind.Content or SlotKind.Parameter) && IsInteger(TypeFacts.TypeOf(slot.Symbol));

    /// <summary>Variables that a sum is assigned to. A parameter that is only asked is no counter: each question would be remembered.</summary>
    private readonly HashSet<int> _grown = new();

    /// <summary><c>offset += n</c> or <c>left -= n</c>, of a local or parameter. What is known of the one is then worth remembering for the other.</summary>
    private int Grown(Place counter, int before, in Summand summand, IOperation site)
    {
        var (by, falls) = (summand.Value, summand.Falls);
        var register = Lower(by);
        var slot = CounterOf(counter);
        _grown.Add(slot);
        if (by.ConstantValue.HasValue)
            return _steps.Into(OpCode.Arithmetic, before, register, c: 0, scale: 1, payload: falls ? "-" : "+", site: AddSite(site));
        var local = _slots[slot].Symbol!;
        NoteMadeOf(local, by);
        if (Unconverted(by) is IFlowCaptureReferenceOperation { Id: var chosen })
            _summands.Add((CaptureSlot(chosen), local));
        else if (Unconverted(by) is ILocalReferenceOperation { Local: var added })
            _summands.Add((SlotOf(added), local));
        return _steps.Into(OpCode.Grow, before, Known(register, by), c: slot, scale: falls ? -1 : 1, site: AddSite(site));
    }

    /// <summary>Locals that are made addresses of: <c>(byte*)at</c>.</summary>
    private readonly HashSet<ISymbol> _addresses = new(SymbolEqualityComparer.Default);

    private void NoteAddress(IConversionOperation conversion)
    {
        if (IsAddress(conversion.Type) == 1 && Unconverted(conversion.Operand) is ILocalReferenceOperation { Local: var local })
            _addresses.Add(local);
    }

    private HashSet<int> CounterSlots(HashSet<int> tested) =>
        new(tested.Where(slot => IsCounter(_slots[slot]) && !_addresses.Contains(_slots[slot].Symbol!) && (_slots[slot].Kind != SlotKind.Parameter || _grown.Contains(slot))));

    private readonly record struct Summand(IOperation Value, bool Falls);

    /// <summary>What <c>n = n + k</c>, <c>n = k + n</c> or <c>n = n + k - m</c> adds to n, the first on top; null for anything else.</summary>
    private static Stack<Summand>? SummandsOf(ISymbol counter, IOperation value)
    {
        Stack<Summand>? summands = null;
        while (Unconverted(value) is IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum)
        {
            var falls = sum.OperatorKind == BinaryOperatorKind.Subtract;
            var isTurned = !falls && IsReadOf(counter, sum.RightOperand);
            (summands ??= new()).Push(new Summand(isTurned ? sum.LeftOperand : sum.RightOperand, falls));
            value = isTurned ? sum.RightOperand : sum.LeftOperand;
        }
        return IsReadOf(counter, value) ? summands : null;
    }

    private static bool IsReadOf(ISymbol variable, IOperation value) => SymbolEqualityComparer.Default.Equals(SymbolBehind(value), variable);

    private int LowerSum(Place counter, Stack<Summand> summands, IOperation site)
    {
        var value = Load(counter);
        while (summands.Count > 0)
            value = Grown(counter, value, summands.Pop(), site);
        return value;
    }

    /// <summary>Variables that are added to a counter: <c>n += Put(x) ? 1 : 0</c>.</summary>
    private readonly List<(int Summand, ISymbol Counter)> _summands = new();

    /// <summary>A flag that says of several whether any is: <c>any |= wrote</c>.</summary>
    private void NoteGathered(ILocalSymbol? flag, IOperation value)
    {
        if (flag is { Type.SpecialType: SpecialType.System_Boolean } any && Unconverted(value) is ILocalReferenceOperation { Local: var one })
            _summands.Add((SlotOf(one), any));
    }

    /// <summary>The same, written out: <c>any = any || wrote</c>.</summary>
    private void NoteGathered(ILocalSymbol flag, IBinaryOperation? both)
    {
        if (both is { OperatorMethod: null, OperatorKind: BinaryOperatorKind.Or or BinaryOperatorKind.And or BinaryOperatorKind.ConditionalOr or BinaryOperatorKind.ConditionalAnd }
            && (IsReadOf(flag, both.LeftOperand) ? both.RightOperand : IsReadOf(flag, both.RightOperand) ? both.LeftOperand : null) is { } other)
            NoteGathered(flag, other);
    }

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
        if (Unconverted(assignment.Value) is IInvocationOperation extreme && _context.ReturnsLarger(extreme.TargetMethod) is { } isLargest)
            return !extreme.Arguments.Any(argument => SymbolEqualityComparer.Default.Equals(SymbolBehind(argument.Value), local)) ? value
                : _steps.Into(OpCode.Keep, value, c: place.Base, scale: isLargest ? 1 : 0, site: AddSite(assignment));
        if (assignment.Value.ConstantValue is { HasValue: true, Value: < 0 or < 0L })
            _sentinels.Add(local);
        if (!assignment.Value.ConstantValue.HasValue && _sentinels.Contains(local))
            return _steps.Into(OpCode.Grow, _steps.Into(OpCode.Constant, payload: 0L), value, c: place.Base, scale: 1, site: AddSite(assignment));
        return assignment.Value is not IConversionOperation { OperatorMethod: null, Operand.Type: { IsValueType: true } given }
            || local.Type is not INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } ? value
            : IsInteger(given) ? _steps.Into(OpCode.Lift, value, c: place.Base, site: AddSite(assignment))
            // Whatever it is, it is something: `last = DateTime.UtcNow`.
            : TypeFacts.IsScalar(given) || given.IsTupleType || _context.IsOwn(given) || _context.Types.CanCarryMapping(given) ? value
            : _steps.Into(OpCode.Allocate, site: AddSite(assignment));
    }

    /// <summary>What is asked of a local and what is asked of the values it was made of answer each other.</summary>
    private void NoteMadeOf(ISymbol local, IOperation value)
    {
        var test = new Condition(ConditionKind.Opaque, -1, -1, false, null, "", -1);
        NoteTested(value, test);
        if (!_testedBy.ContainsKey(local))
            _testedBy.Add(local, test);
    }

    internal static bool IsInteger(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_UInt32 or SpecialType.System_UInt64;

    /// <summary>A nullable's value is the nullable, where it is not null.</summary>
    private static IOperation? NullableBehind(IOperation operation) => operation switch
    {
        IPropertyReferenceOperation { Property: { Name: "Value", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }, Instance: { } nullable } => nullable,
        IInvocationOperation { TargetMethod: { Name: "GetValueOrDefault", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }, Arguments.IsEmpty: true, Instance: { } nullable } => nullable,
        _ => null,
    };

    /// <summary>How many bits of a word are set: none, where it is 0.</summary>
    public const string PopCount = "PopCount";

    private static bool IsPopCount(IMethodSymbol method) =>
        method is { Name: PopCount, IsStatic: true, Parameters.Length: 1, ContainingType: { Name: "BitOperations", ContainingNamespace.Name: "Numerics" } or { SpecialType: not SpecialType.None } };

    private int LowerPopCount(IOperation word) =>
        _steps.Into(OpCode.Arithmetic, Known(Lower(word), word), _steps.Into(OpCode.Constant, payload: 0L), payload: PopCount, site: AddSite(word));

    private int LowerExtreme(IInvocationOperation invocation, bool isLargest)
    {
        var (first, second) = (invocation.Arguments[0].Value, invocation.Arguments[1].Value);
        return Extreme(Known(Lower(first), first), Known(Lower(second), second), isLargest, invocation);
    }

    private int Extreme(int left, int right, bool isLargest, IOperation site) => _steps.Into(OpCode.Extreme, left, right, c: isLargest ? 1 : 0, site: AddSite(site));

    private static bool IsClamp(IMethodSymbol method) =>
        method is { Name: "Clamp", IsStatic: true, Parameters.Length: 3, ContainingType: { Name: "Math", ContainingNamespace.Name: "System" } or { SpecialType: not SpecialType.None } }
        && IsInteger(method.ReturnType);

    private int LowerClamp(IInvocationOperation invocation)
    {
        var bounded = invocation.Arguments.OrderBy(argument => argument.Parameter!.Ordinal)
            .Select(argument => Known(Lower(argument.Value), argument.Value)).ToArray();
        return Extreme(Extreme(bounded[0], bounded[1], isLargest: true, invocation), bounded[2], isLargest: false, invocation);
    }
}
