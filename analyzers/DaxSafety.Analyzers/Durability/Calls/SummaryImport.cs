using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Translates what a summary says into the caller's terms: parameters become arguments, captured variables the caller's
/// own, fields are looked up in what the caller knows, and what the callee made becomes something new of this call.
/// </summary>
internal sealed class SummaryImport
{
    private readonly BodyAnalysis _caller;
    private readonly Path _path;
    private readonly Path _before;
    private readonly Summary _summary;
    private readonly CallSite? _call;
    private readonly Value _receiver;
    private readonly int _site;
    private readonly int _target;
    private Dictionary<int, Value>? _imported;
    private SummaryCase? _ending;

    /// <param name="caller">In whose terms.</param>
    /// <param name="path">That the call changes.</param>
    /// <param name="before">What held before it: arguments and fields are read from there.</param>
    /// <param name="summary">Of the callee.</param>
    /// <param name="call">By which it is run; null for code that somebody may run later.</param>
    /// <param name="receiver">Of the call.</param>
    /// <param name="site">Of the call.</param>
    /// <param name="target">Which of the bodies it is that the call may run.</param>
    public SummaryImport(BodyAnalysis caller, Path path, Path before, Summary summary, CallSite? call, Value receiver, int site, int target)
    {
        _caller = caller;
        _path = path;
        _before = before;
        _summary = summary;
        _call = call;
        _receiver = receiver;
        _site = site;
        _target = target;
    }

    /// <summary>Nothing more is translated: what was translated makes room for the next call's.</summary>
    public void Done()
    {
        if (_imported is not null)
            _caller.Reuse(_imported);
        _imported = null;
    }

    /// <summary>What had been written when the call began.</summary>
    public IntMap<Status> PendingBefore => _before.Pending;

    private EntityTable Theirs => _summary.Analysis.Entities;

    /// <summary>The ending as the caller can see it, its conditions on parameters agreeing with the arguments: all of it, the one part that can be, or null.</summary>
    public SummaryCase? Seen(SummaryCase ending)
    {
        _ending = ending;
        if (!_summary.IsConditional)
            return ending;
        if (!Fits(ending.Path.Facts, _path))
            return null;
        if (ending.Parts.IsEmpty)
            return ending;
        SummaryCase? only = null;
        var supposed = _path;
        foreach (var part in ending.Parts)
        {
            var trial = _path.Snapshot();
            if (!Fits(part.Path.Facts, trial))
                continue;
            if (only is not null)
                return ending;
            (only, supposed) = (part, trial);
        }
        (_path.Facts, _path.Pending) = (supposed.Facts, supposed.Pending);
        return _ending = only;
    }

    private bool Fits(IntMap<Span> facts, Path path)
    {
        if (facts.IsEmpty)
            return true;
        var tests = _summary.Analysis.TestsOnOneEntity;
        for (var i = 0; i < tests.Count; i++)
        {
            var (kind, entity, number, test) = tests[i];
            if (!facts.TryGet(test, out var span) || !(IsOfRooted(entity) || _summary.Analysis.IsSystem(entity)) || _summary.Analysis.IsPicked(entity))
                continue;
            if (!_caller.Suppose(path, kind, Entity(entity), number, span))
                return false;
        }
        return true;
    }

    /// <summary>What the caller can name, or a number made of what it has passed: <c>(options &amp; Options.Sync) != 0</c>.</summary>
    private bool IsOfRooted(int entity) => Theirs[entity].IsRooted
        || (Theirs[entity] is { Kind: EntityKind.Computed } made && IsPassed(made.A) && IsPassed((int)made.B));

    private bool IsPassed(int entity) => entity == EntityTable.Zero || Theirs[entity].Kind == EntityKind.Parameter;

    public Value Translate(Value value)
    {
        if (value.Refs.Length == 1)
            return Place(value.Refs[0]);
        Value? result = null;
        foreach (var place in value.Refs)
        {
            var part = Place(place);
            result = result is null ? part : Value.Join(result, part);
        }
        return result ?? Value.Untracked;
    }

    /// <summary>The owner of something that the callee stored; null where the caller does not follow it.</summary>
    public Value? OwnerOf(int owner, Value stored)
    {
        var target = Entity(owner);
        if (!target.IsUntracked)
            return target;
        if (!Theirs[owner].IsFresh)
            KeptElsewhere(Translate(stored));
        return null;
    }

