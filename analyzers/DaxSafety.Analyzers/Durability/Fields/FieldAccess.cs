using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What objects hold: their fields, what is known of those at entry, closures, and what leaves the body's sight.</summary>
internal sealed partial class BodyAnalysis
{
    private Value LoadField(Path path, Value target, int field)
    {
        if (field == MemberNumbers.Self)
            return target;
        Value? loaded = null;
        foreach (var place in target.Refs)
        {
            if (place.Entity is EntityTable.Null)
                continue;
            if (place.Entity is EntityTable.Zero or EntityTable.Untracked)
                return Value.Untracked;
            var slot = _fields.Of(place.Entity, field);
            if (!path.Fields.TryGet(slot, out var value))
            {
                value = ByOtherName(path, place.Entity, field, _fields.AtEntry(slot));
                // Groups that have counted on are told apart from those that have not.
                if (IsCountedField(field))
                    path.Fields = path.Fields.Set(slot, value);
            }
            loaded = loaded is null ? value : Value.Join(loaded, value);
        }
        return loaded ?? Value.Untracked;
    }

    /// <summary>
    /// A field that is only another name of one of the same object has what that one was given: <c>class Held(View view) { public View View = view; }</c>
    /// </summary>
    private Value ByOtherName(Path path, int owner, int field, Value atEntry) =>
        atEntry.Single is { Entity: var found } && _entities[found] is { Kind: EntityKind.Field, A: var named } entity && named != field && entity.B == owner
        && _origins.Of(field, _cancel) is { AliasOf: { } alias } origin ? Under(origin, LoadField(path, Value.OfEntity(owner), alias)) : atEntry;

    private void StoreField(Path path, Value target, int field, Value value)
    {
        if (field == MemberNumbers.Self)
        {
            Become(path, target, value);
            return;
        }
        var strong = target.Refs.Length == 1 && field != MemberNumbers.Element;
        if (field == MemberNumbers.Element)
            Keep(path, target, value);
        NoteHeld(path, value, field);
        _entities.Store(value);
        foreach (var place in target.Targets)
        {
            var slot = _fields.Of(place.Entity, field);
            var kept = strong ? value : Value.Join(value, path.Fields.TryGet(slot, out var before) ? before : HasElements(place.Entity, field) ? _fields.AtEntry(slot) : Value.Null);
            path.Fields = path.Fields.Set(slot, kept);
        }
    }

    /// <summary>What the compilation's own fields have held at some time, of objects of the body's own as well.</summary>
    public HashSet<(int Entity, int Field)> Held { get; } = new();

    private void NoteHeld(Path path, Value value, int field)
    {
        if (field == MemberNumbers.Element || _context.Lowering.Members.SymbolOf(field) is not { } symbol || !_context.Lowering.IsOwn(symbol))
            return;
        var keepsTuples = _context.Lowering.Types.IsTupleOfMemory(TypeFacts.TypeOf(symbol)) || IsContainer(field);
        foreach (var place in value.Targets)
        {
            NoteHeld(place.Entity, field);
            if (keepsTuples)
                foreach (var part in PartsOf(path, place.Entity))
                    Held.Add((part, field));
        }
    }

    /// <summary>Of those, what the body was given: in the terms of whoever calls it, some object has held what it passed.</summary>
    private List<(int Entity, int Field)>? _heldOfGiven;

    private void NoteHeld(int entity, int field)
    {
        if (Held.Add((entity, field)) && _entities[entity].Kind is EntityKind.Parameter or EntityKind.Captured
            && _context.MappingOf(_context.Lowering.Members.SymbolOf(field)) is not null)
            (_heldOfGiven ??= new()).Add((entity, field));
    }

    private void HoldWhatIsPassed(BodyAnalysis callee, SummaryImport import)
    {
        if (callee._heldOfGiven is { } given)
            foreach (var (entity, field) in given)
                foreach (var place in import.Translate(Value.OfEntity(entity)).Targets)
                    NoteHeld(place.Entity, field);
    }

    /// <summary>An object that itself names the memory from here on.</summary>
    private void Become(Path path, Value target, Value value)
    {
        if (target.Single is not { Entity: not (EntityTable.Null or EntityTable.Untracked) } instance)
            return;
        if (value.Single is { Entity: > EntityTable.Statics } place)
        {
            _entities[instance.Entity].Mapping ??= _entities[place.Entity].Mapping;
            _named[instance.Entity] = place;
            // What was passed, whoever makes the object knows.
            if (_entities[place.Entity].Kind == EntityKind.Parameter)
                path.Fields = path.Fields.Set(_fields.Of(instance.Entity, MemberNumbers.Self), value);
        }
        if (value.Targets.Any(place => _entities[place.Entity].Mapping is null) || value.IsUntracked)
            BecameUnknown.Add(instance.Entity);
    }

    /// <summary>By objects that name memory themselves: the address that they were given.</summary>
    private readonly Dictionary<int, Ref> _named = new();

    private bool NameOneMemory(int a, int b) => IsStartOf(a, b) || IsStartOf(b, a);

    private bool IsStartOf(int address, int handle) => _named.TryGetValue(handle, out var named) && named.Entity == address && named is { OffsetEntity: 0, Offset: 0 };

    /// <summary>What an object that names memory itself is once it is made.</summary>
    private Mapping? MappingOfThis() => _body.Symbol is { IsStatic: false, MethodKind: not MethodKind.Constructor, ContainingType: { } type }
        ? OwnHandles.Of(type, _context).Select(handle => MappingBy(EntityTable.This, _origins.Of(handle, _cancel))).FirstOrDefault(mapping => mapping is not null)
        : null;

