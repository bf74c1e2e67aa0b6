using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What is put together from several values and taken apart again: tuples, arrays, anonymous objects, copies by <c>with</c>.</summary>
internal sealed partial class BodyLowering
{
    private int LowerTuple(ITupleOperation tuple)
    {
        var value = _steps.Into(OpCode.Allocate, site: AddSite(tuple));
        for (var i = 0; i < tuple.Elements.Length; i++)
        {
            var element = Lower(tuple.Elements[i]);
            if (TupleField(tuple.Type, i) is { } field)
                _steps.Add(new Instruction(OpCode.StoreField, -1, value, field, element));
        }
        return value;
    }

    private int? TupleField(ITypeSymbol? type, int index) =>
        type is INamedTypeSymbol { IsTupleType: true } tuple && index < tuple.TupleElements.Length ? FieldNumber(tuple.TupleElements[index]) : null;

    private int FieldNumber(ISymbol member)
    {
        if (member is not IFieldSymbol { ContainingType.IsTupleType: true } field)
            return _context.Members.Of(member);
        // However its elements are named, a tuple's fields are those of ValueTuple.
        var underlying = field.CorrespondingTupleField ?? field;
        return _context.Members.Of(field.ContainingType.OriginalDefinition.GetMembers(underlying.Name).FirstOrDefault() ?? underlying);
    }

    private int LowerArray(IArrayCreationOperation array)
    {
        if (_evaluated.TryGetValue(array, out var slot))
            return slot;
        var sizes = array.DimensionSizes.Select(Lower).ToArray();
        var value = _steps.Into(OpCode.Allocate, scale: OwnMemory, site: AddSite(array));
        if (sizes.Length == 1)
            StoreSize(value, array.Type, sizes[0], array);
        foreach (var element in array.Initializer?.ElementValues ?? ImmutableArray<IOperation>.Empty)
            Put(value, element);
        return value;
    }

    private void StoreSize(int collection, ITypeSymbol? type, int count, IOperation creation)
    {
        if (count >= 0 && Counts(type) && SizeOf(type) is { } size)
            _steps.Add(new Instruction(OpCode.StoreField, -1, collection, FieldNumber(size), count, site: AddSite(creation)));
    }

    private void Put(int collection, IOperation element)
    {
        var register = Lower(element);
        if (register < 0)
            return;
        _given?.Add(register);
        _steps.Add(new Instruction(OpCode.StoreField, -1, collection, MemberNumbers.Element, register));
    }

    private int LowerDeconstruction(IOperation target, IOperation? value, IOperation site)
    {
        target = target is IDeclarationExpressionOperation declaration ? declaration.Expression : target;
        var source = value is IConversionOperation { Operand: ITupleOperation inner } ? inner : value;
        if (target is not ITupleOperation targets)
            return Lower(source);
        if (source is ITupleOperation tuple && tuple.Elements.Length == targets.Elements.Length)
        {
            // All right sides are evaluated before any target is assigned.
            var places = targets.Elements.Select(PlaceOfElement).ToArray();
            var values = tuple.Elements.Select(Lower).Select(register => _steps.Into(OpCode.Copy, register)).ToArray();
            for (var i = 0; i < places.Length; i++)
                StoreElement(targets.Elements[i], places[i], values[i], site);
            return Registers.None;
        }
        var whole = Lower(source);
        TakeApart(targets, whole, source?.Type, site);
        return whole;
    }

