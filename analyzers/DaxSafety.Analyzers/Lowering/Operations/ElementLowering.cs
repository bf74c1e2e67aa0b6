using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Elements of arrays and lists that a variable picks: once it has moved on, a test of the element is another question.</summary>
internal sealed partial class BodyLowering
{
    private readonly HashSet<ISymbol> _indexes = new(SymbolEqualityComparer.Default);

    private void NoteIndex(IOperation operation)
    {
        if (IndexOf(operation) is { } index)
            _indexes.Add(index);
    }

    /// <summary>The variable that picks a plain element; the last one of several.</summary>
    private ISymbol? IndexOf(IOperation operation)
    {
        var index = operation switch
        {
            IArrayElementReferenceOperation element when !_context.Types.CanCarryMapping(element.Type) => element.Indices[element.Indices.Length - 1],
            IPropertyReferenceOperation { Property: { RefKind: RefKind.None } indexer, Instance.Type.IsReferenceType: true, Arguments.Length: 1 } indexed
                when !HasEffects(indexer) && !_context.IsOwn(indexer) && !_context.Types.CanCarryMapping(indexer.Type) => indexed.Arguments[0].Value,
            _ => null,
        };
        return index is null ? null : Unconverted(index) switch
        {
            ILocalReferenceOperation { Local: { RefKind: RefKind.None } local } => local,
            IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } => parameter,
            _ => null,
        };
    }

    private int LowerElement(IOperation element, ISymbol index)
    {
        if (element is IArrayElementReferenceOperation array)
        {
            foreach (var part in array.Indices)
                Lower(part);
            return ElementAt(Lower(array.ArrayReference), MemberNumbers.Element, index);
        }
        var indexed = (IPropertyReferenceOperation)element;
        return IsAskedAnew(indexed) ? Known(Registers.None, indexed) : ElementAt(Lower(indexed.Instance), FieldNumber(indexed.Property), index);
    }

    private int ElementAt(int collection, int field, ISymbol index) =>
        collection < 0 ? Registers.None : _steps.Into(OpCode.LoadElement, collection, field, _context.Members.Of(index));

    private void NoteMoved(int slot)
    {
        if (!Registers.IsTemporary(slot) && _slots[slot].Symbol is { } symbol && _indexes.Contains(symbol))
            _steps.Add(new Instruction(OpCode.MoveIndex, -1, -1, _context.Members.Of(symbol)));
    }

    /// <summary>The type that <c>Unsafe.SizeOf&lt;T&gt;()</c> asks about.</summary>
    private static ITypeSymbol? SizedBy(IMethodSymbol method) =>
        method is { Name: "SizeOf", ContainingType: { Name: "Unsafe", ContainingNamespace.Name: "CompilerServices" }, TypeArguments.Length: 1 }
            ? method.TypeArguments[0] : null;

    /// <summary>A field of a structure that lies in memory: where it is certain, at its offset, else somewhere in there.</summary>
    private Place FieldInside(Place structure, IFieldSymbol field, IOperation reference)
    {
        var size = TypeFacts.WholeSizeOf(field.Type);
        if (structure.Inexact || size == 0 || StructLayouts.OffsetOf(field) is not { } offset)
            return Place.Memory(structure.Base, size, inexact: true);
        if (offset == 0)
            return Place.Memory(structure.Base, size);
        var distance = _steps.Into(OpCode.Constant, payload: offset);
        return Place.Memory(_steps.Into(OpCode.Arithmetic, structure.Base, distance, c: 1, scale: 1, payload: "+", site: AddSite(reference)), size);
    }
}
