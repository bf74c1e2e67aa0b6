using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Numbers and addresses: what an expression names, as an entity and an offset.</summary>
internal sealed partial class BodyAnalysis
{
    private Value Compute(string operation, Value left, Value? right, long scale, bool isAddress)
    {
        if (operation is "inside" or "range" || right is null)
            return Value.OfRefs(left.Refs.Select(place => place.Somewhere()));
        if (operation == BodyLowering.Given)
            return left.Refs.All(place => place.IsConstant) ? right : left;
        if (operation is Down or DownBy)
            return left.Single is { OffsetEntity: 0 } unrounded && right.AsConstant is { } unit ? Value.OfEntity(_entities.Computed(operation, unrounded.Entity, unrounded.Offset, EntityTable.Zero, unit).Id) : Value.Untracked;
        if (operation == Mask && RoundedDown(left, right, isAddress) is { } rounded)
            return rounded;
        if (operation is Remainder or Mask && right.AsConstant is > 0 and var by)
            _remainders.Add((operation, by));
        // Which of the candidates is moved does not matter as long as it is known how far.
        if (left.Refs.Length > 1 && right.AsConstant is { } distance && operation is "+" or "-" && scale != 0 && left.Refs.All(place => place.Entity != EntityTable.Untracked))
            return Moved(left, operation == "+" ? distance * scale : -distance * scale);
        if (operation is Or or Mask or HasFlag or "ExclusiveOr" or EitherFlag or BothFlags && OfConstants(left, right, Bitwise(operation)) is { } bits)
            return bits;
        if (operation is EitherFlag or BothFlags && (OfOneKnown(operation, left, right) ?? OfOneKnown(operation, right, left)) is { } flag)
            return flag;
        if (operation is Or or Mask or HasFlag && right.AsConstant is { } mask && OfWord(operation, left, mask) is { } word)
            return word;
        if (operation is "Equals" or "NotEquals" or "LessThan" or "LessThanOrEqual" or "GreaterThan" or "GreaterThanOrEqual")
            return left.Single is { OffsetEntity: 0 } x && right.Single is { OffsetEntity: 0 } y ? Symbolic(operation, x, y) : Value.Untracked;
        if (right.AsConstant is not null && (IsNumberOfSeveral(left) || (operation == "*" && left.Refs.Length > 1)))
            return ComputeEach(operation, left, null, right, scale, isAddress);
        if (IsNumberOfSeveral(right) && left.AsConstant is not null)
            return ComputeEach(operation, right, left, null, scale, isAddress);
        if (left.Single is not { } a || right.Single is not { } b)
            return Lost(left);
        if (a.Entity == EntityTable.Untracked && b.Entity == EntityTable.Untracked)
            return Value.Untracked;
        if (IsOffsetInPage(b))
            return left;
        return operation switch
        {
            "+" => Sum(a, b, scale, 1, isAddress),
            "-" => Sum(a, b, scale, -1, isAddress),
            Or when a is { IsConstant: true, Offset: 0 } => right,
            Or when b is { IsConstant: true, Offset: 0 } => left,
            BodyLowering.PopCount when a is { IsConstant: true, Offset: 0 } => left,
            "*" when a.IsConstant && b.IsConstant => Value.Constant(unchecked(a.Offset * b.Offset)),
            "*" when a.IsConstant && b.OffsetKnown && !isAddress && !IsMemory(b.Entity) => Times(b, a.Offset),
            "*" when b.IsConstant && a.OffsetKnown && !isAddress && !IsMemory(a.Entity) => Times(a, b.Offset),
            Smaller or Larger when a.IsConstant && b.IsConstant => (a.Offset < b.Offset) == (operation == Smaller) ? left : right,
            Remainder when a.IsConstant && b is { IsConstant: true, Offset: > 0 } => Value.Constant(a.Offset % b.Offset),
            "Divide" or "RightShift" when a is { IsConstant: true, Offset: >= 0 } && b.IsConstant && Scaled(operation, a.Offset, b.Offset) is { } scaled => Value.Constant(scaled),
            // No address is multiplied: `(nuint)count * size` is a number.
            _ => a.IsConstant && b.IsConstant ? Value.Untracked : (isAddress && operation != "*") || IsMemory(a.Entity) ? Lost(left) : Symbolic(operation, a, b),
        };
    }

    private Value ComputeEach(string operation, Value each, Value? left, Value? right, long scale, bool isAddress)
    {
        Value? computed = null;
        foreach (var place in each.Refs)
        {
            var one = Value.Of(place);
            var next = Compute(operation, left ?? one, right ?? one, scale, isAddress);
            computed = computed is null ? next : Value.Join(computed, next);
        }
        return computed!;
    }

    /// <summary>How far the start of the page or line that an address lies in is from what the address is in.</summary>
    private const string Down = "down";

    /// <summary>The same, of an address that is a number beyond the start: at most that far, and less than a unit before it.</summary>
    private const string DownBy = "down-by";

    /// <summary><c>p &amp; ~63</c>: at most as far as p, and less than a unit before it. So is <c>(p + n + 63) &amp; ~63</c> of what is rounded up.</summary>
    private Value? RoundedDown(Value address, Value mask, bool isAddress) =>
        address.Single is { OffsetKnown: true, Entity: > EntityTable.Statics } place && mask.AsConstant is < 0 and > int.MinValue and var unit && (-unit & (-unit - 1)) == 0 && (isAddress || place.OffsetEntity != 0 || IsMemory(place.Entity))
        && (place.OffsetEntity == 0 ? Compute(Down, Value.Of(place), mask) : Compute(DownBy, DistanceOf(place), mask)).Single is { Entity: > EntityTable.Untracked } distance
            ? Value.Of(new Ref(place.Entity, distance.Entity, 0, Ref.Unknown, 0))
            : null;

