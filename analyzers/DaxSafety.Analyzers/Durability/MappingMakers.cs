using System.Collections.Concurrent;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Which bodies may come by a mapping that nobody handed to them and that no field holds, by outlines alone: what all knowledge of fields begins with. Most types
/// that keep pointers have none, and there is nothing to learn of them. Thread safe.
/// </summary>
internal sealed class MappingMakers(DurabilityContext context)
{
    private readonly ConcurrentDictionary<CallTarget, bool> _bodies = new();
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _types = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a type's own code, nested types included, may put a mapping into its fields.</summary>
    public bool Has(INamedTypeSymbol type, CancellationToken cancel) => _types.TryGetValue(type, out var known) ? known : _types[type] = Bodies(type, cancel).Any(body => May(body, cancel));

    private IEnumerable<CallTarget> Bodies(INamedTypeSymbol type, CancellationToken cancel) =>
        TypeMembers.BodiesOf(type).Select(method => new CallTarget(method)).Concat(context.Lowering.InitializersOf(type, cancel));

    private bool May(CallTarget body, CancellationToken cancel)
    {
        if (!_bodies.ContainsKey(body))
            new CallGroups(caller => context.OutlineOf(caller, cancel).Callees, _bodies.ContainsKey, (group, _) => Decide(group, cancel), cancel).Visit(body);
        return _bodies[body];
    }

    private void Decide(List<CallTarget> group, CancellationToken cancel)
    {
        var may = group.Any(member => context.OutlineOf(member, cancel) is var outline
            && (outline.NamesMapping || outline.Mentions.Any(context.IsMapping) || outline.Callees.Any(callee => _bodies.TryGetValue(callee, out var known) && known)));
        foreach (var member in group)
            _bodies[member] = may;
    }
}
