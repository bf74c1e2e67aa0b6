using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>The least and the most that numbers can be: by what was tested, by what they are made of, and by what was written with them.</summary>
internal sealed partial class BodyAnalysis
{
    private int NumberTest(int entity) => _tests.Of(Flow.ConditionKind.Truth, entity);

    private Span RangeOf(Path path, int entity)
    {
        var known = path.Facts.TryGet(NumberTest(entity), out var range) ? range : Span.All;
        return known.Low >= 1 ? known : known.Within(MadeRangeOf(path, entity));
    }

    /// <summary>Also by what was written with the number: a test of it may still ask whether that made sense, what is counted with it may not.</summary>
    private Span CountedRangeOf(Path path, Ref place) =>
        place.IsConstant ? new Span(place.Offset, place.Offset)
        : place is { OffsetEntity: 0, Entity: > EntityTable.Untracked } ? RangeOf(path, place.Entity).Within(new Span(LeastWritten(path, place.Entity), long.MaxValue)).Moved(place.Offset)
        : Span.All;

    private Span CountedRangeOf(Path path, Value value)
    {
        var around = CountedRangeOf(path, value.Refs[0]);
        foreach (var place in value.Refs)
            around = around.Around(CountedRangeOf(path, place));
        return around;
    }

    public Span RangeOfResult(Path path, Value result) => result.Refs.All(place => place.IsConstant || (place.OffsetEntity == 0 && IsNumber(place.Entity))) ? CountedRangeOf(path, result) : Span.All;

    public Dictionary<int, Span>? RangesOfOuts(Path path)
    {
        Dictionary<int, Span>? ranges = null;
        for (var slot = 0; slot < _body.Slots.Length; slot++)
            if (_body.Slots[slot].IsGivenBack && RangeOfResult(path, Read(path, slot)) is var range && !range.Equals(Span.All))
                (ranges ??= new Dictionary<int, Span>())[slot] = range;
        return ranges;
    }

    private Ref? AtEntry(int slot) => EntityOf(_body.Slots[slot]) is { } entity ? Ref.Whole(entity.Id) : null;

    /// <summary>By how much captured variables, and what came by reference, have grown.</summary>
    public Dictionary<int, Span>? RisesOf(Path path)
    {
        Dictionary<int, Span>? rises = null;
        for (var slot = 0; slot < _body.Slots.Length; slot++)
            if (_body.Slots[slot].Kind is SlotKind.Captured or SlotKind.Content && AtEntry(slot) is { } first
                && Read(path, slot).Single is { OffsetEntity: 0, Entity: > EntityTable.Statics } now
                && (Added(first, now) is { } by ? CountedRangeOf(path, by) : DistanceOf(path, Value.Of(now), first)) is { Low: >= 0 } rise)
                (rises ??= new Dictionary<int, Span>())[slot] = rise;
        return rises;
    }

    private bool IsNumber(int entity) => entity > EntityTable.Statics && _entities[entity] is { IsFresh: false, Mapping: null };

    /// <summary>A callee's number is new here, but what it can be is known.</summary>
    private void LearnResult(Path path, Value result, Span range)
    {
        if (range.Equals(Span.All) || result.Single is not { OffsetEntity: 0 } place || _entities[place.Entity] is not { Kind: EntityKind.Result, Mapping: null })
            return;
        Learn(path, NumberTest(place.Entity), range.Moved(-place.Offset), remember: true);
    }

    private Span RangeOf(Path path, Ref place) => place.IsConstant ? new Span(place.Offset, place.Offset) : RangeOf(path, place.Entity).Moved(place.Offset);

    /// <summary>What the number is by the way it was made, whatever was found of it by a test.</summary>
    private Span MadeRangeOf(Path path, int entity)
    {
        var number = _entities[entity];
        return number.Kind switch
        {
            EntityKind.AtLeast => new Span(number.B, long.MaxValue),
            EntityKind.AtMost => new Span(long.MinValue, number.B),
            EntityKind.Result when number.IsAmount => new Span(0, long.MaxValue),
            EntityKind.Field when IsSize(number.A) => new Span(0, long.MaxValue),
            EntityKind.Measured when number.A == LengthOfRest => new Span(0, long.MaxValue),
            EntityKind.Field or EntityKind.Captured when IsUnsigned(TypeFacts.TypeOf(_context.Lowering.Members.SymbolOf(number.A))) => new Span(0, long.MaxValue),
            EntityKind.Parameter when IsUnsigned(TypeOfParameter(number.A)) => new Span(0, long.MaxValue),
            EntityKind.Computed when number.Payload is ValueTuple<string, long, long, int> (Down, var address, var unit, _) => RoundedDown(new Span(address, address), unit),
            EntityKind.Computed when number.Payload is ValueTuple<string, long, long, int> (DownBy, var more, var unit, _) => RoundedDown(RangeOf(path, Ref.Whole(number.A) with { Offset = more }), unit),
            EntityKind.Computed => new Span(LeastComputed(path, number), long.MaxValue),
            _ => Span.All,
        };
    }

