using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Which edges of a branch a group of paths can take, and what is known after taking one.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Ways in which one condition can come about, up to which each is a group of paths of its own.</summary>
    private const int MostWays = 8;

    /// <summary>The path as it goes on when the condition has the outcome: nothing when it cannot have it, several groups when it can come about in several ways.</summary>
    private List<Path> Assume(Path path, Condition condition, bool outcome)
    {
        Spend();
        var holds = outcome != condition.Negated;
        var assumed = path.Clone();
        var a = Read(path, condition.A);
        if (holds && condition.Kind is ConditionKind.Truth or ConditionKind.Less or ConditionKind.LessOrEqual && IsOnlyNull(assumed, condition.A, ref a))
            return new List<Path>();
        var possible = condition.Kind switch
        {
            ConditionKind.Truth => AssumeEqual(assumed, condition.A, a, holds ? 1 : 0, true, condition.Correlated || a.Targets.Any(place => IsSystem(place.Entity)), isBoolean: true) && AssumeCompared(assumed, a, holds),
            ConditionKind.IsNull => AssumeNull(assumed, condition, a, holds),
            ConditionKind.Equal => AssumeEqual(assumed, condition, a, Read(path, condition.B), holds),
            ConditionKind.Less or ConditionKind.LessOrEqual => AssumeOrder(assumed, condition, a, holds),
            ConditionKind.Iterates => AssumeIterates(assumed, condition, a, Read(path, condition.B), holds),
            ConditionKind.Matches => AssumeMatch(assumed, condition, a, holds),
            _ => true,
        };
        var ways = new List<Path>(1);
        if (!possible || !FitsComposites(assumed, a) || !FitsComposites(assumed, ComparedBy(a)) || (condition.B >= 0 && !FitsComposites(assumed, Read(path, condition.B))))
            return ways;
        if (holds && condition.IsLifted && !(LearnPresent(assumed, condition, a) && LearnPresent(assumed, condition, Read(path, condition.B))))
            return ways;
        if (SaysFailed(condition, a, path, holds))
            Excuse(assumed);
        SettleForSystem(assumed, a);
        if (condition.Kind == ConditionKind.Truth && _body.SummandSlots.Count > 0
            && a.Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } gathered)
            Settle(assumed, gathered.Entity);
        ways.Add(assumed);
        if (condition.Parts.Length == 0)
            return ways;
        return holds == condition.PartsWhen ? AssumeEach(ways, condition.Parts, holds) : AssumeSome(ways, condition.Parts, holds);
    }

    /// <summary>All parts have the outcome.</summary>
    private List<Path> AssumeEach(List<Path> paths, Condition[] parts, bool outcome)
    {
        var ways = paths;
        foreach (var part in parts)
            ways = AssumeEach(ways, part, outcome);
        return ways;
    }

    /// <summary>One part has the outcome, and those before it have not: a way for each. Where there are too many, nothing is learnt.</summary>
    private List<Path> AssumeSome(List<Path> paths, Condition[] parts, bool outcome)
    {
        var ways = new List<Path>();
        var others = paths;
        foreach (var part in parts)
        {
            ways.AddRange(AssumeEach(others, part, outcome));
            if (ways.Count > MostWays)
                return paths;
            others = AssumeEach(others, part, !outcome);
        }
        return ways;
    }

    /// <summary>Where the outcome can come about in too many ways, nothing is learnt from it.</summary>
    private List<Path> AssumeEach(List<Path> paths, Condition part, bool outcome)
    {
        var ways = paths.SelectMany(path => Assume(path, part, outcome)).ToList();
        return ways.Count > MostWays ? paths : ways;
    }

    /// <summary>What is null is neither true nor less or more than anything: true when it is nothing else.</summary>
    private bool IsOnlyNull(Path path, int register, ref Value value)
    {
        if (!value.MayBe(EntityTable.Null))
            return false;
        if (value.Refs.Length == 1)
            return true;
        value = Value.OfRefs(value.Refs.Where(place => place.Entity != EntityTable.Null));
        Narrow(path, register, value);
        return false;
    }

    private bool AssumeNull(Path path, Condition condition, Value value, bool isNull)
    {
        var kept = value.Refs.Where(place => isNull ? !IsObject(place.Entity) : place.Entity != EntityTable.Null).ToList();
        if (kept.Count == 0)
            return false;
        var single = kept.Count == 1 ? kept[0] : default;
        if (isNull && kept.Any(place => place.Entity == EntityTable.Null) && value.Refs.Length > 1)
            kept = new List<Ref> { Ref.Whole(EntityTable.Null) };
        if (kept.Count < value.Refs.Length)
            Narrow(path, condition.A, Value.OfRefs(kept));
        if (isNull && value.Single is { Entity: > EntityTable.Statics } nothing)
            ForgetWritesTo(path, nothing.Entity);
        if (!isNull && kept.Count == 1 && !LearnHolders(path, single.Entity))
            return false;
        if (value.Refs.Length > 1 && !isNull && kept.Count == 1)
            value = Value.Of(single);
        return NullTestOf(value) is not { } test || Learn(path, test, isNull ? Span.True : Span.False, condition.Correlated);
    }

    /// <summary>What is more or less than something, or equal to it, is not null.</summary>
    private bool LearnPresent(Path path, Condition condition, Value value) =>
        value.Single is not { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } place || IsObject(place.Entity)
        || Learn(path, _tests.Of(ConditionKind.IsNull, place.Entity), Span.False, condition.Correlated);

    /// <summary>What something was called on is not null, where anybody asks: <c>slab.Put(x); slab?.Flush();</c></summary>
    private void LearnCalledOn(Path path, int receiver)
    {
        if (receiver >= 0 && Read(path, receiver) is var called && IsAskedOfNull(receiver, called) && NullTestOf(called) is { } test)
            Learn(path, test, Span.False, remember: true);
    }

    private bool IsAskedOfNull(int register, Value value) => _body.TestedSlots.Contains(register)
        ? _body.Slots[register].Symbol is not null
        : value.Single is { Entity: var entity } && _entities[entity] is { Kind: EntityKind.Field, A: var field } && _body.FieldsAskedOfNull.Contains(field);

    /// <summary>The question whether a value is null, where that can be told of it: of one thing, or of one of two.</summary>
    private int? NullTestOf(Value value) => value.Refs switch
    {
        { Length: 1 } refs when refs[0].Entity > EntityTable.Untracked && !_entities[refs[0].Entity].IsFresh => _tests.Of(ConditionKind.IsNull, refs[0].Entity),
        { Length: 2 } refs when refs[0].Entity > EntityTable.Untracked => _tests.Of(ConditionKind.IsNull, refs[0].Entity, b: refs[1].Entity),
        _ => null,
    };

    /// <summary>What is null has never been written to, whatever other paths of the group did.</summary>
    private void ForgetWritesTo(Path path, int nothing)
    {
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key].Target is { Refs.Length: 1 } target && LeadsThrough(target.Refs[0].Entity, nothing))
                path.Pending = path.Pending.Remove(entry.Key);
    }

    /// <summary>What an object holds is not there without it, nor a view without the map or file that it was made from.</summary>
    private bool LeadsThrough(int entity, int holder, int depth = 0)
    {
        for (; entity != holder; entity = (int)_entities[entity].B)
        {
            // Several are those of several paths, but for a field: there they are the map and its file.
            if (depth < MostLayers && _entities[entity] is { Mapping: { } mapping, Kind: var kind } && (mapping.Parents.Count == 1 || kind == EntityKind.Field)
                && mapping.Parents.Exists(parent => parent.Single is { Entity: > EntityTable.Statics } made && LeadsThrough(made.Entity, holder, depth + 1)))
                return true;
            if (_entities[entity].Kind != EntityKind.Field)
                return false;
        }
        return true;
    }

    /// <summary>A file, its map, a view of it, a writer over that.</summary>
    private const int MostLayers = 4;

    /// <summary>What a field was read from was not null: <c>h?.V</c> that is there says that <c>h</c> is.</summary>
    private bool LearnHolders(Path path, int entity)
    {
        for (; _entities[entity] is { Kind: EntityKind.Field, B: > EntityTable.Statics and var holder }; entity = (int)holder)
            if (_tests.Find(ConditionKind.IsNull, (int)holder) is { } test && !Learn(path, test, Span.False, remember: true))
                return false;
        return true;
    }

    /// <summary>Never null.</summary>
    private bool IsObject(int entity) => _entities[entity] switch
    {
        { Kind: EntityKind.Created or EntityKind.Allocated or EntityKind.Called or EntityKind.Closure or EntityKind.This or EntityKind.Constant } => true,
        { Kind: EntityKind.Zero or EntityKind.AtLeast or EntityKind.AtMost or EntityKind.Computed } => true,
        // To the compiler a pointer is a value type too.
        { Kind: EntityKind.Field, A: var field } => TypeFacts.TypeOf(_context.Lowering.Members.SymbolOf(field))
            is { IsValueType: true, TypeKind: not (TypeKind.Pointer or TypeKind.FunctionPointer), OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T },
        _ => false,
    };

    private bool AssumeMatch(Path path, Condition condition, Value value, bool matches)
    {
        if (value.Single is not { OffsetEntity: 0, Entity: > EntityTable.Untracked } place)
            return !(value.Single is { Entity: EntityTable.Null } && matches && condition.Key != "null");
        return Learn(path, _tests.Of(ConditionKind.Matches, place.Entity, place.Offset, 0, 0, condition.Key), matches ? Span.True : Span.False, condition.Correlated);
    }

    /// <summary>A loop that ends before its first element says that the collection is empty, and one that has an element that it is not.</summary>
    private bool AssumeIterates(Path path, Condition condition, Value enumerator, Value collection, bool holds)
    {
        if (enumerator.Single is { Entity: > EntityTable.Untracked } loop)
        {
            var hasRun = HasRun(loop.Entity);
            if (!holds && (!path.Facts.TryGet(hasRun, out var run) || !run.Equals(Span.False)))
                return true;
            if (holds)
                path.Facts = path.Facts.Remove(hasRun);
        }
        else if (condition.A >= 0)
        {
            return true;
        }
        if (collection.Single is { Entity: var nothing } && _entities[nothing] is { Kind: EntityKind.Allocated, B: BodyLowering.NoElements })
            return !holds;
        var elements = Read(path, condition.Size);
        if (collection.Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } of
            && !((HasChanged(elements) || Learn(path, _tests.Of(ConditionKind.Iterates, of.Entity, key: "any"), holds ? Span.True : Span.False, condition.Correlated))
                && (!holds || Learn(path, _tests.Of(ConditionKind.IsNull, of.Entity), Span.False, condition.Correlated))))
            return false;
        return elements switch
        {
            { AsConstant: { } size } => holds == size > 0,
            { Single: { OffsetEntity: 0, Entity: > EntityTable.Untracked } size } =>
                Learn(path, NumberTest(size.Entity), (holds ? new Span(1, long.MaxValue) : new Span(long.MinValue, 0)).Moved(-size.Offset), condition.Correlated),
            _ => true,
        };
    }

    /// <summary>Since the collection was given to the body, a call has changed how many elements it has: only their number tells.</summary>
    private bool HasChanged(Value elements) => elements.AsConstant is not null
        || (elements.Single is { Entity: > EntityTable.Untracked } size && (size.Offset != 0 || _entities[size.Entity].Kind != EntityKind.Field));

    private void BeginLoop(Path path, Value enumerator)
    {
        if (enumerator.Single is { Entity: > EntityTable.Untracked } loop)
            path.Facts = path.Facts.Set(HasRun(loop.Entity), Span.False);
    }

    private int HasRun(int enumerator) => _tests.Of(ConditionKind.Iterates, enumerator, key: "run");

    /// <summary>Adds a fact; false when it contradicts what is known. What nothing tests again is checked but not kept.</summary>
    private bool Learn(Path path, int test, Span span, bool remember)
    {
        var known = path.Facts.TryGet(test, out var before);
        var now = known ? before.Within(span) : span;
        if (_tests.EntityOfNumber(test) is { } number)
            now = now.Within(MadeRangeOf(path, number));
        if (now.IsEmpty)
            return false;
        if (now.High <= 0 && _tests.EntityOfNumber(test) is { } nothing)
            ForgetWritesOf(path, nothing);
        if (!remember || (known && now.Equals(before)))
            return true;
        path.Facts = path.Facts.Set(test, now);
        if (!CanBeAskedAgain(test))
            _passing.Add(test);
        return true;
    }

    /// <summary>A tested variable now holds less than before.</summary>
    private void Narrow(Path path, int register, Value value)
    {
        if (register < 0 || Registers.IsTemporary(register))
            return;
        var before = Read(path, register);
        path.Variables = path.Variables.Set(register, value);
        // `x?.Write()` tests a copy of x: what was copied and not assigned since is the same value still.
        foreach (var slot in path.Variables)
            if (slot.Key != register && ReferenceEquals(slot.Value, before))
                path.Variables = path.Variables.Set(slot.Key, value);
    }
}
