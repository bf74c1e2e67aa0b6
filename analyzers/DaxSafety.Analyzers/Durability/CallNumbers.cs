using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;

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
            return Operand(path, call, term.LengthOf).Single is { LengthKnown: true } measured
                ? Value.Of(new Ref(measured.LengthEntity, 0, measured.Length, Ref.Unknown, 0))
                : Value.Untracked;
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
        Value? option = null;
        path.Fields.ForEach((slot, stored) =>
        {
            if (_fields[slot].Entity == entity && IsNamed(_fields[slot].Field, name))
                option = stored;
        });
        return option;
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
