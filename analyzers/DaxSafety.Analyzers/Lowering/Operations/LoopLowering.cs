using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// <c>foreach</c>: whether the first element is there depends on the collection, so that two loops over one collection both run or
/// neither does. In the graph a loop is a captured enumerator whose MoveNext is the condition; one that the program keeps in a local is as good.
/// </summary>
internal sealed partial class BodyLowering
{
    /// <summary>The collection behind an enumerator, by its slot: the collection's slot, that of its size if it tells, and how the source names it.</summary>
    private readonly Dictionary<int, (int Slot, int Size, IOperation Collection)> _enumerated = new();

    private void NoteEnumerator(int enumerator, IOperation value)
    {
        if (EnumeratedBy(value) is not { } collection)
            return;
        var slot = IntoSlot(Known(Lower(collection), collection));
        var size = LoadSize(slot, collection.Type) is >= 0 and var told ? IntoSlot(told) : Registers.None;
        _steps.Add(new Instruction(OpCode.BeginLoop, -1, enumerator));
        _enumerated[enumerator] = (slot, size, collection);
    }

    /// <summary>Locals that are given one enumerator and asked for nothing but its elements.</summary>
    private HashSet<ISymbol>? _enumerators;

    private bool IsEnumerator(ILocalSymbol local) => (_enumerators ??= FindEnumerators()).Contains(local);

    private HashSet<ISymbol> FindEnumerators()
    {
        var given = new List<ISymbol>();
        var used = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var operation in _cfg.OriginalOperation.Descendants())
            if (operation is IVariableDeclaratorOperation { Symbol: var declared } && operation.ChildOperations.FirstOrDefault() is IVariableInitializerOperation { Value: var value } && Unconverted(value) is IInvocationOperation { TargetMethod.Name: "GetEnumerator" })
                given.Add(declared);
            else if (operation is ILocalReferenceOperation { Local: var local } && !(UserOf(operation) is IInvocationOperation or IPropertyReferenceOperation))
                used.Add(local);
        return new HashSet<ISymbol>(given.Where(local => !used.Contains(local)), SymbolEqualityComparer.Default);
    }

    private static IOperation? UserOf(IOperation value)
    {
        var user = value.Parent;
        while (user is IConversionOperation { OperatorMethod: null })
            user = user.Parent;
        return user;
    }

    /// <summary>The slot of a loop's enumerator, or of one of the program's own; none for any other thing.</summary>
    private int EnumeratorSlot(IOperation? instance) => instance is null ? Registers.None : Unconverted(instance) switch
    {
        IFlowCaptureReferenceOperation { Id: var captured } => CaptureSlot(captured),
        ILocalReferenceOperation { Local: var local } => _slotOf.TryGetValue(local, out var slot) ? slot : Registers.None,
        _ => Registers.None,
    };

    private int IntoSlot(int register)
    {
        var slot = _slots.Count;
        _slots.Add(new Slot(SlotKind.Capture, null, -1, HoldsAddress: false));
        _steps.Add(new Instruction(OpCode.Copy, slot, register));
        return slot;
    }

    private IOperation? EnumeratedBy(IOperation value)
    {
        if (Unconverted(value) is not IInvocationOperation { TargetMethod.Name: "GetEnumerator", Arguments.IsEmpty: true, Instance: { } instance })
            return null;
        var collection = Unconverted(instance);
        return IsPlainRead(collection) || collection is IFlowCaptureReferenceOperation || IsMadeHere(collection) ? collection : null;
    }

    /// <summary>Collections that stand where a loop walks them, and the variables that hold them for it.</summary>
    private readonly Dictionary<IOperation, int> _evaluated = new();

    /// <summary><c>foreach (var file in new[] { data, index })</c>: made once, and asked again for its elements.</summary>
    private void EvaluateEnumerated(IOperation value)
    {
        if (EnumeratedBy(value) is { } collection && IsMadeHere(collection))
            _evaluated[collection] = IntoSlot(Lower(collection));
    }

    private static bool IsMadeHere(IOperation operation) => operation is IArrayCreationOperation || IsCollectionExpression(operation);

    /// <summary>One that is written, or that the compiler makes of a call's last arguments: <c>params ReadOnlySpan&lt;T&gt;</c></summary>
    private static bool IsCollectionExpression(IOperation operation) => operation is not IConversionOperation
        && (operation.Syntax.IsKind(SyntaxKind.CollectionExpression)
            || operation is { IsImplicit: true, Parent: IArgumentOperation { Parameter.IsParams: true } } and not IArrayCreationOperation);

    /// <summary>Reading it twice is reading it once.</summary>
    private bool IsPlainRead(IOperation operation) => operation switch
    {
        ILocalReferenceOperation or IParameterReferenceOperation or IInstanceReferenceOperation => true,
        IFieldReferenceOperation field => field.Instance is null || IsPlainRead(field.Instance),
        IPropertyReferenceOperation { Arguments.IsEmpty: true } property => !HasOwnCode(property.Property) && (property.Instance is null || IsPlainRead(property.Instance)),
        _ => false,
    };

    /// <summary>The condition of a loop over a collection that has a name; null for any other.</summary>
    private Condition? LoopCondition(IOperation test, bool negated)
    {
        if (EmptinessCondition(test, negated) is { } emptiness)
            return emptiness;
        if (test is not IInvocationOperation { TargetMethod.Name: "MoveNext", Arguments.IsEmpty: true, Instance: { } instance })
            return null;
        var enumerator = EnumeratorSlot(instance);
        if (!_enumerated.TryGetValue(enumerator, out var loop))
            return null;
        Lower(test);
        var condition = new Condition(ConditionKind.Iterates, enumerator, loop.Slot, negated, null, loop.Collection.Syntax.ToString(), AddSite(loop.Collection));
        condition.Size = loop.Size;
        // The caller may know how many it has passed.
        condition.Correlated = loop.Collection is IParameterReferenceOperation;
        NoteEnumerated(loop.Collection, condition);
        return condition;
    }

    private void NoteEnumerated(IOperation collection, Condition condition)
    {
        // `items ?? new()` is items or nothing: which of them the loop is over, a test of items tells.
        if (collection is IFlowCaptureReferenceOperation chosen)
            _testedCaptures.Add(chosen.Id);
        if (AskedSymbol(collection) is not { } symbol)
            return;
        if (_testedBy.TryGetValue(symbol, out var first))
            first.Correlated = condition.Correlated = true;
        else
            _testedBy[symbol] = condition;
    }
}
