using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What summaries, outcomes and rules ask of an analysis: read only, but for what an import makes known.</summary>
internal sealed partial class BodyAnalysis
{
    public LoweredBody Body => _body;

    public List<(ConditionKind Kind, int Entity, long Number, int Test)> TestsOnOneEntity => _tests.OnOneEntity;

    public Value ValueOf(Path path, int register) => Read(path, register);

    public Value Field(Path path, Value owner, int field) => LoadField(path, owner, field);

    public Value Compute(string operation, Value left, Value right) => Compute(operation, left, right, 1, isAddress: false);

    /// <summary>Some code that the body runs may flush durably, or nobody can see what it does.</summary>
    public bool MayPersist => _runsPersisting || _runsUnseenCode || _body.CallsUnseenCode || MayFlush.Any(flush => flush.Kind is not (FlushKind.Fence or FlushKind.Directory));

    private bool _runsUnseenCode, _runsPersisting, _runsFileFlush;

    /// <summary>Certainly no mapping of a file: an array, a stack buffer, a mapping without a file.</summary>
    public bool IsOwnMemory(int entity) =>
        IsHeap(entity) || (_entities[entity] is { IsFresh: true, Mapping: { } mapping } && Ancestors(mapping).Append(mapping).Any(made => made.Anonymous));

    /// <summary>An array, a stack buffer, memory that an allocator hands out.</summary>
    public bool IsHeap(int entity) => _entities[entity] is { Kind: EntityKind.Allocated, B: OwnMemory };

    public int? SlotOfCaptured(int number)
    {
        if (_body.CapturedSlots.TryGetValue(number, out var slot))
            return slot;
        for (var own = 0; own < _body.Slots.Length; own++)
            if (_body.Slots[own] is { Kind: SlotKind.Captured } variable && variable.Ordinal == number)
                return own;
        return null;
    }

    public Value Captured(Path path, int number) =>
        SlotOfCaptured(number) is { } slot ? Read(path, slot) : Value.OfEntity(_entities.Intern(EntityKind.Captured, number).Id);

    public Entity FreshOf(Path path, EntityKind kind, int site, long key, LoweredBody callee)
    {
        var entity = _entities.Intern(kind, site, key, callee);
        ForgetFacts(path, entity);
        if (entity.Mapping is not null)
            MakeStale(path, entity, site);
        return entity;
    }

    /// <summary>Adds what an ending of a callee says of a value, or of how it compares with a number; false when the path contradicts it.</summary>
    public bool Suppose(Path path, ConditionKind kind, Value value, long number, Span span)
    {
        // Merged from paths with either outcome.
        if (kind != ConditionKind.Truth && !span.Equals(Span.True) && !span.Equals(Span.False))
            return true;
        if (kind == ConditionKind.IsNull)
        {
            var isNull = span.Equals(Span.True);
            if (isNull ? IsNeverNull(value) : value.Refs.All(place => place.Entity == EntityTable.Null))
                return false;
            if (value.Single is not { Entity: > EntityTable.Untracked } place || IsObject(place.Entity))
                return true;
            if (isNull && place.Entity > EntityTable.Statics)
                ForgetWritesTo(path, place.Entity);
            return Learn(path, _tests.Of(ConditionKind.IsNull, place.Entity), span, remember: !IsAssignedHere(_entities[place.Entity]));
        }
        if (kind == ConditionKind.Equal)
            return AssumeEqual(path, Registers.None, value, number, span.Equals(Span.True), remember: true, isBoolean: false);
        if (kind != ConditionKind.Truth)
            return true;
        if (value.Refs.All(place => place.IsConstant))
            return IsSomeIn(value, span);
        return value.Single is not { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } flag
            || (Learn(path, NumberTest(flag.Entity), span, remember: true)
                && (!(span.Equals(Span.True) || span.Equals(Span.False)) || AssumeCompared(path, value, span.Equals(Span.True))));
    }

    private bool IsNeverNull(Value value)
    {
        foreach (var place in value.Refs)
            if (!IsObject(place.Entity))
                return false;
        return true;
    }

    private static bool IsSomeIn(Value constants, Span span)
    {
        foreach (var place in constants.Refs)
            if (span.Holds(place.Offset))
                return true;
        return false;
    }

    /// <summary>A field that the body itself gives something: whether there was anything before is a question of its own, which multiplies its endings.</summary>
    private bool IsAssignedHere(Entity entity) => entity.Kind == EntityKind.Field
        && (_assignedHere ??= new HashSet<int>(_body.Nodes.SelectMany(node => node.Content.Instructions).Where(step => step.Code == OpCode.StoreField).Select(step => step.B))).Contains(entity.A);

    private HashSet<int>? _assignedHere;

    /// <summary>What by-ref parameters hold at an exit.</summary>
    public void ForEachByRefResult(Path path, Action<Value> action)
    {
        for (var slot = 0; slot < _body.Slots.Length; slot++)
            if (_body.Slots[slot].IsGivenBack
                || (_body.Slots[slot].Kind == SlotKind.Captured && path.Variables.TryGet(slot, out var left) && left.Targets.Any(place => _entities[place.Entity].IsFresh)))
                action(Read(path, slot));
    }

