using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What comes out of the library's containers of memory: one of the elements, or another container of the same ones.</summary>
internal sealed partial class BodyLowering
{
    /// <param name="container">What is asked.</param>
    /// <param name="type">Of the container.</param>
    /// <param name="declared">The type of the answer as the library declares it: a type parameter for an element.</param>
    /// <param name="taken">Its type here.</param>
    private Place? TakenFrom(int container, ITypeSymbol? type, ITypeSymbol declared, ITypeSymbol taken)
    {
        if (container < 0 || !_context.Types.ContainsMemory(type))
            return null;
        if (declared is ITypeParameterSymbol && (_context.Types.NamesMemory(taken) || _context.Types.ContainsMemory(taken) || _context.Types.IsTupleOfMemory(taken)))
            return Place.OfField(container, MemberNumbers.Element);
        return _context.Types.ContainsMemory(taken) || _context.Types.CanCarryMapping(taken) ? Place.Variable(_steps.Into(OpCode.Copy, container)) : null;
    }

    /// <summary>What a property of the library takes from a container.</summary>
    private Place? TakenBy(IPropertyReferenceOperation reference, int receiver) =>
        TakenFrom(receiver, StaticType(reference.Instance), reference.Property.OriginalDefinition.Type, reference.Property.Type);

    /// <summary>The element that a loop is at, of the container that it is over.</summary>
    private Place? ElementOfLoop(IPropertyReferenceOperation reference)
    {
        if (reference.Property.Name != nameof(System.Collections.IEnumerator.Current) || !_enumerated.TryGetValue(EnumeratorSlot(reference.Instance), out var loop))
            return null;
        // The enumerator of an array says nothing of what it hands out.
        return loop.Collection.Type is IArrayTypeSymbol array
            ? _context.Types.ContainsMemory(array) ? Place.OfField(loop.Slot, MemberNumbers.Element) : null
            : TakenFrom(loop.Slot, loop.Collection.Type, reference.Property.OriginalDefinition.Type, reference.Property.Type);
    }

    /// <summary>An enumerator that a loop asks what it is over.</summary>
    private bool IsEnumeratorOfLoop(IInvocationOperation call) => call.TargetMethod.Name == "GetEnumerator" && UserOf(call) switch
    {
        IFlowCaptureOperation => true,
        ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: var local } } => IsEnumerator(local),
        _ => false,
    };

    /// <summary>The result of a method of the library, with what it leaves in its out parameters, where it takes them from a container.</summary>
    private int TakenBy(IInvocationOperation call, int receiver, int[] arguments, List<(int Ordinal, Place Place, IOperation Operation)>? outs, int result)
    {
        var method = call.TargetMethod;
        if (IsEnumeratorOfLoop(call) || _context.Knowledge.EffectsOf(method).Any(effect => effect.Kind is not (EffectKind.Keep or EffectKind.Counts)))
            return result;
        var (container, type) = (receiver, StaticType(call.Instance));
        if (call.Instance is null && call.Arguments.FirstOrDefault(argument => _context.Types.ContainsMemory(StaticType(argument.Value))) is { Parameter: { } parameter } first)
            (container, type) = (arguments[parameter.Ordinal], StaticType(first.Value));
        if (outs is not null)
            foreach (var (ordinal, place, operation) in outs)
                if (place.Kind != PlaceKind.Memory && TakenFrom(container, type, method.OriginalDefinition.Parameters[ordinal].Type, method.Parameters[ordinal].Type) is { } left)
                    Store(place, Load(left), operation);
        return TakenFrom(container, type, method.OriginalDefinition.ReturnType, method.ReturnType) is { } taken ? Load(taken) : result;
    }
}