    /// <summary>What the callee made is kept by an object that the caller does not follow: whose business it is, nobody can tell here.</summary>
    private void KeptElsewhere(Value value)
    {
        foreach (var place in value.Targets)
            if (_caller.Entities[place.Entity].IsFresh)
                _caller.Entities[place.Entity].Escaped = true;
    }

    private Value Place(Ref place)
    {
        if (place is { Entity: <= EntityTable.Untracked, OffsetEntity: <= EntityTable.Zero, LengthEntity: <= EntityTable.Zero })
            return Value.Of(place);
        var target = Entity(place.Entity);
        var (offsetEntity, offset) = Number(place.OffsetEntity, place.Offset);
        var (lengthEntity, length) = Number(place.LengthEntity, place.Length);
        if (place.Layer != 0)
            target = target.OnLayer(place.Layer);
        return offsetEntity == 0 && offset == 0 && lengthEntity == Ref.Unknown ? target : Shift(target, offsetEntity, offset, lengthEntity, length);
    }

    private static Value Shift(Value target, int offsetEntity, long offset, int lengthEntity, long length) => target.Single is { } one
        ? Value.Of(Shift(one, offsetEntity, offset, lengthEntity, length))
        : ShiftEach(target, offsetEntity, offset, lengthEntity, length);

    private static Value ShiftEach(Value target, int offsetEntity, long offset, int lengthEntity, long length) =>
        target.Map(found => Shift(found, offsetEntity, offset, lengthEntity, length));

    private static Ref Shift(Ref found, int offsetEntity, long offset, int lengthEntity, long length)
    {
        if (found.Entity is EntityTable.Untracked or EntityTable.Null)
            return found;
        // What a stream writes is somewhere, and so much.
        if (offsetEntity == Ref.Unknown)
            return found.Somewhere() with { LengthEntity = lengthEntity, Length = length };
        if (!found.OffsetKnown)
            return found.Somewhere();
        if (found.OffsetEntity != 0 && offsetEntity != 0)
            return found.Somewhere();
        return new Ref(found.Entity, found.OffsetEntity + offsetEntity, unchecked(found.Offset + offset),
            lengthEntity == Ref.Unknown ? (offset == 0 && offsetEntity == 0 ? found.LengthEntity : Ref.Unknown) : lengthEntity,
            lengthEntity == Ref.Unknown && offset == 0 && offsetEntity == 0 ? found.Length : length) { Layer = found.Layer };
    }

    /// <summary>A symbolic number in the caller's terms.</summary>
    private (int Entity, long Offset) Number(int entity, long offset)
    {
        if (entity is 0 or Ref.Unknown)
            return (entity, offset);
        return Entity(entity).Single is { OffsetEntity: 0, Entity: not EntityTable.Untracked } known
            ? (known.Entity, unchecked(known.Offset + offset))
            : (Ref.Unknown, 0);
    }

    public Value Entity(int id)
    {
        if (_imported is not null && _imported.TryGetValue(id, out var known))
            return known;
        var entity = Theirs[id];
        switch (entity.Kind)
        {
            case EntityKind.Zero or EntityKind.Null or EntityKind.Untracked or EntityKind.Statics:
                return Value.OfEntity(id);
            case EntityKind.This:
                return _receiver;
            case EntityKind.Parameter:
                return _call is null || entity.A >= _call.Arguments.Length ? Value.Untracked : _caller.ValueOf(_before, _call.Arguments[entity.A]);
            case EntityKind.Captured:
                return _caller.Captured(_before, entity.A);
        }
        _caller.Spend();
        _imported ??= _caller.EmptyImports();
        // A cycle through a mapping's parents ends here.
        _imported[id] = Value.Untracked;
        return _imported[id] = Import(entity);
    }

    /// <summary>What the variable held that was passed by reference; null where that is memory, or nobody knows.</summary>
    private Value? ContentOf(int ordinal) =>
        _call?.Contents is { } contents && ordinal < contents.Length && contents[ordinal] >= 0
        && _caller.ValueOf(_before, contents[ordinal]) is { IsUntracked: false } held ? held : null;