    public bool IsOfFormula => _body.Symbol is { } method && _context.Lowering.IsFormula(method.OriginalDefinition);

    /// <summary>It computes or keeps account for those who call it, and has no mapping of its own.</summary>
    private bool IsOfHelper => IsOfFormula || _body.Symbol is { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction }
        || (_body.Symbol is { } method && _context.Lowering.IsMarker(method));

    public bool IsOfUnknownBacking(Mapping mapping) => Backing(mapping).Unknown;

    public (bool OwesNothing, bool Unknown) BackingOf(Mapping mapping) => Backing(mapping);

    /// <summary>
    /// Of several places that a write may be to, what a field holds of which nobody tells that it is mapped (heap memory, in another
    /// implementation), where another field holds a view.
    /// </summary>
    public bool IsBesideMapping(in Ref place, Value target)
    {
        if (target.Refs.Length == 1 || _entities[place.Entity] is not { Kind: EntityKind.Field, Mapping: null })
            return false;
        foreach (var other in target.Targets)
            if (_entities[other.Entity] is { Kind: EntityKind.Field, Mapping.Role: MappingRole.View })
                return true;
        return false;
    }

    /// <summary>Variables and members that hold the entity from its start, with their types; those of this body first.</summary>
    public IEnumerable<(string Text, ITypeSymbol Type)> HoldersOf(Entity entity)
    {
        if (_holders.TryGetValue(entity.Id, out var slots))
            foreach (var slot in slots.OrderBy(slot => slot))
                if (_body.Slots[slot] is { Name: { } name, Symbol: { } symbol } && TypeFacts.TypeOf(symbol) is { } type)
                    yield return (name, type);
        if (entity.IsRooted && MappingText.Of(_entities, entity) is { } text
            && (entity.Kind == EntityKind.Field ? TypeFacts.TypeOf(_context.Lowering.Members.SymbolOf(entity.A)) : null) is { } memberType)
            yield return (text, memberType);
    }

    /// <summary>Whether what is tested is decided elsewhere, or the variable holds something that is, such as an option read into a local.</summary>
    public bool IsPolicy(Condition condition, PathSet? states)
    {
        if (condition.IsPolicy || (condition.Question is IMethodSymbol question && _context.Lowering.IsAnsweredByPolicy(question, CancellationToken.None)))
            return true;
        if (condition.A < 0 || Registers.IsTemporary(condition.A) || states is null)
            return false;
        return states.Paths.All(path => path.Variables.TryGet(condition.A, out var value) && value.Targets.Any() && value.Targets.All(place => IsPolicy(_entities[place.Entity], 0)));
    }

    private bool IsPolicy(Entity entity, int depth) => entity.Kind switch
    {
        EntityKind.Field => true,
        EntityKind.Computed when depth < 4 => IsPolicy(_entities[entity.A], depth + 1) || IsPolicy(_entities[(int)entity.B], depth + 1),
        _ => false,
    };

    /// <summary>Entities whose writes a flush of this one may reach: itself, and for a file or a view everything of the same file.</summary>
    public IEnumerable<int> FlushedWith(int entity, FlushKind kind)
    {
        yield return entity;
        if (kind != FlushKind.File)
            yield break;
        var file = Value.OfEntity(entity);
        for (var other = EntityTable.Statics + 1; other < _entities.Count; other++)
            if (other != entity && _entities[other].Mapping is { Role: MappingRole.View } && Related(file, other) != Relation.Different)
                yield return other;
    }

    /// <summary>The instance that has replaced a stale one: to a reader they are the same variable.</summary>
    public int CurrentOf(int entity) => _entities[entity].Kind == EntityKind.Stale ? _entities[entity].A : entity;

    /// <summary>A tuple is a way to hand over several values, not an owner.</summary>
    public bool IsOfPlainData(int field) => _context.PlainData.Has(_context.Lowering.Members.SymbolOf(field), _cancel);

    public bool IsOfTuple(int field) => _context.Lowering.Members.SymbolOf(field) is { ContainingType.IsTupleType: true } or { ContainingType.Name: "ValueTuple" };

    /// <summary>Whether a caller has use for a stored field: the object is one it named, or the field can lead to a mapping.</summary>
    public bool IsWorthTelling(int owner, int field) =>
        _entities[owner].Kind is EntityKind.This or EntityKind.Parameter or EntityKind.Captured or EntityKind.Statics
        || field == MemberNumbers.Element || IsNamed(field, AutoFlush)
        || (_context.Lowering.Members.SymbolOf(field) is { } member && TypeFacts.IsRefField(member))
        || _context.Lowering.Types.CanCarryMapping(TypeFacts.TypeOf(_context.Lowering.Members.SymbolOf(field)));
}
