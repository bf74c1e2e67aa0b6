using System.Collections.Immutable;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Objects that the body makes itself: of what type they are is known, and so is which implementation of a virtual member they run.</summary>
internal sealed partial class BodyAnalysis
{
    private readonly Dictionary<int, INamedTypeSymbol> _madeAs = new();

    private ImmutableArray<CallTarget> TargetsOn(CallSite call, Value receiver)
    {
        if (call.Targets.Length < 2 || receiver.Single is not { } place || !_madeAs.TryGetValue(place.Entity, out var made))
            return call.Targets;
        for (INamedTypeSymbol? type = made; type is not null; type = type.BaseType)
            foreach (var target in call.Targets)
                if (SymbolEqualityComparer.Default.Equals(target.Symbol?.ContainingType?.OriginalDefinition, type.OriginalDefinition))
                    return ImmutableArray.Create(target);
        return call.Targets;
    }
}
