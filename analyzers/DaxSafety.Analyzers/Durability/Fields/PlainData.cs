using System.Collections.Concurrent;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Records and structures of the program that only hold what they are given, such as <c>record struct Opened(MemoryMappedFile Map, MemoryMappedViewAccessor View)</c>:
/// no code of theirs makes, names or flushes a mapping. Whoever has made such an object answers for what it holds, as for a tuple. Thread safe.
/// </summary>
internal sealed class PlainData(DurabilityContext context)
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _known = new(SymbolEqualityComparer.Default);

    /// <summary>Whether a field, property or primary constructor's parameter is one of such a type.</summary>
    public bool Has(ISymbol? member, CancellationToken cancel) =>
        member is IFieldSymbol or IPropertySymbol or IParameterSymbol && member.ContainingType is { TypeKind: TypeKind.Class or TypeKind.Struct } type && context.Lowering.IsOwn(type)
        && (_known.TryGetValue(type.OriginalDefinition, out var known) ? known : _known[type.OriginalDefinition] = Is(type.OriginalDefinition, cancel));

    private bool Is(INamedTypeSymbol type, CancellationToken cancel) => (type.IsRecord || type.IsValueType) && type.BaseType is not { SpecialType: SpecialType.None } && type.AllInterfaces.All(contract => !context.Lowering.IsOwn(contract))
        && context.Lowering.InitializersOf(type, cancel).All(initializer => !context.OutlineOf(initializer, cancel).NamesMapping)
        && TypeMembers.BodiesOf(type).All(body => context.OutlineOf(new CallTarget(body), cancel) is { NamesMapping: false } outline
            && (body.MethodKind == MethodKind.Constructor || !outline.Mentions.Any(IsMemory)));

    private bool IsMemory(ISymbol mention) => context.Lowering.Types.NamesMemory(TypeFacts.TypeOf(mention));
}
