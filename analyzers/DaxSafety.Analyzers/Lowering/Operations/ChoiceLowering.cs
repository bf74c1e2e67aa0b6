using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Variables that a choice sets: flags and the like that are tested again, and which of several mappings one stands for.</summary>
internal sealed partial class BodyLowering
{
    private readonly HashSet<CaptureId> _captured = new(), _chosenCaptures = new();

    /// <summary>Of the chosen captures those of plain values, which matter only where a reference is made of them: <c>ref odd ? ref *a : ref *b</c>.</summary>
    private readonly HashSet<CaptureId> _chosenPlaces = new();

    private readonly HashSet<ISymbol> _assigned = new(SymbolEqualityComparer.Default), _chosenLocals = new(SymbolEqualityComparer.Default);
    private readonly List<(CaptureId From, ISymbol Local)> _taken = new();

    /// <summary>What is written to the one of two mappings is not flushed by the other: <c>var (next, current) = odd ? (b, a) : (a, b);</c>.</summary>
    private void NoteChoice(IOperation operation)
    {
        switch (operation)
        {
            case IFlowCaptureOperation capture when (_context.Types.CanCarryMapping(capture.Value.Type) || IsPlace(capture.Value)) && !_captured.Add(capture.Id):
                _chosenCaptures.Add(capture.Id);
                if (!_context.Types.CanCarryMapping(capture.Value.Type))
                    _chosenPlaces.Add(capture.Id);
                break;
            case ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: var local } } assignment when assignment.IsRef || _context.Types.CanCarryMapping(local.Type):
                if (!_assigned.Add(local))
                    _chosenLocals.Add(local);
                NoteTaken(assignment.Value, assignment.Target);
                break;
            case IDeconstructionAssignmentOperation deconstruction:
                NoteTaken(deconstruction.Value, deconstruction.Target);
                break;
        }
    }

    private void NoteTaken(IOperation value, IOperation target)
    {
        if (Unconverted(value) is not IFlowCaptureReferenceOperation { Id: var from })
            return;
        foreach (var part in target.DescendantsAndSelf())
            if (part is ILocalReferenceOperation { Local: var local } && (local.RefKind != RefKind.None || _context.Types.CanCarryMapping(local.Type)))
                _taken.Add((from, local));
    }

    /// <summary>Of the tested variables those that a choice sets, and no counter: flags, what may be null, what a conditional expression comes to. And what a choice makes one of several mappings.</summary>
    private HashSet<int> ChosenSlots(HashSet<int> tested)
    {
        var slots = new HashSet<int>();
        var chosenFor = new HashSet<ISymbol>(_chosenFor.Values, SymbolEqualityComparer.Default);
        foreach (var slot in tested)
            if (_slots[slot].Symbol is not { } symbol || chosenFor.Contains(symbol) || _flagsOfFlushes.Contains(symbol) || IsNoNumber(symbol))
                slots.Add(slot);
        foreach (var chosen in _chosenFor)
            if (_testedVariables.Contains(chosen.Value) && _captureSlots.TryGetValue(chosen.Key, out var slot))
                slots.Add(slot);
        foreach (var loop in _enumerated.Values)
            if (loop.Collection is IFlowCaptureReferenceOperation)
                slots.Add(loop.Slot);
        _chosenCaptures.RemoveWhere(capture => _chosenPlaces.Contains(capture) && !_assignedCaptures.Contains(capture));
        foreach (var capture in _chosenCaptures)
            if (_captureSlots.TryGetValue(capture, out var slot))
                slots.Add(slot);
        foreach (var local in _chosenLocals.Concat(_taken.Where(taken => _chosenCaptures.Contains(taken.From)).Select(taken => taken.Local)))
            if (_slotOf.TryGetValue(local, out var slot))
                slots.Add(slot);
        return slots;
    }

    private static bool IsNoNumber(ISymbol variable) =>
        (variable as ILocalSymbol)?.Type is { SpecialType: not (>= SpecialType.System_SByte and <= SpecialType.System_UInt64) }
        || (variable as IParameterSymbol)?.Type is { SpecialType: not (>= SpecialType.System_SByte and <= SpecialType.System_UInt64) };
}
