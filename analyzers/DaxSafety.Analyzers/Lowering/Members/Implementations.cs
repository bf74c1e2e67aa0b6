using System.Collections.Immutable;
using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Which bodies of the compilation an interface, abstract or virtual call may run. The types are listed once, when the
/// first such call is met. Thread safe.
/// </summary>
internal sealed class Implementations
{
    private readonly Lazy<Dictionary<INamedTypeSymbol, List<INamedTypeSymbol>>> _below;
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<IMethodSymbol>> _found = new(SymbolEqualityComparer.Default);

    private readonly IAssemblySymbol _assembly;

    public Implementations(Compilation compilation)
    {
        _assembly = compilation.Assembly;
        _below = new Lazy<Dictionary<INamedTypeSymbol, List<INamedTypeSymbol>>>(() => TypesBelow(_assembly.GlobalNamespace));
    }

    public ImmutableArray<IMethodSymbol> Of(IMethodSymbol method) => _found.GetOrAdd(method.OriginalDefinition, Find);

    /// <summary>Those of the types that implement another interface as well, which inherits the method's.</summary>
    public ImmutableArray<IMethodSymbol> Of(IMethodSymbol method, INamedTypeSymbol contract) => _below.Value.TryGetValue(contract.OriginalDefinition, out var below)
        ? below.Select(type => Implementing(type, method.OriginalDefinition)).OfType<IMethodSymbol>().Where(HasBody).Distinct<IMethodSymbol>(SymbolEqualityComparer.Default).ToImmutableArray()
        : ImmutableArray<IMethodSymbol>.Empty;

    private ImmutableArray<IMethodSymbol> Find(IMethodSymbol method)
    {
        var (candidates, found) = (new List<IMethodSymbol>(), new List<IMethodSymbol>());
        Add(method);
        // What implements an interface may be abstract or virtual itself.
        for (var i = 0; i < candidates.Count; i++)
            if (candidates[i].ContainingType is { IsSealed: false, IsValueType: false } owner && _below.Value.TryGetValue(owner.OriginalDefinition, out var below))
                foreach (var type in below)
                    Add(owner.TypeKind == TypeKind.Interface ? Implementing(type, candidates[i]) : Overriding(type, candidates[i]));
        return found.ToImmutableArray();

        void Add(IMethodSymbol? candidate)
        {
            if (candidate is null || !SymbolEqualityComparer.Default.Equals(candidate.ContainingAssembly, _assembly) && !ReferenceEquals(candidate, method)
                || candidates.Contains(candidate, SymbolEqualityComparer.Default))
                return;
            candidates.Add(candidate);
            if (HasBody(candidate) && SymbolEqualityComparer.Default.Equals(candidate.ContainingAssembly, _assembly))
                found.Add(candidate);
        }
    }

    private static bool HasBody(IMethodSymbol method) => !method.IsAbstract && !method.IsExtern && method.DeclaringSyntaxReferences.Length > 0;

    private static IMethodSymbol? Implementing(INamedTypeSymbol type, IMethodSymbol method)
    {
        if (type.TypeKind == TypeKind.Interface)
            return null;
        foreach (var contract in type.AllInterfaces)
        {
            if (!SymbolEqualityComparer.Default.Equals(contract.OriginalDefinition, method.ContainingType.OriginalDefinition))
                continue;
            foreach (var member in contract.GetMembers(method.Name))
                if (SymbolEqualityComparer.Default.Equals(member.OriginalDefinition, method) && type.FindImplementationForInterfaceMember(member) is IMethodSymbol implementation)
                    return implementation.OriginalDefinition;
        }
        return null;
    }

    private static IMethodSymbol? Overriding(INamedTypeSymbol type, IMethodSymbol method)
    {
        foreach (var member in type.GetMembers(method.Name))
        {
            if (member is not IMethodSymbol { IsOverride: true } candidate)
                continue;
            for (var overridden = candidate.OverriddenMethod; overridden is not null; overridden = overridden.OverriddenMethod)
                if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, method))
                    return candidate;
        }
        return null;
    }

    /// <summary>By interface and class: the types of the compilation that implement it or derive from it, in the order of their declaration.</summary>
    private static Dictionary<INamedTypeSymbol, List<INamedTypeSymbol>> TypesBelow(INamespaceSymbol root)
    {
        var below = new Dictionary<INamedTypeSymbol, List<INamedTypeSymbol>>(SymbolEqualityComparer.Default);
        foreach (var type in AllTypes(root))
        {
            for (var ancestor = type.BaseType; ancestor is { SpecialType: SpecialType.None }; ancestor = ancestor.BaseType)
                Note(ancestor, type);
            foreach (var contract in type.AllInterfaces)
                Note(contract, type);
        }
        return below;

        void Note(INamedTypeSymbol above, INamedTypeSymbol type)
        {
            if (!below.TryGetValue(above.OriginalDefinition, out var types))
                below[above.OriginalDefinition] = types = new List<INamedTypeSymbol>();
            // Once, though it may implement `IStore<int>` and `IStore<long>`.
            if (types.Count == 0 || !ReferenceEquals(types[types.Count - 1], type))
                types.Add(type);
        }
    }

    private static ImmutableArray<INamedTypeSymbol> AllTypes(INamespaceSymbol root)
    {
        var types = ImmutableArray.CreateBuilder<INamedTypeSymbol>();
        var pending = new Stack<INamespaceOrTypeSymbol>();
        pending.Push(root);
        while (pending.Count > 0)
        {
            foreach (var member in pending.Pop().GetMembers())
            {
                if (member is not INamespaceOrTypeSymbol nested)
                    continue;
                pending.Push(nested);
                if (nested is INamedTypeSymbol type)
                    types.Add(type);
            }
        }
        return types.ToImmutable();
    }
}
