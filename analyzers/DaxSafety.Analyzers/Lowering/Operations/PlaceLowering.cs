using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Turns assignment targets, by-ref arguments and everything else that names a place into a <see cref="Place"/>.</summary>
internal sealed partial class BodyLowering
{
    private static bool IsPlace(IOperation operation) => operation is
        ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation or IPropertyReferenceOperation
        or IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation or IInlineArrayAccessOperation
        or IFlowCaptureReferenceOperation or IDeclarationExpressionOperation or IDiscardOperation
        || IsDereference(operation, out _) || operation is IInvocationOperation { TargetMethod.ReturnsByRef: true }
        || operation is IInvocationOperation { TargetMethod.ReturnsByRefReadonly: true };

    /// <summary><c>*p</c>, <c>p[i]</c> and the hidden dereference of <c>p-&gt;x</c>: no public operation, known by the type relation alone.</summary>
    private static bool IsDereference(IOperation operation, out IOperation pointer)
    {
        pointer = null!;
        if (operation.Kind != OperationKind.None || operation.Type is null)
            return false;
        foreach (var child in operation.ChildOperations)
        {
            if (child.Type is IPointerTypeSymbol type && SymbolEqualityComparer.Default.Equals(type.PointedAtType, operation.Type))
                pointer = child;
            break;
        }
        return pointer is not null;
    }

