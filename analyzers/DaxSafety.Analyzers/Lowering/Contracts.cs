using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>The attributes by which a member says what it does to mappings, and a caller in another assembly can know.</summary>
[Flags]
internal enum Contract : byte
{
    None = 0,

    /// <summary><c>[Mapped]</c>: leads to mapped memory.</summary>
    Mapped = 1,

    /// <summary><c>[LeavesDirty]</c>: the caller owes the flush.</summary>
    LeavesDirty = 2,

    /// <summary><c>[Persists]</c>: returns with everything durable.</summary>
    Persists = 4,

    /// <summary><c>[CommitMarker]</c>: publishes what was written before it.</summary>
    CommitMarker = 8,
}

/// <summary>Reads <see cref="Contract"/>s off symbols. By name and namespace, so that a library may declare copies of its own. Thread safe.</summary>
internal sealed class Contracts
{
    private const string Namespace = "DaxSafety";
    private readonly ConcurrentDictionary<ISymbol, Contract> _own = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _any = new(SymbolEqualityComparer.Default);

    public Contract Of(ISymbol symbol)
    {
        symbol = symbol.OriginalDefinition;
        return _own.TryGetValue(symbol, out var known) ? known : _own.GetOrAdd(symbol, Read(symbol));
    }

    public bool Has(ISymbol symbol, Contract contract) => (Of(symbol) & contract) != 0;

    public Contract OfReturn(IMethodSymbol method) => Read(method.OriginalDefinition.GetReturnTypeAttributes());

    /// <summary>Whether the method, its result or a parameter carries any contract.</summary>
    public bool HasAny(IMethodSymbol method) => _any.GetOrAdd(method.OriginalDefinition, definition =>
        Of(definition) != 0 || OfReturn(definition) != 0 || definition.Parameters.Any(parameter => Of(parameter) != 0)
        || (definition.AssociatedSymbol is { } property && Of(property) != 0));

    private static Contract Read(ISymbol symbol) => Read(symbol.GetAttributes());

    private static Contract Read(IEnumerable<AttributeData> attributes)
    {
        var contract = Contract.None;
        foreach (var attribute in attributes)
        {
            if (attribute.AttributeClass is not { ContainingNamespace: { Name: Namespace, ContainingNamespace.IsGlobalNamespace: true } } type)
                continue;
            contract |= type.Name switch
            {
                "MappedAttribute" => Contract.Mapped,
                "LeavesDirtyAttribute" => Contract.LeavesDirty,
                "PersistsAttribute" => Contract.Persists,
                "CommitMarkerAttribute" => Contract.CommitMarker,
                _ => Contract.None,
            };
        }
        return contract;
    }
}
