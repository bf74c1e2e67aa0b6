using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Calls of code that nobody can see: what is taken of it, and what is no longer known of what it was given.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>A callee without source, row or implementation: its contract if it has one, else the documented default.</summary>
    private void CallUnknown(Path path, CallSite call, in Instruction step)
    {
        var method = call.Method;
        Assign(path, step.Dst, ResultOf(path, call, step.Site));
        RunArguments(path, call, step.Site);
        if (call.InvokesReceiver)
            NoteGivenRun(Read(path, call.Receiver), call.Arguments.Take(method.Parameters.Length).Select((register, ordinal) => IsAddress(call, ordinal) ? Read(path, register) : Value.Untracked).ToArray());
        if (!_context.Lowering.Contracts.OfMethod(method).IsEmpty)
        {
            ApplyContract(path, call, step.Site, null);
            return;
        }
        // A primary constructor has no body, and what it is given to keep its type's initializers have taken.
        var isHarmless = call.Targets.All(target => target.Symbol is { } symbol && _context.Lowering.BodyOf(symbol, _cancel) is null) && _context.Lowering.IsOwn(method) && !method.IsAbstract && !method.IsVirtual && !_context.Lowering.Knowledge.IsUnseenImport(method);
        _runsUnseenCode |= call.InvokesReceiver || !(call.IsFramework || isHarmless);
        if ((call.IsFramework && !call.InvokesReceiver) || isHarmless)
            return;
        // It may flush or keep what it is given; nobody can tell. A delegate gives nothing away by being called, and one that was passed is its caller's, who sees it run.
        var isPassed = call.InvokesReceiver && Read(path, call.Receiver).Targets.All(place => _entities[place.Entity].Kind == EntityKind.Parameter);
        foreach (var register in call.Arguments.Append(call.InvokesReceiver ? Registers.None : call.Receiver))
            if (register >= 0)
                GiveAway(path, Read(path, register), isPassed);
    }

    /// <summary>A delegate is called with a mapping, or with a place in one: <c>visit(ref slots[i])</c>.</summary>
    private bool IsAddress(CallSite call, int ordinal) => call.Method.Parameters[ordinal] is var parameter && (_context.Lowering.Types.CanCarryMapping(parameter.Type)
        || (parameter.RefKind is RefKind.Ref or RefKind.Out && (call.VariablesByRef >> ordinal & 1) == 0));

    /// <summary>What goes to code that nobody can see may be flushed there: what was written to it before is not held against the caller.</summary>
    private void GiveAway(Path path, Value value, bool isSeenByCaller = false)
    {
        if (!path.Pending.IsEmpty)
            Forgive(path, value);
        NoteShown(value);
        if (!isSeenByCaller)
            MarkGivenAway(value);
    }

    /// <param name="path">As it goes on.</param>
    /// <param name="value">What the code is given.</param>
    /// <param name="before">What had been written when it ran, where more has been since.</param>
    private void Forgive(Path path, Value value, IntMap<Status>? before = null)
    {
        foreach (var entry in path.Pending)
            if ((before?.Contains(entry.Key) != false) && _obligations[entry.Key] is { Debt: not Debt.Fence } obligation && Reaches(path, value, obligation.Target))
                path.Pending = path.Pending.Remove(obligation.Id);
    }

    private bool Reaches(Path path, Value value, Value any)
    {
        foreach (var place in any.Refs)
            if (Reaches(path, value, place.Entity))
                return true;
        return false;
    }

    private void MarkGivenAway(Value value)
    {
        foreach (var place in value.Targets)
            if (_givenAway.Add(place.Entity))
                MayFlush.Add(new FlushFact(FlushKind.Unseen, Value.OfEntity(place.Entity), false));
    }

    private readonly HashSet<int> _givenAway = new();

    private bool Reaches(Path path, Value value, int entity)
    {
        if (value.MayBe(entity))
            return true;
        foreach (var place in value.Targets)
        {
            if (_entities[entity] is { Kind: EntityKind.Field } field && field.B == place.Entity)
                return true;
            for (var slot = _fields.LatestOf(place.Entity); slot >= 0; slot = _fields.Before(slot))
                if (path.Fields.TryGet(slot, out var stored) && stored.MayBe(entity))
                    return true;
        }
        return false;
    }
}
