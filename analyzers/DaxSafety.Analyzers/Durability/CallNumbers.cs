using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>The numbers and options that a row of the tables names, as they are in one call.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The number that a table's expression stands for in this call; null when it names nothing.</summary>
    private Value? Number(Path path, CallSite call, ByteExpression? expression)
    {
        if (expression is null)
            return null;
        Value? sum = null;
        foreach (var term in expression.Terms)
        {
            var value = Number(path, call, term);
            sum = sum is null ? value : Compute("+", sum, value, 1, isAddress: false);
        }
        return sum;
    }

    private Value Number(Path path, CallSite call, ByteTerm term)
    {
        if (term.LengthOf.Kind != OperandKind.None)
            return LengthOf(path, call, term.LengthOf);
        var factor = term.Factor;
        if (term.SizeOf is { } name)
        {
            var size = TypeFacts.SizeOf(BodyLowering.TypeNamed(name, call.Method));
            if (size == 0)
                return Value.Untracked;
            factor *= size;
        }
        if (term.Value.Kind == OperandKind.None)
            return Value.Constant(factor);
        var value = Operand(path, call, term.Value);
        return factor == 1 ? value : Compute("*", value, Value.Constant(factor), 1, isAddress: false);
    }

    /// <summary>How long a span is: by how it was made, else by its own word, which the program may ask as well.</summary>
    private Value LengthOf(Path path, CallSite call, Operand operand)
    {
        if (Operand(path, call, operand).Single is not { } span)
            return Value.Untracked;
        if (span.LengthKnown)
            return Value.Of(new Ref(span.LengthEntity, 0, span.Length, Ref.Unknown, 0));
        var type = operand.Kind == OperandKind.This ? call.Method.ContainingType : call.Method.Parameters[operand.Ordinal].Type as INamedTypeSymbol;
        return span is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } && IsNumber(span.Entity) && type?.OriginalDefinition.GetMembers("Length").FirstOrDefault() is { } length
            ? LoadField(path, Value.Of(span), _context.Lowering.Members.Of(length)) : Value.Untracked;
    }

    /// <summary>The constant that an operand is; of an object with options, the property that is called like the operand.</summary>
    private long? OptionOf(Path path, CallSite call, Effect effect, string name)
    {
        if (Number(path, call, effect[name])?.Single is not { } value)
            return null;
        if (value.IsConstant)
            return value.Offset;
        return value.Entity <= EntityTable.Statics ? null : StoredOption(path, value.Entity, name)?.AsConstant;
    }

    /// <summary>What the property of that name of an object was given.</summary>
    private Value? StoredOption(Path path, int entity, string name)
    {
        for (var slot = _fields.LatestOf(entity); slot >= 0; slot = _fields.Before(slot))
            if (IsNamed(_fields[slot].Field, name) && path.Fields.TryGet(slot, out var stored))
                return stored;
        return null;
    }

    public bool IsNamed(int field, string option) => string.Equals(_context.Lowering.Members.SymbolOf(field)?.Name, option, StringComparison.OrdinalIgnoreCase);

    private const int OffsetInPage = 1;
    private const int FileLength = 2;

    /// <summary>A number that is not known, but what it is about is.</summary>
    private Value Measured(Path path, CallSite call, Effect effect)
    {
        if (effect.Has("page-size"))
            return Value.Constant(PageSize);
        if (effect["of"]?.AsOperand is not { } of || Operand(path, call, of).Single is not { Entity: > EntityTable.Untracked } place)
            return Value.Untracked;
        return Value.OfEntity(_entities.Intern(EntityKind.Measured, effect.Has("offset-in-page") ? OffsetInPage : FileLength, place.Entity).Id);
    }
}