    private static Func<long, long, long> Bitwise(string operation) => operation switch
    {
        Or or EitherFlag => (x, y) => x | y,
        Mask or BothFlags => (x, y) => x & y,
        HasFlag => (x, y) => (x & y) == y ? 1 : 0,
        _ => (x, y) => x ^ y,
    };

    /// <summary>What comes of every pair of known numbers; null when one of them is not known. So <c>any |= Put(x)</c> is a flag.</summary>
    private static Value? OfConstants(Value left, Value right, Func<long, long, long> compute) =>
        !left.Refs.All(place => place.IsConstant) || !right.Refs.All(place => place.IsConstant) ? null
        : Value.OfRefs(left.Refs.SelectMany(x => right.Refs.Select(y => Ref.Number(compute(x.Offset, y.Offset)))).Distinct());

    /// <summary>What one flag that is known leaves of two: <c>false || x</c> is x, and <c>true || x</c> is true.</summary>
    private static Value? OfOneKnown(string operation, Value known, Value other) =>
        known.AsConstant is { } flag ? (flag != 0) == (operation == EitherFlag) ? known : other : null;

    /// <summary>The view's own offset inside its first page: adding it to the acquired pointer gives the view's start.</summary>
    private bool IsOffsetInPage(Ref number) => number is { OffsetEntity: 0, Offset: 0 } && _entities[number.Entity] is { Kind: EntityKind.Measured, A: OffsetInPage };

    /// <summary>One of several numbers: the counter of a loop in its first round and later.</summary>
    private bool IsNumberOfSeveral(Value value) => value.Refs.Length > 1 && value.Refs.All(place => place.IsConstant || _entities[place.Entity].Kind is EntityKind.AtLeast or EntityKind.Computed);

    private static Value Moved(Value value, long distance) => value.Map(place => Moved(place, distance));

    private static Value Lost(Value value) => Value.OfRefs(value.Refs.Select(place => place.Somewhere()));

    private static Ref Moved(Ref place, long distance)
    {
        if (!place.OffsetKnown)
            return place;
        var moved = place with { Offset = unchecked(place.Offset + distance) };
        return place.LengthKnown ? moved with { Length = unchecked(place.Length - distance) } : moved;
    }

    /// <summary>Whether the entity is memory or an object rather than a number.</summary>
    private bool IsMemory(int entity) => _entities[entity].IsFresh || _entities[entity].Mapping is not null;

    private Value Sum(Ref a, Ref b, long scale, int sign, bool isAddress)
    {
        if (b.IsConstant)
            return scale == 0 ? Value.Of(a.Somewhere()) : Value.Of(Moved(a, sign * b.Offset * scale));
        if (a.IsConstant && sign > 0 && scale == 1)
            return Value.Of(Moved(b, a.Offset));
        if (!a.OffsetKnown || !b.OffsetKnown || scale == 0 || b.Entity == EntityTable.Untracked)
            return Value.Of(a.Somewhere());
        if (a.IsConstant)
            return Symbolic(sign > 0 ? "+" : "-", a, b);
        // A place moved by a number that is not constant: a symbol in its offset, if there is none yet.
        if (isAddress && a.OffsetEntity == 0 && sign > 0 && b.OffsetEntity == 0)
        {
            var distance = scale == 1 ? b.Entity : _entities.Computed("*", b.Entity, 0, EntityTable.Zero, scale).Id;
            return Value.Of(new Ref(a.Entity, distance, unchecked(a.Offset + b.Offset * scale), Ref.Unknown, 0));
        }
        return isAddress || IsMemory(a.Entity) ? Value.Of(a.Somewhere()) : Symbolic(sign > 0 ? "+" : "-", a, b);
    }

    /// <summary><c>(slot + 1) * 8</c> is 8 more than <c>slot * 8</c>.</summary>
    private Value Times(Ref number, long factor) => Symbolic("*", number with { Offset = 0 }, Ref.Number(factor)) is { IsUntracked: false, Refs: { Length: 1 } product }
        ? Value.Of(product[0] with { Offset = unchecked(number.Offset * factor) })
        : Value.Untracked;

    private Value Symbolic(string operation, Ref a, Ref b)
    {
        if (!a.OffsetKnown || !b.OffsetKnown || a.Entity == EntityTable.Untracked || b.Entity == EntityTable.Untracked)
            return Value.Untracked;
        var computed = _entities.Computed(operation, a.Entity, a.Offset, b.Entity, b.Offset);
        if (operation is EitherFlag or BothFlags && computed.Id != EntityTable.Untracked)
            _composites.Add(computed.Id);
        return Value.OfEntity(computed.Id);
    }

    /// <summary>The written range behind an address: <paramref name="size"/> bytes from it, or an unknown part of what lies there.</summary>
    private static Value Extent(Value address, bool inexact, long size) => address.Single is { } one ? Value.Of(Extent(one, inexact, size)) : ExtentOfEach(address, inexact, size);

    private static Value ExtentOfEach(Value address, bool inexact, long size) => address.Map(place => Extent(place, inexact, size));

    private static Ref Extent(Ref place, bool inexact, long size) =>
        inexact ? place.Somewhere()
        : size > 0 ? place with { LengthEntity = 0, Length = size }
        : place with { LengthEntity = Ref.Unknown, Length = 0 };
}