    private Place LowerPlace(IOperation operation)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (operation)
        {
            case ILocalReferenceOperation or IParameterReferenceOperation when IsAskedAnew(operation):
                return Place.Variable(Known(Registers.None, operation));
            case ILocalReferenceOperation { Local: var local }:
                return OfVariable(local, local.Type);
            case IParameterReferenceOperation { Parameter.ContainingSymbol: INamedTypeSymbol { TypeKind: not TypeKind.Delegate } }:
                // Of an extension block: what its members are called on.
                return Place.Variable(ThisSlot);
            case IParameterReferenceOperation { Parameter: var parameter }:
                return !IsPrimaryConstructorCapture(parameter) ? OfVariable(parameter, parameter.Type)
                    // `ref byte _first = ref first;`
                    : parameter.RefKind != RefKind.None ? Place.Memory(_steps.Into(OpCode.LoadField, ThisSlot, FieldNumber(parameter)), TypeFacts.SizeOf(parameter.Type))
                    : Place.OfField(ThisSlot, FieldNumber(parameter));
            case IFieldReferenceOperation field:
                return OfField(field);
            case IPropertyReferenceOperation property:
                return NullableBehind(property) is { } nullable ? LowerPlace(nullable) : OfProperty(property);
            case IFlowCaptureReferenceOperation reference:
                return _capturedPlaces.TryGetValue(reference.Id, out var captured) ? captured : Place.Variable(CaptureSlot(reference.Id));
            case IArrayElementReferenceOperation element:
                foreach (var index in element.Indices)
                    Lower(index);
                var array = Lower(element.ArrayReference);
                return array < 0 ? Place.None : Place.OfField(array, MemberNumbers.Element);
            case IImplicitIndexerReferenceOperation indexer:
                return OfImplicitIndexer(indexer);
            case IInlineArrayAccessOperation inline:
                Lower(inline.Argument);
                return Inside(LowerPlace(inline.Instance), operation.Type);
            case IDeclarationExpressionOperation declaration:
                return LowerPlace(declaration.Expression);
            case IInvocationOperation { TargetMethod.ReturnsByRef: true } or IInvocationOperation { TargetMethod.ReturnsByRefReadonly: true }:
                var call = (IInvocationOperation)operation;
                return FieldReturnedBy(call.TargetMethod) is { } returned && call.Instance is not null ? Place.OfField(Lower(call.Instance), FieldNumber(returned))
                    : Place.Memory(CallOf(call), TypeFacts.SizeOf(operation.Type));
            case IConversionOperation conversion:
                return LowerPlace(conversion.Operand);
            case IParenthesizedOperation parenthesized:
                return LowerPlace(parenthesized.Operand);
            case IInstanceReferenceOperation { Type.IsValueType: true }:
                return Place.Variable(ThisSlot);
        }
        return IsDereference(operation, out var pointer) ? OfDereference(operation, pointer) : Place.None;
    }

    private Place OfVariable(ISymbol symbol, ITypeSymbol type)
    {
        if (_aliases.TryGetValue(symbol, out var named))
            return named;
        var slot = SlotOf(symbol);
        return _slots[slot].HoldsAddress ? Place.Memory(slot, TypeFacts.SizeOf(type))
            : _addressSlots.TryGetValue(symbol, out var address) ? Place.Memory(address, TypeFacts.SizeOf(type)) with { Content = slot }
            : Place.Variable(slot);
    }

    private Place OfDereference(IOperation operation, IOperation pointer)
    {
        var address = Lower(pointer);
        var size = TypeFacts.WholeSizeOf(operation.Type);
        var index = operation.ChildOperations.Count == 2 ? operation.ChildOperations.Last() : null;
        if (index is not null)
        {
            var offset = Lower(index);
            if (address >= 0)
                address = _steps.Into(OpCode.Arithmetic, address, offset, c: 1, scale: size, payload: "+", site: AddSite(operation));
        }
        return address < 0 ? Place.None : Place.Memory(address, size);
    }

    private Place OfField(IFieldReferenceOperation reference)
    {
        var field = reference.Field;
        if (IsAskedAnew(reference))
            return Place.Variable(Known(Registers.None, reference));
        if (reference.Instance is null)
            return Place.OfField(Registers.None, FieldNumber(field));
        if (NamesItsObject(field))
            return Lower(reference.Instance) is >= 0 and var self ? Place.OfField(self, MemberNumbers.Self) : Place.None;
        if (field.RefKind != RefKind.None)
        {
            var holder = Lower(reference.Instance);
            return holder < 0 ? Place.None : Place.Memory(_steps.Into(OpCode.LoadField, holder, FieldNumber(field)), TypeFacts.SizeOf(field.Type));
        }
        if (reference.Instance.Type is not { IsValueType: true })
        {
            var target = Lower(reference.Instance);
            return target < 0 ? Place.None : Place.OfField(target, FieldNumber(field));
        }
        var instance = LowerPlace(reference.Instance);
        if (instance.Kind == PlaceKind.Memory)
            return FieldInside(instance, field, reference);
        var value = instance.Kind == PlaceKind.None ? Lower(reference.Instance) : Load(instance);
        return value < 0 ? Place.None : Place.OfField(value, FieldNumber(field));
    }

    private Place OfProperty(IPropertyReferenceOperation reference)
    {
        var property = reference.Property;
        if (ElementOfLoop(reference) is { } element)
            return element;
        if (IsAskedAnew(reference) || _context.Knowledge.EffectsOf(property).Any(effect => effect.Kind == EffectKind.Varies))
            return Place.Variable(Known(Registers.None, reference));
        var instance = reference.Instance is { Type.IsValueType: true } structure ? LowerPlace(structure) : Place.None;
        var receiver = reference.Instance is null ? Registers.None
            : instance.Kind == PlaceKind.Memory ? instance.Base
            : instance.Kind != PlaceKind.None ? Load(instance)
            : Lower(reference.Instance);
        var arguments = LowerArguments(reference.Arguments, property.Parameters.Length, out _);

        if (property.RefKind != RefKind.None)
        {
            if (property.GetMethod is not { } getter)
                return Place.None;
            if (FieldReturnedBy(property) is { } returned && receiver >= 0)
                return Place.OfField(receiver, FieldNumber(returned));
            var address = HasEffects(property)
                ? EmitCall(getter, reference, receiver, arguments, effectsOf: property)
                : EmitCall(getter, reference, receiver, arguments);
            return address < 0 ? Place.None : Place.Memory(address, TypeFacts.SizeOf(property.Type));
        }
        if (instance.Kind == PlaceKind.Memory)
            return Inside(instance, property.Type);
        if (receiver >= 0 && OwnSpanBehind(property, StaticType(reference.Instance)) is { } getSpan)
            return Place.Variable(EmitCall(getSpan, reference, receiver, Array.Empty<int>(), isVirtual: getSpan is { IsSealed: false, ContainingType.IsSealed: false }));
        if (HasEffects(property) || (property.GetMethod is not null && HasOwnCode(property)) || (property.SetMethod is not null && HasOwnCode(property)))
            return new Place(PlaceKind.Property, receiver, Property: property, Arguments: arguments);
        if (receiver < 0 && reference.Instance is not null)
            return Place.None;
        return TakenBy(reference, receiver) ?? Place.OfField(receiver, FieldNumber(property)) with { Size = ElementSize(property) };
    }

    private Place OfImplicitIndexer(IImplicitIndexerReferenceOperation reference)
    {
        var receiver = Lower(reference.Instance);
        if (receiver >= 0 && SliceBehind(reference) is { } slice)
            return Place.Variable(Sliced(reference, slice, receiver));
        Lower(reference.Argument);
        if (receiver < 0)
            return Place.None;
        if (TakenFrom(receiver, StaticType(reference.Instance), (reference.IndexerSymbol.OriginalDefinition as IPropertySymbol)?.Type ?? reference.Type!, reference.Type!) is { } taken)
            return taken;
        // s[^1] is a place in the span; s[1..] is a span over the same memory.
        return reference.IndexerSymbol is IPropertySymbol { RefKind: not RefKind.None }
            ? Place.Memory(receiver, TypeFacts.SizeOf(reference.Type), inexact: true)
            : Place.Variable(_steps.Into(OpCode.Arithmetic, receiver, Registers.None, payload: "range", site: AddSite(reference)));
    }

    /// <summary>Of a span's property: how many bytes one of its elements takes.</summary>
    private static long ElementSize(IPropertySymbol property) => TypeFacts.IsSpan(property.ContainingType) ? TypeFacts.WholeSizeOf(property.ContainingType.TypeArguments[0]) : 0;

    /// <summary>A field that the tables know: what is read from it names the same memory as its object (<c>SafeHandle.handle</c>).</summary>
    private bool NamesItsObject(IFieldSymbol field) =>
        !_context.IsOwn(field) && _context.Knowledge.EffectsOf(field).Any(effect => effect.Kind == EffectKind.Derive && effect["from"]?.AsOperand is { Kind: OperandKind.This });

    /// <summary>The GetSpan of a type of the compilation, where a property of its base hands out the same memory.</summary>
    private IMethodSymbol? OwnSpanBehind(IPropertySymbol property, ITypeSymbol? receiver)
    {
        if (receiver is null || !HasEffects(property) || !_context.Knowledge.EffectsOf(property).Any(effect => effect.Has("by-get-span")))
            return null;
        for (var type = receiver; type is not null && _context.IsOwn(type); type = type.BaseType)
            if (type.GetMembers("GetSpan").OfType<IMethodSymbol>().FirstOrDefault(method => method is { IsAbstract: false, Parameters.IsEmpty: true }) is { } found)
                return found;
        return null;
    }

    private static Place Inside(Place outer, ITypeSymbol? type) =>
        outer.Kind == PlaceKind.Memory ? Place.Memory(outer.Base, TypeFacts.SizeOf(type), inexact: true) : outer;

    private int Load(Place place)
    {
        switch (place.Kind)
        {
            case PlaceKind.Variable:
                return place.Base;
            case PlaceKind.Field:
                return _steps.Into(OpCode.LoadField, place.Base, place.Field, scale: place.Size,
                    site: place.Field == MemberNumbers.Position ? AddSite(_current) : Registers.None);
            case PlaceKind.Property:
                if (place.Property is not { GetMethod: { } getter } property)
                    return Registers.None;
                if (PropertyShapes.IsAutomatic(getter))
                    return _steps.Into(OpCode.LoadField, place.Base, FieldNumber(property));
                return EmitCall(getter, _current, place.Base, place.Arguments!, effectsOf: HasEffects(property) ? property : null);
            case PlaceKind.Memory:
                return place.Content;
            default:
                return Registers.None;
        }
    }

    private void Store(Place place, int value, IOperation operation)
    {
        switch (place.Kind)
        {
            case PlaceKind.Variable:
                _steps.Add(new Instruction(OpCode.Copy, place.Base, Known(value, operation), site: AddSite(operation)));
                NoteMoved(place.Base);
                break;
            case PlaceKind.Field:
                _steps.Add(new Instruction(OpCode.StoreField, -1, place.Base, place.Field, Known(value, operation), site: AddSite(operation)));
                break;
            case PlaceKind.Memory:
                _steps.Add(new Instruction(OpCode.Write, -1, place.Base, place.Inexact ? 1 : 0, scale: place.Size, site: AddWriteSite(operation, place)));
                if (place.Content >= 0)
                    Store(Place.Variable(place.Content), value, operation);
                break;
            case PlaceKind.Property when place.Property is { SetMethod: { } plain } property && PropertyShapes.IsAutomatic(plain):
                Store(Place.OfField(place.Base, FieldNumber(property)), value, operation);
                break;
            case PlaceKind.Property when place.Property is { SetMethod: { } setter }:
                EmitCall(setter, operation, place.Base, place.Arguments!.Append(value).ToArray());
                break;
        }
    }

    /// <summary>The address of a place; for a variable that may itself lead to memory, its value, so that an alias of it is one too.</summary>
    private int AddressOf(Place place)
    {
        switch (place.Kind)
        {
            case PlaceKind.Memory when place.Inexact:
                return _steps.Into(OpCode.Arithmetic, place.Base, Registers.None, payload: "inside", site: AddSite(_current));
            case PlaceKind.Memory:
                return place.Base;
            default:
                return Registers.None;
        }
    }

    /// <summary>The variable or ref field that <c>x = ref y</c> points elsewhere.</summary>
    private Place RefVariable(IOperation target) => target switch
    {
        ILocalReferenceOperation { Local: var local } => Place.Variable(SlotOf(local)),
        IParameterReferenceOperation { Parameter: var parameter } => Place.Variable(_addressSlots.TryGetValue(parameter, out var address) ? address : SlotOf(parameter)),
        IDeclarationExpressionOperation declaration => RefVariable(declaration.Expression),
        IFieldReferenceOperation { Instance: { } instance, Field: var field } => Lower(instance) is >= 0 and var holder
            ? Place.OfField(holder, FieldNumber(field))
            : Place.None,
        _ => Place.None,
    };

    /// <summary>Keeps a place that was captured before the right side ran; one of several, where a choice captures them, and what it needs is in variables of its own.</summary>
    private void RememberPlace(CaptureId capture, Place place)
    {
        if (place.Arguments is { } arguments)
            place = place with { Arguments = Array.ConvertAll(arguments, IntoSlot) };
        if (Registers.IsTemporary(place.Base) || place.Kind == PlaceKind.Memory)
        {
            var slot = CaptureSlot(capture);
            _steps.Add(new Instruction(OpCode.Copy, slot, place.Base));
            place = place with { Base = slot };
        }
        // `ref odd ? ref *p : ref mine`: a variable has no address that anybody follows.
        else if (_chosenPlaces.Contains(capture))
        {
            _steps.Add(new Instruction(OpCode.Copy, CaptureSlot(capture), Known(Registers.None, _current)));
        }
        if (_capturedPlaces.TryGetValue(capture, out var other) && other.Kind == PlaceKind.Memory)
            place = other with { Inexact = other.Inexact || place.Inexact };
        _capturedPlaces[capture] = place;
    }
}
