using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>The contract of one body's member, asked about what the body has in its hands. What it covers is not judged by whose it is, but by the word that was given.</summary>
internal sealed class BodyContract
{
    private readonly BodyAnalysis _analysis;
    private readonly IMethodSymbol? _method;
    private readonly MethodContract _contract;
    private readonly int _onlyCandidate = -1;

    public BodyContract(AnalyzedBody analyzed, DurabilityContext context)
    {
        _analysis = analyzed.Analysis;
        _method = analyzed.Body.Symbol;
        _contract = _method is null ? MethodContract.None : context.Lowering.Contracts.OfMethod(_method);
        if (!_contract.IsEmpty && MethodContract.SpeaksOfArguments(_method!))
            _onlyCandidate = OnlyCandidate(_method!, context);
    }

    public bool IsEmpty => _contract.IsEmpty;

    /// <summary>The member says, or inherits the word, that it returns clean.</summary>
    public bool Persists => IsPromise(_contract.Whole);

    public bool ReturnsMapped => (_contract.Return & Contract.Mapped) != 0;

    public IMethodSymbol? PromisedBy => _contract.PromisedBy;

    /// <summary>Which of [Persists] and [LeavesDirty] hold for a write, wherever the mapping is kept.</summary>
    public Contract On(OwedWrite write)
    {
        if (_contract.IsEmpty)
            return Contract.None;
        var all = Contract.Persists | Contract.LeavesDirty;
        foreach (var place in write.Obligation.Target.Targets)
            all &= On(place.Entity, write.Owner);
        return all;
    }

    /// <summary>Whether the body's own word makes it owe, although the mapping is somebody else's.</summary>
    public bool MakesOwe(OwedWrite write) => IsPromise(On(write));

    private static bool IsPromise(Contract contract) => (contract & (Contract.Persists | Contract.LeavesDirty)) == Contract.Persists;

    private Contract On(int entity, Owner owner)
    {
        var root = _analysis.Entities[entity];
        while (root.Kind == EntityKind.Field)
            root = _analysis.Entities[(int)root.B];
        switch (root.Kind)
        {
            case EntityKind.Parameter:
                return _contract.OfParameter(root.A) | (_contract.Whole & (MethodContract.SpeaksOfArguments(_method!) ? Contract.Persists | Contract.LeavesDirty : Contract.LeavesDirty));
            case EntityKind.This or EntityKind.Statics or EntityKind.Captured:
                return _contract.Whole;
            default:
                // Made here, and kept by the object or handed out.
                return root.Escaped || owner == Owner.Local ? Contract.None : _contract.Whole;
        }
    }

    /// <summary>Whether the memory is certainly mapped: by its type, origin or contract, by being flushed, or because a word about the arguments can mean nothing else.</summary>
    public bool IsMapping(Value target) => target.Targets.All(place =>
    {
        var entity = _analysis.Entities[place.Entity];
        if (entity.Mapping is { } mapping)
            return mapping is { Role: MappingRole.View, CopyOnWrite: false } && _analysis.BackingOf(mapping) is (false, false);
        return _analysis.IsKnownMapping(place.Entity)
            || (entity.Kind == EntityKind.Parameter && (entity.A == _onlyCandidate || (_contract.OfParameter(entity.A) & Contract.Persists) != 0));
    });

    /// <summary>A parameter that the contract promises to leave durable, whatever was written to it before; null when there is none.</summary>
    public IParameterSymbol? PromisedParameter(DurabilityContext context) => _method?.Parameters.FirstOrDefault(parameter =>
        ((_contract.OfParameter(parameter.Ordinal) & Contract.Persists) != 0 && context.Lowering.Types.CanCarryMapping(parameter.Type))
        || (Persists && MethodContract.SpeaksOfArguments(_method)
            && (parameter.Ordinal == _onlyCandidate || context.MappingOf(parameter) is { Role: MappingRole.View })));

    /// <summary>The one parameter that can be memory, where no type says which.</summary>
    private static int OnlyCandidate(IMethodSymbol method, DurabilityContext context)
    {
        if (method.Parameters.Any(parameter => context.MappingOf(parameter) is { Role: MappingRole.View }))
            return -1;
        var candidates = method.Parameters.Where(parameter => parameter.RefKind == RefKind.None && IsMemory(parameter.Type)).ToList();
        return candidates.Count == 1 ? candidates[0].Ordinal : -1;
    }

    private static bool IsMemory(ITypeSymbol type) => type is { TypeKind: TypeKind.Pointer } or { Name: "Span" or "Memory" };
}
