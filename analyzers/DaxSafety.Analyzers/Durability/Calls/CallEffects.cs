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
            if (call.LeavesOpen && effect.Has("unless-left-open"))
            {
                if (effect.Kind == EffectKind.Release)
                    PassOn(path, Operand(path, call, effect.Target));
                continue;
            }
            switch (effect.Kind)
            {
                case EffectKind.File:
                case EffectKind.Map:
                case EffectKind.View:
                    Deliver(path, call, effect.Target, Create(path, call, effect, site), ref result);
                    break;
                case EffectKind.Derive:
                    if (Derived(path, call, effect, site) is { } derived)
                        Deliver(path, call, effect.Target, derived, ref result);
                    break;
                case EffectKind.RunsOn:
                    Deliver(path, call, effect.Target, RunsOn(path, call, effect), ref result);
                    break;
                case EffectKind.Measure:
                    Deliver(path, call, effect.Target, Measured(path, call, effect), ref result);
                    break;
                case EffectKind.Write when !IsVariable(call, effect.Target) && !IsClosedAlready(path, call, effect):
                    NoteFilled(path, Operand(path, call, effect.Target));
                    if (!effect.Has("of-file"))
                        Write(path, RangeOf(path, call, effect), site);
                    break;
                case EffectKind.Release:
                    foreach (var place in Operand(path, call, effect.Target).Flushable.Targets)
                        path.Released = path.Released.Set(place.Entity, default);
                    break;
                case EffectKind.Keep:
                    if (effect["value"] is { } kept && kept.AsOperand is { } operand && _context.Lowering.Types.MayCarryAddress(TypeOf(call, operand)))
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

    /// <summary>What writes its last bytes at its end writes nothing when it is closed once more: with the writer over it, and then by its own using.</summary>
    private bool IsClosedAlready(Path path, CallSite call, Effect write) =>
        !path.Released.IsEmpty && call.Effects.Any(effect => effect.Kind == EffectKind.Release) && Operand(path, call, write.Target).Targets.All(place => path.Released.Contains(place.Entity));

    /// <summary>A by-ref argument that is a variable or field, and no address of memory.</summary>
    private static bool IsVariable(CallSite call, Operand operand) =>
        operand is { Kind: OperandKind.Parameter, Ordinal: < 64 and var ordinal } && (call.VariablesByRef >> ordinal & 1) != 0;

    /// <summary>The register of what stands where a by-ref argument points, or −1.</summary>
    private static int ContentOf(CallSite call, Operand operand) =>
        operand.Kind == OperandKind.Parameter && call.Contents is { } contents && operand.Ordinal < contents.Length
            ? contents[operand.Ordinal] : Registers.None;

    private static bool HoldsSomething(CallSite call, Operand operand) => IsVariable(call, operand) || ContentOf(call, operand) >= 0;

    /// <summary>What a variable holds that is passed by reference; of anything else what it is.</summary>
    private Value HeldAt(Path path, CallSite call, Operand operand) =>
        ContentOf(call, operand) is >= 0 and var content ? Read(path, content) : Operand(path, call, operand);

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
                Become(path, Read(path, call.Receiver), value);
                break;
            case OperandKind.Parameter:
                (path.Outs ??= new())[target.Ordinal] = value;
                break;
        }
    }

    private Value Operand(Path path, CallSite call, Operand operand) => operand.Kind switch
    {
        OperandKind.This => Read(path, call.Receiver),
        OperandKind.Parameter when operand.Ordinal < call.Arguments.Length => Read(path, call.Arguments[operand.Ordinal]),
        _ => Value.Untracked,
    };

    private Value? Derived(Path path, CallSite call, Effect effect, int site)
    {
        if (effect["from"]?.AsOperand is not { } from)
            return null;
        if (effect.Has("variable") && !HoldsSomething(call, from) && !HoldsSomething(call, effect.Target))
            return null;
        var source = effect.Has("variable") ? HeldAt(path, call, from) : Operand(path, call, from);
        if (source.IsUntracked)
            return null;
        if (effect.Has("buffered") || effect.Has("below"))
            source = source.OnLayer(effect.Has("below") ? -1 : 1);
        if (effect.Has("unflushed"))
            source = source.OnLayer(Ref.Unflushed);
        if (effect.Has("own") && !_context.Lowering.Types.ContainsMemory(TypeOf(call, from)))
            source = WithLength(Redefine(path, EntityKind.Allocated, site, OwnMemory), LengthOf(path, call, from));
        if (effect.Has("at-position"))
            return Value.OfRefs(source.Refs.Select(place => place.Somewhere() with { Layer = Math.Max(place.Layer, 0) }));
        if (effect["offset"] is { } offset)
            source = Compute("+", source, Number(path, call, offset) ?? Value.Untracked, 1, isAddress: !effect.Has("variable"));
        ForgetRest(path, source);
        return effect["length"] is { } length && Number(path, call, length) is { } extent && IsKnown(extent) ? WithLength(source, extent) : source;
    }

    private static bool IsKnown(Value number) => number.Single is { OffsetKnown: true, OffsetEntity: 0, Entity: not EntityTable.Untracked };

    /// <summary>As long as the number, where that is known.</summary>
    private static Value WithLength(Value target, Value? length)
    {
        var (entity, bytes) = length is not null && IsKnown(length) ? (length.Refs[0].Entity, length.Refs[0].Offset) : (Ref.Unknown, 0);
        return target.Map(place => place with { LengthEntity = entity, Length = bytes });
    }

    /// <summary>The range that an effect writes or flushes.</summary>
    private Value RangeOf(Path path, CallSite call, Effect effect)
    {
        var target = Operand(path, call, effect.Target);
        if (effect.Has("at-position"))
            target = Value.OfRefs(target.Refs.Select(place => place.Somewhere()));
        else if (effect["offset"] is { } offset)
            target = Compute("+", target, Number(path, call, offset) ?? Value.Untracked, 1, isAddress: true);
        if (effect["length"] is not { } length)
            return target;
        var extent = Number(path, call, length);
        return WithLength(target, extent is { AsConstant: 0 } && effect.Has("zero-is-all") ? null : extent);
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
        if (role == MappingRole.Map && TakesFileAsItIs(path, call))
            NoteMappedAsIs(path, mapping);
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
                // Windows makes a view of a section, never of the file itself.
                if (name == "of" && effect["desired-access"] is not null)
                    _sections.UnionWith(parent.Refs.Select(place => place.Entity));
            }
        }
    }
}
