using System.Collections.Concurrent;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Which types have code that may come by a mapping that nobody handed to it and that no field holds, by outlines alone: what all knowledge of fields begins
/// with. Most types that keep pointers have none, and there is nothing to learn of them. Thread safe.
/// </summary>
internal sealed class MappingMakers(DurabilityContext context)
{
    private readonly OutlineReach _mappings = new(context, (outline, _) => outline.NamesMapping || outline.Mentions.Any(context.IsMapping));
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _types = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a type's own code, nested types included, may put a mapping into its fields.</summary>
    public bool Has(INamedTypeSymbol type, CancellationToken cancel) =>
        _types.TryGetValue(type, out var known) ? known : _types[type] = Bodies(type, cancel).Any(body => _mappings.From(body, cancel));

    private IEnumerable<CallTarget> Bodies(INamedTypeSymbol type, CancellationToken cancel) =>
        TypeMembers.BodiesOf(type).Select(method => new CallTarget(method)).Concat(context.Lowering.InitializersOf(type, cancel));
}
