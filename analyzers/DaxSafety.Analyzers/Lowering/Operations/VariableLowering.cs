using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Variables: the numbers of parameters, locals and of what the graph captures between its blocks, and what each of them stands for.</summary>
internal sealed partial class BodyLowering
{
    private int ReturnSlot()
    {
        if (_returnSlot < 0)
        {
            _returnSlot = _slots.Count;
            _slots.Add(new Slot(SlotKind.Capture, null, -1, HoldsAddress: false));
        }
        return _returnSlot;
    }

    private int SlotOf(ISymbol symbol)
    {
        if (_slotOf.TryGetValue(symbol, out var slot))
            return slot;
        var own = SymbolEqualityComparer.Default.Equals(symbol.ContainingSymbol, _owner) || _parent is null;
        var kind = !own ? SlotKind.Captured : symbol is IParameterSymbol ? SlotKind.Parameter : SlotKind.Local;
        var ordinal = kind == SlotKind.Captured ? _context.Members.Of(symbol) : symbol is IParameterSymbol parameter ? parameter.Ordinal : -1;
        slot = _slots.Count;
        if (kind == SlotKind.Parameter && HoldsContent(symbol))
        {
            _slots.Add(new Slot(kind, symbol, ordinal, HoldsAddress: true));
            _addressSlots[symbol] = slot++;
            kind = SlotKind.Content;
            // The caller may ask what is left there.
            _testedVariables.Add(symbol);
        }
        _slots.Add(new Slot(kind, symbol, ordinal, kind != SlotKind.Content && HoldsAddress(symbol)));
        _slotOf[symbol] = slot;
        return slot;
    }

    /// <summary>The addresses of by-ref parameters, of which what stands there is a variable of its own.</summary>
    private readonly Dictionary<ISymbol, int> _addressSlots = new(SymbolEqualityComparer.Default);

    /// <summary>A number or flag by reference may be mapped memory, or the caller's own account of what is written: <c>void Mark(ref bool dirty)</c>.</summary>
    private bool HoldsContent(ISymbol symbol) =>
        symbol is IParameterSymbol { RefKind: RefKind.Ref } parameter && HoldsAddress(parameter)
        && (TypeFacts.IsScalar(parameter.Type) || TypeFacts.IsPlainData(parameter.Type));

    /// <summary>A ref local names memory; a ref parameter does when it is plain data, else it is a variable that the caller sees change, as an out parameter always is.</summary>
    private bool HoldsAddress(ISymbol symbol) => symbol switch
    {
        ILocalSymbol local => local.RefKind != RefKind.None,
        IParameterSymbol { RefKind: RefKind.Ref or RefKind.In } parameter => !parameter.Type.IsReferenceType && (TypeFacts.IsPlainData(parameter.Type) || !_context.Types.CanCarryMapping(parameter.Type)) && !ReadOnlyReferences.IsValue(parameter),
        _ => false,
    };

    private int CaptureSlot(CaptureId capture)
    {
        if (_captureSlots.TryGetValue(capture, out var slot))
            return slot;
        slot = _slots.Count;
        _slots.Add(new Slot(SlotKind.Capture, null, -1, HoldsAddress: false));
        _captureSlots[capture] = slot;
        return slot;
    }

    private bool IsPrimaryConstructorCapture(IParameterSymbol parameter)
    {
        if (parameter.ContainingSymbol is not IMethodSymbol { MethodKind: MethodKind.Constructor } constructor)
            return false;
        for (var lowering = this; lowering is not null; lowering = lowering._parent)
            if (SymbolEqualityComparer.Default.Equals(lowering._owner, constructor))
                return false;
        return true;
    }

    private Dictionary<int, int> CapturedSlots()
    {
        var map = new Dictionary<int, int>();
        foreach (var nested in _nested)
            foreach (var slot in nested.Slots)
                if (slot is { Kind: SlotKind.Captured, Symbol: { } symbol })
                    map[slot.Ordinal] = SlotOf(symbol);
        return map;
    }

    private HashSet<int> TestedSlots()
    {
        var slots = new HashSet<int>();
        foreach (var symbol in _testedVariables)
            if (_slotOf.TryGetValue(symbol, out var slot))
                slots.Add(slot);
        foreach (var capture in _testedCaptures)
            if (_captureSlots.TryGetValue(capture, out var slot))
                slots.Add(slot);
        return slots;
    }

    /// <summary>Captures that are assigned through, or passed by reference: they stand for places, not for values.</summary>
    private void FindAssignedCaptures()
    {
        var pending = new Stack<IOperation>();
        foreach (var block in _cfg.Blocks)
        {
            foreach (var operation in block.Operations)
                FindAssignedCaptures(operation, pending);
            if (block.BranchValue is { } value)
                FindAssignedCaptures(value, pending);
        }
    }

    private void FindAssignedCaptures(IOperation root, Stack<IOperation> pending)
    {
        pending.Push(root);
        while (pending.Count > 0)
        {
            var operation = pending.Pop();
            var target = operation switch
            {
                IAssignmentOperation assignment => assignment.Target,
                IIncrementOrDecrementOperation step => step.Target,
                IArgumentOperation { Parameter.RefKind: not RefKind.None } argument => argument.Value,
                IAddressOfOperation address => address.Reference,
                _ => null,
            };
            NoteCaptures(target);
            // `link = ref left ? ref node->Left : ref node->Right;`
            if (operation is ISimpleAssignmentOperation { IsRef: true } alias)
            {
                NoteCaptures(alias.Value);
                NotePointed(alias.Target);
            }
            NoteCounter(operation);
            NoteChoice(operation);
            NoteIndex(operation);
            foreach (var child in operation.ChildOperations)
                pending.Push(child);
        }
    }

    private void NoteCaptures(IOperation? target)
    {
        switch (target)
        {
            case IFlowCaptureReferenceOperation reference:
                _assignedCaptures.Add(reference.Id);
                break;
            case IFieldReferenceOperation { Instance: { Type.IsValueType: true } instance }:
                NoteCaptures(instance);
                break;
            case ITupleOperation tuple:
                foreach (var element in tuple.Elements)
                    NoteCaptures(element);
                break;
        }
    }
}