    /// <summary>What is looked up or made anew, once for the whole call.</summary>
    private Value Import(Entity entity)
    {
        switch (entity.Kind)
        {
            case EntityKind.Field when entity.A == MemberNumbers.Content:
                return ContentOf(Theirs[(int)entity.B].A) ?? Fresh(entity);
            case EntityKind.Field:
                return _caller.Field(_before, Entity((int)entity.B), entity.A);
            case EntityKind.Constant:
                return Value.OfEntity(_caller.Entities.Intern(EntityKind.Constant, payload: entity.Payload).Id);
            case EntityKind.FileAt:
                return Entity(entity.A).Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } path
                    ? Value.OfEntity(_caller.Entities.Intern(EntityKind.FileAt, path.Entity).Id)
                    : Value.Untracked;
            case EntityKind.Closure:
                return ImportClosure(entity);
            case EntityKind.Computed:
                return Recompute(entity);
            case EntityKind.Measured:
                return entity.A != BodyAnalysis.LengthOfRest && Entity((int)entity.B).Single is { Entity: > EntityTable.Untracked } measured
                    ? Value.OfEntity(_caller.Entities.Intern(EntityKind.Measured, entity.A, measured.Entity).Id)
                    : Value.Untracked;
            default:
                return Fresh(entity);
        }
    }

    private Value Recompute(Entity entity)
    {
        var (operation, offsetA, offsetB, _) = ((string, long, long, int))entity.Payload!;
        return Numbers(entity.A, offsetA) is { } a && Numbers((int)entity.B, offsetB) is { } b ? _caller.Compute(operation, a, b) : Value.Untracked;
    }

    /// <summary>What a number plus a constant can be in the caller's terms; null when one of that is not known.</summary>
    private Value? Numbers(int entity, long offset)
    {
        if (entity is 0)
            return Value.Of(new Ref(0, 0, offset, Ref.Unknown, 0));
        if (entity is Ref.Unknown)
            return null;
        var known = Entity(entity);
        return Array.Exists(known.Refs, place => place.OffsetEntity != 0 || place.Entity == EntityTable.Untracked) ? null
            : known.Map(place => new Ref(place.Entity, 0, unchecked(place.Offset + offset), Ref.Unknown, 0));
    }

    private Value ImportClosure(Entity entity)
    {
        var closure = _caller.Entities.Intern(EntityKind.Closure, _site, entity.Id, entity.Payload);
        return Value.OfEntity(closure.Id);
    }

    /// <summary>Something the callee made, or an unknown of its own: new in the caller, and the same for the whole call.</summary>
    private Value Fresh(Entity entity)
    {
        if (_summary.Analysis.IsHeap(entity.Id))
            return Value.OfEntity(_caller.Entities.Intern(EntityKind.Allocated, _site, entity.B).Id);
        var key = ((long)_target << 32) | (uint)entity.Id;
        var mine = _caller.FreshOf(_path, entity.IsFresh ? EntityKind.Called : EntityKind.Result, _site, key, _summary.Body);
        if (entity.Mapping is { } mapping)
            Describe(mine, mapping, entity.Id);
        mine.WhenFlushed ??= entity.WhenFlushed;
        mine.Escaped |= entity.Escaped || IsPrivateToOneOfSeveral(entity.Id);
        mine.KeptIn ??= entity.KeptIn;
        return Value.OfEntity(mine.Id);
    }

    /// <summary>What one of several possible callees made and does not return is that callee's business, in its own type: another may run.</summary>
    private bool IsPrivateToOneOfSeveral(int entity) => _call is { Targets.Length: > 1 } && _ending is { } ending && !ending.Result.MayBe(entity);

    /// <summary>What a constructor has made of its object.</summary>
    public void Become(int instance)
    {
        if (Theirs[EntityTable.This].Mapping is { } mapping)
            Describe(_caller.Entities[instance], mapping, EntityTable.This);
    }

    private void Describe(Entity mine, Mapping mapping, int theirs)
    {
        var copy = mine.Mapping ?? new Mapping(mapping.Role) { Origin = mapping.Origin };
        copy.Offset ??= mapping.Offset is null ? null : Translate(mapping.Offset);
        copy.Size ??= mapping.Size is null ? null : Translate(mapping.Size);
        copy.Learn(mapping);
        mine.Mapping = copy;
        (_imported ??= _caller.EmptyImports())[theirs] = Value.OfEntity(mine.Id);
        foreach (var parent in mapping.Parents)
            if (Translate(parent) is { IsUntracked: false } known && !copy.Parents.Contains(known))
                copy.Parents.Add(known);
        _caller.NoteMapped(_path, mine);
    }
}