    private static Span RoundedDown(Span number, long unit) => number.Plus(new Span(unit + 1, 0));

    private long LeastComputed(Path path, Entity number)
    {
        if (number.Payload is not ValueTuple<string, long, long, int> (var operation, var left, var right, _))
            return long.MinValue;
        switch (operation)
        {
            case "+":
                return CountedRangeOf(path, Ref.Whole(number.A) with { Offset = left }).Plus(CountedRangeOf(path, Ref.Whole((int)number.B) with { Offset = right })).Low;
            case "-":
                return DistanceOf(path, number.A, (int)number.B).Moved(unchecked(left - right)).Low;
            case Smaller or Larger:
                var one = CountedRangeOf(path, Ref.Whole(number.A) with { Offset = left }).Low;
                var other = CountedRangeOf(path, Ref.Whole((int)number.B) with { Offset = right }).Low;
                return operation == Smaller ? Math.Min(one, other) : Math.Max(one, other);
            // `(n + 511) / 512` blocks: where something was written, there is one.
            case "Divide" or "RightShift" or "*" when number.B == EntityTable.Zero && right > 0 && CountedRangeOf(path, Ref.Whole(number.A) with { Offset = left }).Low is >= 0 and var least:
                return Scaled(operation, least, right) ?? long.MinValue;
            case Or or Shift or BodyLowering.PopCount:
                return LeastOfWord(operation, number.A == EntityTable.Zero ? left : null,
                    CountedRangeOf(path, Ref.Whole(number.A) with { Offset = left }).Low, CountedRangeOf(path, Ref.Whole((int)number.B) with { Offset = right }).Low);
            default:
                return long.MinValue;
        }
    }

    /// <summary>What a number that is not negative comes to when it is multiplied, divided or shifted; null beyond what a number can be.</summary>
    private static long? Scaled(string operation, long number, long by) => operation switch
    {
        "Divide" when by > 0 => number / by,
        "RightShift" when by is >= 0 and < 32 => number >> (int)by,
        "*" when by == 0 || number <= int.MaxValue / by => number * by,
        _ => null,
    };

    /// <summary>How far a number can be from another, by what was found of the two.</summary>
    private Span DistanceOf(Path path, int number, int other)
    {
        var (x, y) = (Ref.Whole(number), Ref.Whole(other));
        if (number == other || Difference(ref x, ref y) is not { } difference)
            return number == other ? new Span(0, 0) : Span.All;
        var range = path.Facts.TryGet(NumberTest(difference), out var known) ? known : Span.All;
        return x.Entity == number ? range : range.Negated();
    }

    private bool AssumeOneIs(Path path, int register, Value value, long constant, bool equal) =>
        AssumeOneOf(path, register, value, range => equal ? range.Holds(constant) : range.Low != constant || range.High != constant);

    private List<long> LeftOf(long[] domain, Path path, Ref number, long excluded)
    {
        var left = new List<long>();
        foreach (var named in domain)
            if (named != excluded && !IsRuledOut(path, number.Entity, unchecked(named - number.Offset)))
                left.Add(named);
        return left;
    }

    /// <summary>Of several numbers those stay that fit.</summary>
    private bool AssumeOneOf(Path path, int register, Value value, Func<Span, bool> fits)
    {
        var kept = value.Refs.Where(place => !IsPlainNumber(place) || fits(RangeOf(path, place))).ToList();
        if (kept.Count > 0 && kept.Count < value.Refs.Length)
            Narrow(path, register, Value.OfRefs(kept));
        return kept.Count > 0;
    }

    private bool IsPlainNumber(Ref place) => place.IsConstant || (place.OffsetEntity == 0 && IsNumber(place.Entity));

    Span INumbers.RangeOf(Path path, Ref number) => CountedRangeOf(path, number);

    void INumbers.Forget(Path path, Entity number) => ForgetFacts(path, number);

    private ITypeSymbol? TypeOfParameter(int ordinal) => _body.Symbol is { } method && ordinal < method.Parameters.Length ? method.Parameters[ordinal].Type : null;

    /// <summary>The only numbers that it can be, where it is an enum's by its type.</summary>
    private long[]? DomainOf(Entity entity) => entity.Kind switch
    {
        EntityKind.Parameter => _context.Lowering.Types.NamedNumbers(TypeOfParameter(entity.A)),
        EntityKind.Field => _context.Lowering.Types.NamedNumbers(TypeFacts.TypeOf(_context.Lowering.Members.SymbolOf(entity.A))),
        _ => null,
    };

