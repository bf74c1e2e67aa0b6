using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Words of bits that keep account of what was written: after <c>dirty |= 1UL &lt;&lt; page</c> it is not 0. A word counts as a number that is not negative.</summary>
internal sealed partial class BodyAnalysis
{
    private const string Or = nameof(BinaryOperatorKind.Or), Shift = nameof(BinaryOperatorKind.LeftShift), HasFlag = nameof(HasFlag);

    /// <summary>
    /// What is known of some bits of a word, whatever the others are: <c>state |= State.Dirty; … if ((state &amp; State.Dirty) != 0)</c>. Null where they do
    /// not decide.
    /// </summary>
    private Value? OfWord(string operation, Value word, long mask)
    {
        if (word.Single is not { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } place)
            return null;
        var (set, clear) = BitsOf(place.Entity);
        return operation == Or ? (mask & ~set) == 0 ? word : null
            : (mask & ~(set | clear)) == 0 ? Value.Constant(operation == Mask ? set & mask : (set & mask) == mask ? 1 : 0)
            : operation == HasFlag && (mask & clear) != 0 ? Value.Constant(0) : null;
    }

    private (long Set, long Clear) BitsOf(int entity)
    {
        var (set, clear) = (0L, 0L);
        while (_entities[entity] is { Kind: EntityKind.Computed, B: EntityTable.Zero, Payload: ValueTuple<string, long, long, int> (Or or Mask, 0, _, _) done } word)
        {
            var mask = done.Item3;
            // What was done last counts.
            if (done.Item1 == Or)
                set |= mask & ~clear;
            else
                clear |= ~mask & ~set;
            entity = word.A;
        }
        return (set, clear);
    }

    /// <summary>One bit of a word is there or not: <c>(options &amp; Options.Sync) != 0</c> asks whether it is <c>Options.Sync</c>.</summary>
    private long[]? DomainOfBit(int entity) =>
        _entities[entity] is { Kind: EntityKind.Computed, B: EntityTable.Zero, Payload: ValueTuple<string, long, long, int> (Mask, _, var bit, _) }
        && BodyLowering.IsOneBit(bit) ? new[] { 0, bit } : null;

    private Value Calculate(Path path, in Instruction step)
    {
        var (operation, left, right) = ((string)step.Payload!, Read(path, step.A), step.B < 0 ? null : Read(path, step.B));
        // What a flag was made of is asked again in the next round of a loop: `changed |= TryPut(x)`.
        if (operation is EitherFlag or BothFlags && right is not null)
            (left, right) = (OfFlag(path, left), OfFlag(path, right));
        var value = Compute(operation, left, right, step.Scale, step.C == 1);
        ForgetRest(path, value);
        return operation is Or or Shift or BodyLowering.PopCount && value.IsUntracked && right is not null && step.C == 0
            && LeastOfWord(operation, left.AsConstant, CountedRangeOf(path, left).Low, CountedRangeOf(path, right).Low) > 0
                ? Number(path, EntityTable.HolderOfSite + step.Site, 1) : value;
    }

    private Value OfFlag(Path path, Value flag) =>
        flag.Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } place && RangeOf(path, place.Entity) is var range && range.Low == range.High
            ? Value.Constant(range.Low) : Decided(path, flag);

    /// <summary>
    /// What a flag has gathered is known where that is asked; the next round of a loop asks for something else: <c>any |= need; if (need) …</c>
    /// </summary>
    private void Settle(Path path, int gathered)
    {
        foreach (var variable in path.Variables)
            if (MayBeMadeOf(variable.Value, gathered))
                path.Variables = path.Variables.Set(variable.Key, Settled(path, variable.Value, gathered));
    }

    private Value Settled(Path path, Value flag, int gathered) =>
        Value.OfRefs(flag.Refs.Select(place => IsMadeOf(place, gathered) && OfFlag(path, Value.Of(place)).AsConstant is { } found ? Ref.Number(found) : place)
            .Distinct());

    private bool MayBeMadeOf(Value flag, int part)
    {
        foreach (var place in flag.Refs)
            if (IsMadeOf(place, part))
                return true;
        return false;
    }

    private bool IsMadeOf(Ref flag, int part) => flag is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics and var held }
        && (held == part || (_entities[held].Kind == EntityKind.Computed && (_entities[held].A == part || _entities[held].B == part)));

    private static long LeastOfWord(string operation, long? bits, long left, long right) => operation switch
    {
        Or => Math.Max(left, right),
        // The lowest bit of a constant is not shifted out.
        Shift when bits is > 0 and var shifted && (shifted & 1) != 0 => 1,
        BodyLowering.PopCount => Math.Min(left, 1),
        _ => long.MinValue,
    };
}
