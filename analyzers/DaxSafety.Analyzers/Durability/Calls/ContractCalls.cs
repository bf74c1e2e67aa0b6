using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Calls of members with a contract: the caller takes it at its word, whatever the body does. DAX1009 holds the body to it.</summary>
internal sealed partial class BodyAnalysis
{
    /// <param name="path">After the call.</param>
    /// <param name="call">Whose method has a contract.</param>
    /// <param name="site">Where.</param>
    /// <param name="endings">How the bodies behind the call end, where they are known.</param>
    private void ApplyContract(Path path, CallSite call, int site, List<Ending>? endings)
    {
        var contract = _context.Lowering.Contracts.OfMethod(call.Method);
        if (contract.IsEmpty)
            return;
        _runsUnseenCode |= (contract.Whole & Contract.Persists) != 0;
        var ofArguments = MethodContract.SpeaksOfArguments(call.Method);
        if ((contract.Whole & Contract.Persists) != 0)
        {
            PersistAll(path, ofArguments ? Value.OfEntity(HomeOf(call.Method)) : Read(path, call.Receiver), site);
            if (ofArguments && endings is not null)
                SettleAllOf(path, site);
        }
        foreach (var parameter in call.Method.Parameters)
            if (((contract.OfParameter(parameter.Ordinal) | (ofArguments || endings is null ? contract.Whole : 0)) & Contract.Persists) != 0)
                PersistAll(path, Argument(path, call, parameter), site);
        // A body that can be seen says more exactly what it leaves, unless it is silent about it.
        if (endings is not null && endings.Any(ending => !ending.Case.Path.Pending.IsEmpty || !ending.Case.Path.Flushed.IsEmpty))
            return;
        if ((contract.Whole & Contract.LeavesDirty) != 0 && !ofArguments)
            LeaveDirty(path, Owing(Read(path, call.Receiver)), site, isMapping: true);
        foreach (var parameter in call.Method.Parameters)
            if ((contract.OfParameter(parameter.Ordinal) & Contract.LeavesDirty) != 0 || ((contract.Whole & Contract.LeavesDirty) != 0 && CanBeWritten(parameter)))
                LeaveDirty(path, Argument(path, call, parameter), site, isMapping: false);
    }

    private Value Argument(Path path, CallSite call, IParameterSymbol parameter) =>
        parameter.Ordinal < call.Arguments.Length ? Read(path, call.Arguments[parameter.Ordinal]) : Value.Untracked;

    /// <summary>What a member that leaves its arguments dirty may have written to: no array is mapped, and nothing that can only be read is written.</summary>
    private static bool CanBeWritten(IParameterSymbol parameter) =>
        parameter.RefKind is not (RefKind.In or RefKind.Out) && parameter.Type is { TypeKind: not TypeKind.Array, Name: not ("ReadOnlySpan" or "ReadOnlyMemory" or "ReadOnlySequence") };

    private void LeaveDirty(Path path, Value value, int site, bool isMapping)
    {
        if (Write(path, Value.OfRefs(value.Targets.Select(place => place.Somewhere())), site) is { } obligation)
            obligation.IsByContract |= isMapping;
    }

    /// <summary>An object whose own member says that it leaves it dirty is a mapping, wherever it comes from.</summary>
    private Value Owing(Value receiver)
    {
        foreach (var place in receiver.Targets)
            if (!_entities[place.Entity].IsRooted)
                _entities[place.Entity].Mapping ??= new Mapping(MappingRole.View);
        return receiver;
    }

    /// <summary>Everything that can be reached from the value is durable.</summary>
    private void PersistAll(Path path, Value value, int site)
    {
        if (!value.Targets.Any())
            return;
        NoteFlush(path, new FlushFact(FlushKind.Everything, value, MissesTail: false));
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key].Target.Targets.Any(place => IsReachedFrom(path, value, place.Entity, 0)))
                Settle(path, _obligations[entry.Key]);
    }

    /// <summary>What the call itself has written is durable.</summary>
    private void SettleAllOf(Path path, int site)
    {
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key].Site == site)
                Settle(path, _obligations[entry.Key]);
    }

    private bool IsReachedFrom(Path path, Value value, int entity, int depth)
    {
        if (value.MayBe(entity))
            return true;
        if (depth > 4 || entity <= EntityTable.Statics)
            return false;
        if (_entities[entity] is { Kind: EntityKind.Field } field && IsReachedFrom(path, value, (int)field.B, depth + 1))
            return true;
        if (_entities[entity].Mapping is { } mapping && mapping.Parents.Any(parent => parent.Targets.Any(place => IsReachedFrom(path, value, place.Entity, depth + 1))))
            return true;
        var found = false;
        foreach (var entry in path.Fields)
            found |= entry.Value.MayBe(entity) && _fields[entry.Key].Entity != entity && IsReachedFrom(path, value, _fields[entry.Key].Entity, depth + 1);
        return found;
    }

    /// <summary>What a member says that it returns is mapped: memory of its object, or of its type when it is static.</summary>
    private Value? MappedResult(Path path, CallSite call, int site)
    {
        if ((_context.Lowering.Contracts.OfMethod(call.Method).Return & Contract.Mapped) == 0)
            return null;
        var receiver = Read(path, call.Receiver);
        if (call.Receiver >= 0 && receiver.Targets.Any())
            return Value.OfRefs(Owing(receiver).Refs.Select(place => place.Somewhere()));
        var value = Redefine(path, EntityKind.Result, site, 0);
        var entity = _entities[value.Refs[0].Entity];
        if (entity.Mapping is null)
        {
            entity.Mapping = new Mapping(MappingRole.View);
            entity.Mapping.Parents.Add(Value.OfEntity(HomeOf(call.Method)));
        }
        return value;
    }

    private bool SaysLeavesDirty(IMethodSymbol? method) =>
        method is not null && (_context.Lowering.Contracts.OfMethod(method).Whole & Contract.LeavesDirty) != 0;

    /// <summary>Stands for whatever a type's static members hold.</summary>
    private int HomeOf(IMethodSymbol method) => _entities.Intern(EntityKind.Constant, payload: method.ContainingType ?? (object)method).Id;
}