    private static bool IsUnsigned(ITypeSymbol? type) => type is { SpecialType: SpecialType.System_Byte or SpecialType.System_UInt16 or SpecialType.System_UInt32 or SpecialType.System_UInt64 };

    /// <summary>How many elements something has.</summary>
    private bool IsSize(int field) => field == MemberNumbers.Position ||
        _context.Lowering.Members.SymbolOf(field) is IPropertySymbol { Name: "Length" or "Count", Type.SpecialType: SpecialType.System_Int32 or SpecialType.System_Int64 };

    /// <summary>
    /// A tested counter that has grown or fallen by a number which is not known: it is told apart from what it is compared with, and from its first value, where that number is enough.
    /// </summary>
    private Value Count(Path path, int counter, Value before, Value by, bool falls)
    {
        var after = Compute(falls ? "-" : "+", before, by);
        if (by.AsConstant is not null || !_body.TestedSlots.Contains(counter))
            return after;
        return Stepped(path, counter, before, HasWritten(path, by) ? new Span(1, long.MaxValue) : CountedRangeOf(path, by), falls, after);
    }

    private Value Stepped(Path path, int counter, Value before, Span step, bool falls, Value after)
    {
        var least = CountedRangeOf(path, before).Plus(falls ? step.Negated() : step).Low;
        var distances = DistancesOf(path, counter, before);
        if (least < 0 && (distances.Count == 0 || step.Low < 0))
            return after;
        var number = Number(path, counter, least);
        foreach (var (limit, distance) in distances)
            LearnDistance(path, number.Refs[0], limit, distance.Plus(falls ? step.Negated() : step));
        return number;
    }

    /// <summary>How much a helper has written, by its own word: <c>at += WriteName(view, at, name)</c>.</summary>
    private bool HasWritten(Path path, Value by)
    {
        if (by.Single is not { OffsetEntity: 0, Offset: >= 0 } place || _entities[place.Entity] is not { Kind: EntityKind.Result, A: var call, Mapping: null })
            return false;
        foreach (var obligation in _obligations.OfSite(call))
            if (path.Pending.Contains(obligation.Id))
                return true;
        return false;
    }

    /// <summary>A tested variable that may be null gets a number.</summary>
    private Value Lift(Path path, int variable, Value number) =>
        _body.TestedSlots.Contains(variable) && number.AsConstant is null && number.Refs.All(place => place.IsConstant || place.Entity > EntityTable.Statics) ? Number(path, variable, CountedRangeOf(path, number).Low) : number;

    private const string Smaller = nameof(Smaller), Larger = nameof(Larger);

    /// <summary>The smaller or the larger of two numbers: one of them where it is known which, else a number of the step's own.</summary>
    private Value Extreme(Path path, bool smallest, Value left, Value right, int site)
    {
        var (a, b) = (CountedRangeOf(path, left), CountedRangeOf(path, right));
        if (left.Equals(right) || a.High <= b.Low)
            return smallest ? left : right;
        if (b.High <= a.Low)
            return smallest ? right : left;
        // Whoever calls a helper may know what they are.
        return IsOfHelper && left.Single is { OffsetEntity: 0 } x && right.Single is { OffsetEntity: 0 } y
            && Symbolic(smallest ? Smaller : Larger, x, y) is { IsUntracked: false } extreme ? extreme
            : Number(path, EntityTable.HolderOfSite + site, smallest ? Math.Min(a.Low, b.Low) : Math.Max(a.Low, b.Low));
    }

    /// <summary>
    /// A tested variable that keeps the largest or smallest of what it is compared with: what it began with stands for nothing, and is what it holds no more.
    /// </summary>
    private Value Keep(Path path, int variable, bool smallest, Value before, Value after)
    {
        if (!_body.TestedSlots.Contains(variable) || !before.Refs.All(place => IsKept(place) || (place.IsConstant && (smallest ? place.Offset is int.MaxValue or long.MaxValue : place.Offset <= 0))))
            return after;
        // Where rounds have met, it may be what it began with or what it has kept since.
        foreach (var place in before.Refs)
            if (IsKept(place))
                return Value.Of(place);
        var first = before.Refs[0].Offset;
        var kept = smallest ? _entities.Intern(EntityKind.AtMost, variable, first - 1) : _entities.Intern(EntityKind.AtLeast, variable, Math.Max(first, -1) + 1, EntityTable.Kept);
        ForgetFacts(path, kept);
        return Value.OfEntity(kept.Id);
    }

    private bool IsKept(Ref place) => place is { OffsetEntity: 0, Offset: 0 } && _entities[place.Entity] is { Kind: EntityKind.AtMost } or { Kind: EntityKind.AtLeast, Payload: EntityTable.Kept };

    private Value Number(Path path, int holder, long least)
    {
        var number = _entities.Intern(EntityKind.AtLeast, holder, least);
        ForgetFacts(path, number);
        return Value.OfEntity(number.Id);
    }
}
