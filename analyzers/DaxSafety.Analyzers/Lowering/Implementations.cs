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
    private readonly Lazy<ImmutableArray<INamedTypeSymbol>> _types;
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<IMethodSymbol>> _found = new(SymbolEqualityComparer.Default);

    private readonly IAssemblySymbol _assembly;

    public Implementations(Compilation compilation)
    {
        _assembly = compilation.Assembly;
        _types = new Lazy<ImmutableArray<INamedTypeSymbol>>(() => AllTypes(_assembly.GlobalNamespace));
    }

    public ImmutableArray<IMethodSymbol> Of(IMethodSymbol method) => _found.GetOrAdd(method.OriginalDefinition, Find);

    private ImmutableArray<IMethodSymbol> Find(IMethodSymbol method)
    {
        var found = ImmutableArray.CreateBuilder<IMethodSymbol>();
        if (HasBody(method) && SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, _assembly))
            found.Add(method);
        if (method.ContainingType is not { } owner || owner.IsSealed || owner.IsValueType)
            return found.ToImmutable();
        foreach (var type in _types.Value)
        {
            var candidate = owner.TypeKind == TypeKind.Interface ? Implementing(type, method) : Overriding(type, method);
            if (candidate is not null && SymbolEqualityComparer.Default.Equals(candidate.ContainingAssembly, _assembly) && HasBody(candidate) && !found.Contains(candidate, SymbolEqualityComparer.Default))
                found.Add(candidate);
        }
        return found.ToImmutable();
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
            var member = contract.GetMembers(method.Name).OfType<IMethodSymbol>()
                .FirstOrDefault(candidate => SymbolEqualityComparer.Default.Equals(candidate.OriginalDefinition, method));
            if (member is not null && type.FindImplementationForInterfaceMember(member) is IMethodSymbol implementation)
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
