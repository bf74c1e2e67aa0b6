using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Calls of members that the tables describe: each effect of the row is carried out on the arguments.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Carries out the effects; the result's value, or null when the row says nothing about it.</summary>
    private Value? ApplyEffects(Path path, CallSite call, int site)
    {
        Value? result = null;
        foreach (var effect in call.Effects)
        {
            switch (effect.Kind)
            {
                case EffectKind.File:
                case EffectKind.Map:
                case EffectKind.View:
                    Deliver(path, call, effect.Target, Create(path, call, effect, site), ref result);
                    break;
                case EffectKind.Derive:
                    if (Derived(path, call, effect) is { } derived)
                        Deliver(path, call, effect.Target, derived, ref result);
                    break;
                case EffectKind.RunsOn:
                    Deliver(path, call, effect.Target, RunsOn(path, call, effect), ref result);
                    break;
                case EffectKind.Measure:
                    Deliver(path, call, effect.Target, Measured(path, call, effect), ref result);
                    break;
                case EffectKind.Write when !IsVariable(call, effect.Target):
                    Write(path, RangeOf(path, call, effect), site);
                    break;
                case EffectKind.Release:
                    foreach (var place in Operand(path, call, effect.Target).Targets)
                        path.Released = path.Released.Set(place.Entity, default);
                    break;
                case EffectKind.Keep:
                    if (effect["value"] is { } kept && kept.AsOperand is { } operand)
                        StoreField(path, Operand(path, call, effect.Target), MemberNumbers.Element, Operand(path, call, operand));
                    break;
                case EffectKind.Create or EffectKind.Grow or EffectKind.Rename or EffectKind.FlushDirectory or EffectKind.Delete:
                    ApplyToFile(path, call, effect, result, site);
                    break;
                default:
                    ApplyFlush(path, call, effect, site);
                    break;
            }
        }
        return result;
    }

    /// <summary>A by-ref argument that is a variable or field, and no address of memory.</summary>
    private static bool IsVariable(CallSite call, Operand operand) =>
        operand is { Kind: OperandKind.Parameter, Ordinal: < 64 and var ordinal } && (call.VariablesByRef >> ordinal & 1) != 0;

    private void ApplyFlush(Path path, CallSite call, Effect effect, int site)
    {
        switch (effect.Kind)
        {
            case EffectKind.FlushView:
                FlushView(path, call, effect, site);
                break;
            case EffectKind.Msync:
                Msync(path, call, effect, site);
                break;
            case EffectKind.Persist:
                Persist(path, call, effect, site);
                break;
            case EffectKind.WriteBack:
                Flush(path, new FlushFact(FlushKind.WriteBack, RangeOf(path, call, effect), false), site, () => "");
                break;
            case EffectKind.Fence:
                Fence(path);
                break;
            case EffectKind.FlushFile:
                FlushFileBy(path, call, effect, site);
                break;
            case EffectKind.FlushWeak:
                var target = OnlyRole(Operand(path, call, effect.Target), MappingRole.File);
                if (target is not null)
                    FlushWeakly(path, target, site, effect.Flags.Length > 0 ? effect.Flags[0] : "stream-flush", ofFile: true);
                break;
        }
    }

    /// <summary>Steps that certainly flush a view: a stream that nobody knows may be anything.</summary>
    public HashSet<int> ViewFlushes { get; } = new();

    private void FlushView(Path path, CallSite call, Effect effect, int site)
    {
        var target = OnlyRole(RangeOf(path, call, effect), MappingRole.View);
        if (target is null)
            return;
        var disposal = effect.Has("disposal");
        // A read-only view's disposal flushes nothing, and a disposed view has nothing left to flush.
        if (disposal && target.Targets.All(place => _entities[place.Entity].Mapping is { ReadOnly: true }))
            return;
        if (effect.Has("first-of-two") && _context.Options.ViewFlushIsDurable)
        {
            FirstOfTwo(path, target, site);
            return;
        }
        if (target.Targets.Any(place => _entities[place.Entity].Mapping is { Role: MappingRole.View }))
            ViewFlushes.Add(site);
        var flush = new FlushFact(FlushKind.View, target, effect.Has("misses-tail")) { OfAnything = disposal || call.Effects.Any(other => other.Kind == EffectKind.FlushWeak) };
        Flush(path, flush, site, () => disposal ? "dispose" : "view-flush", disposal);
    }

    /// <summary>A flush whose second step is named by the system it belongs to, whatever the project targets.</summary>
    private void FirstOfTwo(Path path, Value target, int site)
    {
        var flush = new FlushFact(FlushKind.View, target, MissesTail: false);
        foreach (var entry in path.Pending.ToList())
        {
            var obligation = _obligations[entry.Key];
            if (obligation.Debt == Debt.Bytes && Cover(obligation.Target, target, flush) == Coverage.Whole)
                Fail(path, obligation, new Status(Progress.ViewFlushed, entry.Value.Attempts), site, Shortfall.NotDurable, "view-flush");
        }
        foreach (var place in target.Targets)
            WeakFlushes[(site, place.Entity)] = new Attempt(site, Shortfall.NotDurable, "view-flush");
    }

    private void Msync(Path path, CallSite call, Effect effect, int site)
    {
        const long asynchronous = 1;
        const long synchronous = 4;
        var target = RangeOf(path, call, effect);
        var flags = Number(path, call, effect["flags"])?.AsConstant;
        if (flags is { } known && (known & (asynchronous | synchronous)) is asynchronous)
            FlushWeakly(path, target, site, "ms-async", ofFile: false);
        else if (flags is { } wrong && (wrong & (asynchronous | synchronous)) is 0 or (asynchronous | synchronous))
            FlushWeakly(path, target, site, "msync-flags", ofFile: false);
        else if (target.Single is { OffsetKnown: true, OffsetEntity: 0 } place && place.Offset % PageSize != 0)
            Misaligned(path, target, site);
        else
            Flush(path, new FlushFact(FlushKind.View, target, false), site, () => "view-flush");
    }

    /// <summary>msync refuses a start inside a page.</summary>
    private void Misaligned(Path path, Value target, int site)
    {
        foreach (var entry in path.Pending.ToList())
            if (_obligations[entry.Key] is { Debt: Debt.Bytes } obligation && obligation.Target.Refs.Any(place => target.MayBe(place.Entity)))
                Fail(path, obligation, entry.Value, site, Shortfall.WrongRange, "misaligned");
    }

    private void Persist(Path path, CallSite call, Effect effect, int site)
    {
        const long noDrain = 1;
        const long noFlush = 32;
        var target = RangeOf(path, call, effect);
        var flags = effect["flags"] is { } expression ? Number(path, call, expression)?.AsConstant : 0;
        if (flags is { } known && (known & noFlush) != 0)
            return;
        // libpmem's, which knows nothing of the page cache.
        var isWriteBack = effect["flags"] is not null;
        Flush(path, new FlushFact(isWriteBack ? FlushKind.WriteBack : FlushKind.Persist, target, false), site, () => "");
        if (isWriteBack && !(flags is { } undrained && (undrained & noDrain) != 0))
            Fence(path);
    }

    private void FlushFileBy(Path path, CallSite call, Effect effect, int site)
    {
        const long fullFsync = 51;
        if (effect["command"] is { } command && Number(path, call, command)?.AsConstant is { } number && number != fullFsync)
            return;
        var target = Operand(path, call, effect.Target);
        var when = effect["when"] is { } condition ? Number(path, call, condition)?.AsConstant : 1;
        if (when == 0)
            FlushWeakly(path, target, site, "stream-flush", ofFile: true);
        else
            FlushFile(path, new FlushFact(FlushKind.File, target, false), site, () => "view-not-flushed-first");
        if (when != 0 && IsNative(call.Method))
            FlushDirectory(path);
    }

    /// <summary>The targets that may have the role; null when there is none.</summary>
    private Value? OnlyRole(Value value, MappingRole role)
    {
        var kept = value.Targets.Where(place => _entities[place.Entity].Mapping is { } mapping
            ? mapping.Role == role
            : _entities[place.Entity].IsRooted && role == MappingRole.View).ToList();
        return kept.Count == 0 ? null : kept.Count == value.Refs.Length ? value : Value.OfRefs(kept.Concat(value.Refs.Where(place => place.Entity == EntityTable.Untracked)));
    }

    private void Deliver(Path path, CallSite call, Operand target, Value value, ref Value? result)
    {
        switch (target.Kind)
        {
            case OperandKind.Return:
                result = result is null || value.Single is not null ? value : Value.Join(result, value);
                break;
            case OperandKind.This when call.Receiver < 0:
                result = value;
                break;
            case OperandKind.This:
                // A base constructor or an initializing method.
                Become(Read(path, call.Receiver), value);
                break;
            case OperandKind.Parameter:
                (path.Outs ??= new())[target.Ordinal] = value;
                break;
        }
    }

    /// <summary>An object that itself names the memory from here on.</summary>
    private void Become(Value target, Value value)
    {
        if (value.Single is { } place && target.Single is { Entity: not (EntityTable.Null or EntityTable.Untracked) } instance && place.Entity > EntityTable.Statics)
            _entities[instance.Entity].Mapping ??= _entities[place.Entity].Mapping;
    }

    private Value Operand(Path path, CallSite call, Operand operand) => operand.Kind switch
    {
        OperandKind.This => Read(path, call.Receiver),
        OperandKind.Parameter when operand.Ordinal < call.Arguments.Length => Read(path, call.Arguments[operand.Ordinal]),
        _ => Value.Untracked,
    };

    private Value? Derived(Path path, CallSite call, Effect effect)
    {
        if (effect["from"]?.AsOperand is not { } from)
            return null;
        if (effect.Has("variable") && !IsVariable(call, from) && !IsVariable(call, effect.Target))
            return null;
        var source = Operand(path, call, from);
        if (source.IsUntracked)
            return null;
        if (effect.Has("at-position"))
            return Value.OfRefs(source.Refs.Select(place => place.Somewhere()));
        if (effect["offset"] is { } offset)
            source = Compute("+", source, Number(path, call, offset) ?? Value.Untracked, 1, isAddress: true);
        if (effect["length"] is { } length && Number(path, call, length)?.Single is { OffsetKnown: true, OffsetEntity: 0, Entity: not EntityTable.Untracked } extent)
            source = Value.OfRefs(source.Refs.Select(place => place with { LengthEntity = extent.Entity, Length = extent.Offset }));
        return source;
    }

    /// <summary>The range that an effect writes or flushes.</summary>
    private Value RangeOf(Path path, CallSite call, Effect effect)
    {
        var target = Operand(path, call, effect.Target);
        if (effect.Has("at-position"))
            return Value.OfRefs(target.Refs.Select(place => place.Somewhere()));
        if (effect["offset"] is { } offset)
            target = Compute("+", target, Number(path, call, offset) ?? Value.Untracked, 1, isAddress: true);
        if (effect["length"] is { } length)
        {
            var extent = Number(path, call, length)?.Single;
            target = Value.OfRefs(target.Refs.Select(place => extent is { OffsetKnown: true, OffsetEntity: 0, Entity: not EntityTable.Untracked } known
                ? place with { LengthEntity = known.Entity, Length = known.Offset }
                : place with { LengthEntity = Ref.Unknown, Length = 0 }));
        }
        return target;
    }

    private Value Create(Path path, CallSite call, Effect effect, int site)
    {
        var role = effect.Kind switch { EffectKind.File => MappingRole.File, EffectKind.Map => MappingRole.Map, _ => MappingRole.View };
        var entity = _entities.Intern(EntityKind.Created, site, effect.Target.Kind == OperandKind.Parameter ? effect.Target.Ordinal + 1 : 0);
        if (entity.Mapping is not null)
        {
            MakeStale(path, entity, site);
            ForgetFacts(path, entity);
        }
        var mapping = new Mapping(role)
        {
            Offset = Number(path, call, effect["offset"]),
            Size = Number(path, call, effect["size"]),
            Anonymous = effect.Has("anonymous"),
            UnknownBacking = effect.Has("unknown"),
            PageCache = role == MappingRole.View && effect["flags"] is null && !effect.Has("may-be-direct") && effect["desired-access"] is null && !effect.Has("unknown"),
            Ephemeral = effect.Has("volatile"),
            Temporary = effect.Has("temporary"),
            Origin = _body.Sites[site],
        };
        if (role == MappingRole.View && mapping.Offset is null && mapping.Size is null && effect["of"] is not null)
            (mapping.Offset, mapping.Size) = (Value.Constant(0), Value.Constant(0));
        if (entity.Mapping is { } before)
            mapping.Parents.AddRange(before.Parents);
        AddParents(path, call, effect, mapping);
        MappingFlags.Read(mapping, effect, name => OptionOf(path, call, effect, name));
        entity.Mapping = mapping;
        NoteMapped(path, entity);
        return Value.OfEntity(entity.Id);
    }

    private void AddParents(Path path, CallSite call, Effect effect, Mapping mapping)
    {
        foreach (var name in new[] { "of", "file", "path" })
        {
            foreach (var operand in effect.Operands)
            {
                if (operand.Name != name || operand.Value.AsOperand is not { } source)
                    continue;
                var parent = Operand(path, call, source);
                if (parent.IsUntracked)
                    continue;
                mapping.Ephemeral |= name == "path" && parent.Refs.All(place => IsWithoutMedium(_entities[place.Entity]));
                if (name == "path")
                    parent = parent.Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } named
                        ? Value.OfEntity(_entities.Intern(EntityKind.FileAt, named.Entity).Id)
                        : Value.Untracked;
                if (!parent.IsUntracked && !mapping.Parents.Contains(parent))
                    mapping.Parents.Add(parent);
            }
        }
    }
}