    /// <summary>Objects that have come to name memory of which nothing is known.</summary>
    public HashSet<int> BecameUnknown { get; } = new();

    private Value FieldAtEntry(int owner, int field)
    {
        if (owner is EntityTable.Zero or EntityTable.Null or EntityTable.Untracked)
            return Value.Untracked;
        if (_origins.Of(field, _cancel) is { AliasOf: { } alias } origin)
            return Alias(owner, alias, origin);
        if (OriginInside(owner, field) is { AliasOf: { } outer } inside)
            return Alias((int)FieldBehind(_entities[owner])!.B, outer, inside);
        if (_entities.Field(owner, field) is not { } entity)
            return Value.Untracked;
        if (entity.Name is null)
            Describe(entity, owner, field);
        return Value.OfEntity(entity.Id);
    }

    private Value Alias(int owner, int field, FieldOrigin origin) => Under(origin, FieldAtEntry(owner, field));

    private static Value Under(FieldOrigin origin, Value named)
    {
        if (origin.Layer != 0)
            named = named.OnLayer(origin.Layer);
        return origin.AtStart ? named : Value.OfRefs(named.Refs.Select(place => place.Somewhere()));
    }

    /// <summary>Where the owner is itself what a field of another object holds: what that object's type put into it.</summary>
    private FieldOrigin? OriginInside(int owner, int field) =>
        FieldBehind(_entities[owner]) is { } holder ? _origins.OfInner(holder.A, field, _cancel) : null;

    private void Describe(Entity entity, int owner, int field)
    {
        var symbol = _context.Lowering.Members.SymbolOf(field);
        entity.Name = symbol?.Name ?? "element";
        entity.Mapping = field == MemberNumbers.Element ? MappingOfElement(owner)
            : (IsContainer(field) ? null : MappingBy(owner, _origins.Of(field, _cancel)))
                ?? (OriginInside(owner, field) is { } inside ? MappingBy((int)FieldBehind(_entities[owner])!.B, inside) : null) ?? _context.MappingOf(symbol);
    }

    /// <summary>What everything that is ever stored in the field of an object has in common.</summary>
    private Mapping? MappingBy(int owner, FieldOrigin? origin)
    {
        if (origin is not { Template: { } template })
            return null;
        var mapping = new Mapping(template.Role)
        {
            Offset = template.Offset,
            Size = template.Size,
            Anonymous = template.Anonymous,
            UnknownBacking = template.UnknownBacking,
            ReadOnly = template.ReadOnly,
            CopyOnWrite = template.CopyOnWrite,
            Ephemeral = template.Ephemeral,
            PageCache = template.PageCache,
            FlushesItself = template.FlushesItself,
            KnownTail = template.KnownTail,
            KnownOfAll = template.KnownOfAll,
            Origin = template.Origin,
        };
        foreach (var parent in origin.ParentFields)
            mapping.Parents.Add(FieldAtEntry(owner, parent));
        foreach (var path in origin.PathFields)
            if (FieldAtEntry(owner, path).Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } named)
                mapping.Parents.Add(Value.OfEntity(_entities.Intern(EntityKind.FileAt, named.Entity).Id));
        return mapping;
    }

    private Value Close(Path path, in Instruction step)
    {
        var closure = (ClosureInfo)step.Payload!;
        var entity = _entities.Intern(EntityKind.Closure, step.Site, 0, closure);
        if (closure.Receiver >= 0)
        {
            var receiver = Read(path, closure.Receiver);
            _entities.Store(receiver);
            path.Fields = path.Fields.Set(_fields.Of(entity.Id, MemberNumbers.Element), receiver);
        }
        var reference = Value.OfEntity(entity.Id);
        if (closure.Described is not null)
            NoteWhatMayRun(path, reference, step.Site);
        return reference;
    }

    /// <summary>Something keeps a value that the analysis does not follow; code that was handed out may run at any time from here on.</summary>
    private void Escape(Path path, in Instruction step)
    {
        foreach (var place in Read(path, step.A).Targets)
        {
            var entity = _entities[place.Entity];
            if (entity is { Kind: EntityKind.Closure, Payload: ClosureInfo { Described: null } closure } && _summaryOf(closure.Target) is { } summary)
            {
                ApplyWritesOf(summary, path, step.Site);
                HandOver(summary, path, step.Site);
            }
            else
                EscapeDeep(path, place.Entity, 0);
        }
    }

    private void EscapeDeep(Path path, int entity, int depth)
    {
        if (_entities[entity].IsKeptElsewhere || depth > 3)
            return;
        _entities[entity].Escaped = _entities[entity].IsKeptElsewhere = true;
        for (var slot = _fields.LatestOf(entity); slot >= 0; slot = _fields.Before(slot))
            if (path.Fields.TryGet(slot, out var value))
                foreach (var place in value.Targets)
                {
                    // Wherever the object went, whoever comes across it names its field.
                    if (IsOwnField(_fields[slot].Field))
                        _entities[place.Entity].KeptIn ??= _fields[slot].Field;
                    EscapeDeep(path, place.Entity, depth + 1);
                }
    }

    private bool IsOwnField(int field) => field is not (MemberNumbers.Element or MemberNumbers.Self) && !IsOfTuple(field)
        && _context.Lowering.Members.SymbolOf(field) is { } symbol && _context.Lowering.IsOwn(symbol);

    private void EscapeAll(Path path, Value value)
    {
        foreach (var place in value.Targets)
            EscapeDeep(path, place.Entity, 0);
    }
}
