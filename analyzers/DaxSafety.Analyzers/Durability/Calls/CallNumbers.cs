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
        var factor = term.Factor;
        if (term.LengthOf.Kind != OperandKind.None)
            return Times(LengthOf(path, call, term.LengthOf), factor);
        if (term.SizeOf is { } name)
        {
            // A structure's own length is compared with what is flushed; how far so many of them reach seldom is, and would be one more number for each.
            var type = BodyLowering.TypeNamed(name, call.Method);
            var size = term.Value.Kind == OperandKind.None ? TypeFacts.WholeSizeOf(type) : TypeFacts.SizeOf(type);
            if (size == 0)
                return Value.Untracked;
            factor *= size;
        }
        if (term.Value.Kind == OperandKind.None)
            return Value.Constant(factor);
        var value = Operand(path, call, term.Value);
        return Times(value, factor);
    }

    private Value Times(Value number, long factor) => factor == 1 ? number : Compute("*", number, Value.Constant(factor), 1, isAddress: false);

    /// <summary>How many bytes the elements of an array, a span or a list take: by how it was made, else by its own word, which the program may ask as well.</summary>
    private Value LengthOf(Path path, CallSite call, Operand operand)
    {
        if (Operand(path, call, operand).Single is not { } whole)
            return Value.Untracked;
        if (whole.LengthKnown)
            return Value.Of(new Ref(whole.LengthEntity, 0, whole.Length, Ref.Unknown, 0));
        var type = TypeOf(call, operand);
        return whole is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } && IsNumber(whole.Entity) && BodyLowering.SizeMember(type) is { } length
            ? Times(LoadField(path, Value.Of(whole), _context.Lowering.Members.Of(length)), Math.Max(1, TypeFacts.SizeOf(TypeFacts.ElementOf(type))))
            : Value.Untracked;
    }

    /// <summary>How many elements there are, or are left behind the start of a slice.</summary>
    private Value LengthOf(Path path, Value sequence, long size)
    {
        if (sequence.Refs.All(place => place is { OffsetEntity: 0, Offset: 0 }))
            return LoadField(path, sequence, MemberNumbers.Length);
        if (sequence.Single is not { } slice)
            return Value.Untracked;
        if (slice.OffsetEntity == 0 && ElementsIn(Value.Of(slice with { LengthEntity = EntityTable.Zero, Length = slice.Offset }), size) is { } before)
            return Compute("-", LoadField(path, Value.OfEntity(slice.Entity), MemberNumbers.Length), before, 1, isAddress: false);
        _asksForRests = true;
        return Value.OfEntity(_entities.Intern(EntityKind.Measured, LengthOfRest, slice.Entity).Id);
    }

    /// <summary>Sliced once more, it is no longer as long as it was found to be.</summary>
    private void ForgetRest(Path path, Value slice)
    {
        if (_asksForRests && slice.Single is { OffsetEntity: not 0, Entity: var entity })
            ForgetFacts(path, _entities.Intern(EntityKind.Measured, LengthOfRest, entity));
    }

    private bool _asksForRests;

    private static ITypeSymbol TypeOf(CallSite call, Operand operand) => operand.Kind == OperandKind.This ? call.Method.ContainingType : call.Method.Parameters[operand.Ordinal].Type;

    /// <summary>How many elements of that many bytes fit where it is known how many bytes there are: <c>data.AsSpan(0, n).Length</c>.</summary>
    private Value? ElementsIn(Value span, long size) => size == 0 || span.Single is not { LengthKnown: true, LengthEntity: var bytes, Length: var more } ? null
        : size == 1 || (bytes == EntityTable.Zero && more % size == 0) ? Value.Of(new Ref(bytes, 0, more / size, Ref.Unknown, 0))
        : more == 0 && _entities[bytes] is { Kind: EntityKind.Computed, B: EntityTable.Zero, A: var elements, Payload: ValueTuple<string, long, long, int> ("*", 0, var by, _) } && by == size ? Value.OfEntity(elements)
        : null;

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

    /// <summary>
    /// What a callee has made of a counter that it was given by reference, or has captured: more by a number that is not known, <c>used += data.Length</c>, is
    /// counted as if it stood here.
    /// </summary>
    private Value Raised(Path path, int counter, Value after, Span? rise = null)
    {
        if (counter < 0 || !_body.TestedSlots.Contains(counter))
            return after;
        var before = Read(path, counter);
        return rise is { } step && after.AsConstant is null ? Stepped(path, counter, before, step, falls: false, after)
            : before.Single is { OffsetEntity: 0 } number && after.Single is { OffsetEntity: 0 } sum && Added(number, sum) is { } by
            ? Count(path, counter, before, Value.Of(by), falls: false) : after;
    }

    /// <summary>What a sum has been made of besides a number; null when it is no such sum, or of a constant.</summary>
    private Ref? Added(Ref number, Ref sum) =>
        number.IsConstant && sum.Entity > EntityTable.Statics && IsNumber(sum.Entity) ? sum with { Offset = unchecked(sum.Offset - number.Offset) }
        : _entities[sum.Entity] is not { Kind: EntityKind.Computed, A: var a, B: var b, Payload: ValueTuple<string, long, long, int> ("+", var left, var right, _) }
            ? null
        : a == number.Entity ? new Ref((int)b, 0, unchecked(left + right + sum.Offset - number.Offset), Ref.Unknown, 0)
        : b == number.Entity ? new Ref(a, 0, unchecked(left + right + sum.Offset - number.Offset), Ref.Unknown, 0) : null;

    private const int OffsetInPage = 1;
    private const int FileLength = 2;

    /// <summary>Of what is behind the start of a slice, wherever that is: another number whenever something is sliced.</summary>
    public const int LengthOfRest = 32;

    /// <summary>A number that is not known, but what it is about is.</summary>
    private Value Measured(Path path, CallSite call, Effect effect)
    {
        if (effect.Has("page-size"))
            return Value.Constant(PageSize);
        if (effect.Has("true-if-written"))
            return Value.Constant(1);
        if (effect["of"]?.AsOperand is not { } of || Operand(path, call, of).Single is not { Entity: > EntityTable.Untracked } place)
            return Value.Untracked;
        return Value.OfEntity(_entities.Intern(EntityKind.Measured, effect.Has("offset-in-page") ? OffsetInPage : FileLength, place.Entity).Id);
    }
}
