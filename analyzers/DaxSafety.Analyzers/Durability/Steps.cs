using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>The plain steps: reading and assigning variables, and what each instruction makes of them on one path.</summary>
internal sealed partial class BodyAnalysis
{
    private Value Read(Path path, int register)
    {
        if (register == Registers.Bound)
            return path.Bound ?? Value.Untracked;
        if (register < 0)
            return Value.Untracked;
        if (Registers.IsTemporary(register))
            return path.Temporaries[register - Registers.FirstTemporary] ?? Value.Untracked;
        return path.Variables.TryGet(register, out var value) ? value : Value.OfEntity(_entities.Intern(EntityKind.Variable, register).Id);
    }

    private void Assign(Path path, int register, Value value)
    {
        if (register < 0)
            return;
        if (Registers.IsTemporary(register))
        {
            path.Temporaries[register - Registers.FirstTemporary] = value;
            return;
        }
        path.Variables = path.Variables.Set(register, value);
        _entities.Store(value);
        if (value.Single is not { Entity: > EntityTable.Statics } place || _body.Slots[register].Name is not { } name)
            return;
        _entities[place.Entity].Name ??= name;
        if (place is { OffsetEntity: 0, Offset: 0 })
            Hold(place.Entity, register);
    }

    private void Hold(int entity, int slot)
    {
        if (!_holders.TryGetValue(entity, out var slots))
            _holders[entity] = slots = new HashSet<int>();
        slots.Add(slot);
    }

    private void Execute(in Instruction step, Path path)
    {
        switch (step.Code)
        {
            case OpCode.Constant:
                Assign(path, step.Dst, Constant(step.Payload));
                break;
            case OpCode.Unknown:
                Assign(path, step.Dst, Redefine(path, EntityKind.Result, step.Site, 0));
                break;
            case OpCode.Copy:
                Assign(path, step.Dst, Read(path, step.A));
                break;
            case OpCode.LoadField:
                var holder = step.A < 0 ? Value.OfEntity(EntityTable.Statics) : Read(path, step.A);
                Assign(path, step.Dst, step.B == MemberNumbers.Position && !IsView(holder) ? Redefine(path, EntityKind.Result, step.Site, 0)
                    : ElementsIn(holder, step.Scale)
                        ?? (step.B == MemberNumbers.Length ? LengthOf(path, holder, step.Scale) : LoadField(path, holder, step.B)));
                break;
            case OpCode.LoadElement:
                Assign(path, step.Dst, LoadElement(path, Read(path, step.A), step.B, step.C));
                break;
            case OpCode.MoveIndex:
                MoveIndex(path, step.B);
                break;
            case OpCode.StoreField:
                StoreField(path, step.A < 0 ? Value.OfEntity(EntityTable.Statics) : Read(path, step.A), step.B, Read(path, step.C));
                break;
            case OpCode.Grow:
                Assign(path, step.Dst, Count(path, step.C, Read(path, step.A), Read(path, step.B), falls: step.Scale < 0));
                break;
            case OpCode.Lift:
                Assign(path, step.Dst, Lift(path, step.C, Read(path, step.A)));
                break;
            case OpCode.Keep:
                Assign(path, step.Dst, Keep(path, step.C, step.Scale == 0, Read(path, step.C), Read(path, step.A)));
                break;
            case OpCode.Extreme:
                Assign(path, step.Dst, Extreme(path, step.C == 0, Read(path, step.A), Read(path, step.B), step.Site));
                break;
            case OpCode.Arithmetic:
                Assign(path, step.Dst, Calculate(path, step));
                break;
            case OpCode.Allocate:
                var made = Redefine(path, EntityKind.Allocated, step.Site, step.Scale);
                if (step.Payload is INamedTypeSymbol type)
                    _madeAs[made.Refs[0].Entity] = type;
                Assign(path, step.Dst, made);
                break;
            case OpCode.Closure:
                Assign(path, step.Dst, Close(path, step));
                break;
            case OpCode.Write:
                Write(path, Extent(Read(path, step.A), inexact: step.B == 1, step.Scale), step.Site);
                break;
            case OpCode.OutArgument:
                Assign(path, step.Dst, path.Outs is { } outs && outs.TryGetValue(step.B, out var left) ? Raised(path, step.C, left) : Value.Untracked);
                break;
            case OpCode.BeginLoop:
                BeginLoop(path, Read(path, step.A));
                break;
            case OpCode.Escape:
                Escape(path, step);
                break;
        }
    }

    /// <summary>The size that the lowering gives what is allocated as plain memory rather than as an object: nobody knows it, but it is memory.</summary>
    private const long OwnMemory = BodyLowering.OwnMemory;

    private Value Constant(object? constant) => constant switch
    {
        null => Value.Null,
        long number => Value.Constant(number),
        _ => Value.OfEntity(_entities.Intern(EntityKind.Constant, payload: constant).Id),
    };

    /// <summary>The entity that a step yields, as a new one: what was known of its predecessor is forgotten.</summary>
    private Value Redefine(Path path, EntityKind kind, int site, long ordinal)
    {
        var entity = _entities.Intern(kind, site, ordinal);
        ForgetFacts(path, entity);
        return Value.OfEntity(entity.Id);
    }

    private void ForgetFacts(Path path, Entity entity)
    {
        if (path.Facts.IsEmpty)
            return;
        foreach (var test in _tests.About(entity.Id))
            path.Facts = path.Facts.Remove(test);
        if (entity.Dependents is not null)
            foreach (var dependent in entity.Dependents)
                ForgetFacts(path, _entities[dependent]);
    }
}
