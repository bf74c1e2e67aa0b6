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
    private readonly ConcurrentDictionary<IMethodSymbol, MethodContract> _methods = new(SymbolEqualityComparer.Default);

    public Contracts(Compilation compilation) =>
        AreInUse = new[] { "Mapped", "LeavesDirty", "Persists" }.Any(name => !compilation.GetTypesByMetadataName($"{Namespace}.{name}Attribute").IsEmpty);

    /// <summary>Some assembly declares the attributes; without them nobody has a contract.</summary>
    public bool AreInUse { get; }

    /// <summary>What a symbol's own attributes say.</summary>
    public Contract Of(ISymbol symbol)
    {
        if (!AreInUse)
            return Contract.None;
        symbol = symbol.OriginalDefinition;
        return _own.TryGetValue(symbol, out var known) ? known : _own.GetOrAdd(symbol, Read(symbol.GetAttributes()));
    }

    public bool Has(ISymbol symbol, Contract contract) => (Of(symbol) & contract) != 0;

    /// <summary>Everything that holds for a call of the method: its own words, its property's, and the promises of what it overrides or implements.</summary>
    public MethodContract OfMethod(IMethodSymbol method)
    {
        if (!AreInUse)
            return MethodContract.None;
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        return _methods.TryGetValue(method, out var known) ? known : _methods.GetOrAdd(method, Collect(method));
    }

    private MethodContract Collect(IMethodSymbol method)
    {
        var whole = Of(method) & ~Contract.Mapped;
        if (method.MethodKind == MethodKind.DelegateInvoke)
            whole |= Of(method.ContainingType);
        // A getter hands out, a setter writes.
        if (method.AssociatedSymbol is IPropertySymbol property && method.MethodKind == MethodKind.PropertySet)
            whole |= Of(property) & ~Contract.Mapped;
        var parameters = method.Parameters.Select(Of).ToArray();
        IMethodSymbol? promisedBy = null;
        foreach (var general in Generalizations(method))
        {
            var theirs = OfMethod(general);
            // One that says otherwise has said so, and is reported where it says it.
            if ((whole & (Contract.Persists | Contract.LeavesDirty)) == 0 && (theirs.Whole & Contract.Persists) != 0)
                (whole, promisedBy) = (whole | Contract.Persists, theirs.PromisedBy ?? general);
            for (var i = 0; i < parameters.Length && i < theirs.Parameters.Length; i++)
                if ((parameters[i] & Contract.LeavesDirty) == 0)
                    parameters[i] |= theirs.Parameters[i] & Contract.Persists;
        }
        var contract = new MethodContract(whole, parameters, OfReturn(method), promisedBy);
        return contract.IsEmpty ? MethodContract.None : contract;
    }

    private Contract OfReturn(IMethodSymbol method)
    {
        var contract = Read(method.GetReturnTypeAttributes()) | (Of(method) & Contract.Mapped);
        return method is { MethodKind: MethodKind.PropertyGet, AssociatedSymbol: { } property } ? contract | (Of(property) & Contract.Mapped) : contract;
    }

    /// <summary>What a method overrides or implements: whoever calls those may get this one.</summary>
    public static IEnumerable<IMethodSymbol> Generalizations(IMethodSymbol method)
    {
        if (method.OverriddenMethod is { } overridden)
            yield return overridden.OriginalDefinition;
        if (method.IsStatic || method.ContainingType is not { TypeKind: TypeKind.Class or TypeKind.Struct } type)
            yield break;
        foreach (var declared in method.ExplicitInterfaceImplementations)
            yield return declared.OriginalDefinition;
        foreach (var @interface in type.AllInterfaces)
            foreach (var member in @interface.GetMembers(method.Name))
                if (member is IMethodSymbol declared && SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(declared), method))
                    yield return declared.OriginalDefinition;
    }

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

/// <summary>What a call of one method means for mappings, as far as its contract says.</summary>
/// <param name="Whole">Of the method: its receiver, or without one everything it is handed.</param>
/// <param name="Parameters">Of each parameter by itself.</param>
/// <param name="Return">Of what it returns.</param>
/// <param name="PromisedBy">The overridden or implemented member whose [Persists] it inherits; null when the word is its own.</param>
internal sealed record MethodContract(Contract Whole, Contract[] Parameters, Contract Return, IMethodSymbol? PromisedBy)
{
    public static readonly MethodContract None = new(Contract.None, Array.Empty<Contract>(), Contract.None, null);

    public bool IsEmpty => Whole == Contract.None && Return == Contract.None && Parameters.All(parameter => parameter == Contract.None);

    public Contract OfParameter(int ordinal) => ordinal < Parameters.Length ? Parameters[ordinal] : Contract.None;

    /// <summary>Without a receiver the member's word is about what it is handed.</summary>
    public static bool SpeaksOfArguments(IMethodSymbol method) =>
        method.IsStatic || method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction or MethodKind.DelegateInvoke;
}