    private void TakeApart(ITupleOperation targets, int whole, ITypeSymbol? type, IOperation site)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (type is { IsTupleType: false } && DeconstructOf(type, targets.Elements.Length) is { } method)
        {
            LowerDeconstruct(method, whole, targets, site);
            return;
        }
        for (var i = 0; i < targets.Elements.Length; i++)
        {
            var target = targets.Elements[i] is IDeclarationExpressionOperation declaration ? declaration.Expression : targets.Elements[i];
            var (part, partType) = PartOf(whole, type, i);
            if (target is ITupleOperation inner)
                TakeApart(inner, part, partType, site);
            else
                StoreElement(targets.Elements[i], PlaceOfElement(targets.Elements[i]), part, site);
        }
    }

    /// <summary>An element of a tuple, or the key or value of a dictionary's entry.</summary>
    private (int Register, ITypeSymbol? Type) PartOf(int whole, ITypeSymbol? type, int index)
    {
        if (TupleField(type, index) is { } field)
            return (whole >= 0 ? _steps.Into(OpCode.LoadField, whole, field) : Registers.None, ((INamedTypeSymbol)type!).TupleElements[index].Type);
        if (type is not INamedTypeSymbol { Name: nameof(KeyValuePair<int, int>), TypeArguments: { Length: 2 } arguments } entry || _context.IsOwn(entry) || index > 1)
            return (Registers.None, null);
        return (TakenFrom(whole, entry, entry.OriginalDefinition.TypeArguments[index], arguments[index]) is { } taken ? Load(taken) : Registers.None, arguments[index]);
    }

    /// <summary>The member of the compilation that takes a value apart; null when it is none or none for certain.</summary>
    private IMethodSymbol? DeconstructOf(ITypeSymbol type, int count)
    {
        for (var declaring = type; declaring is not null && _context.IsOwn(declaring); declaring = declaring.BaseType)
            if (declaring.GetMembers("Deconstruct").OfType<IMethodSymbol>().FirstOrDefault(method => !method.IsStatic && method.Parameters.Length == count) is { } found)
                return found;
        return null;
    }

    private void LowerDeconstruct(IMethodSymbol method, int whole, ITupleOperation targets, IOperation site)
    {
        if (!method.IsImplicitlyDeclared)
        {
            var outs = targets.Elements.Select((element, ordinal) => (ordinal, PlaceOfElement(element), element)).ToList();
            EmitCall(method, site, whole, outs.Select(_ => Registers.None).ToArray(), isVirtual: method.IsVirtual, outs: outs);
            return;
        }
        // A record's own: its parameters are its properties.
        for (var i = 0; i < targets.Elements.Length; i++)
        {
            var property = method.ContainingType.GetMembers(method.Parameters[i].Name).OfType<IPropertySymbol>().FirstOrDefault();
            var part = property is null || whole < 0 ? Registers.None : Load(HasOwnCode(property)
                ? new Place(PlaceKind.Property, whole, Property: property, Arguments: Array.Empty<int>())
                : Place.OfField(whole, FieldNumber(property)));
            StoreElement(targets.Elements[i], PlaceOfElement(targets.Elements[i]), part, site);
        }
    }

    private Place PlaceOfElement(IOperation element) =>
        element is ITupleOperation or IDeclarationExpressionOperation { Expression: ITupleOperation } ? Place.None : LowerPlace(element);

    private void StoreElement(IOperation element, Place place, int value, IOperation site)
    {
        if (place.Kind != PlaceKind.None)
            Store(place, value, site);
    }

    private int LowerAnonymousObject(IAnonymousObjectCreationOperation creation)
    {
        var value = _steps.Into(OpCode.Allocate, site: AddSite(creation));
        foreach (var initializer in creation.Initializers)
        {
            if (initializer is not ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property: var property } } assignment)
                continue;
            var part = Lower(assignment.Value);
            if (part >= 0)
                _steps.Add(new Instruction(OpCode.StoreField, -1, value, FieldNumber(property), part));
        }
        return value;
    }

    /// <summary>What the compiler calls for the copy of a record class; that of a struct is an ordinary assignment.</summary>
    private const string CloneOfRecord = "<Clone>$";

    /// <summary>A new object that holds what the old one holds; what the initializer changes follows as ordinary assignments.</summary>
    private int LowerCopy(IOperation with, IOperation? original)
    {
        var source = Lower(original);
        if (source < 0)
            return Registers.None;
        var copy = _steps.Into(OpCode.Allocate, site: AddSite(with));
        for (var type = with.Type; type is { SpecialType: SpecialType.None }; type = type.BaseType)
            foreach (var member in type.GetMembers())
                if (IsStored(member))
                    _steps.Add(new Instruction(OpCode.StoreField, -1, copy, FieldNumber(member), _steps.Into(OpCode.LoadField, source, FieldNumber(member))));
        return copy;
    }

    /// <summary>A field or automatic property of each object, or a property of a type whose code is out of sight.</summary>
    private bool IsStored(ISymbol member) => member switch
    {
        { IsStatic: true } => false,
        IFieldSymbol field => field.AssociatedSymbol is null && field.CanBeReferencedByName,
        IPropertySymbol { IsIndexer: false, GetMethod: not null } property => !HasOwnCode(property),
        _ => false,
    };
}
