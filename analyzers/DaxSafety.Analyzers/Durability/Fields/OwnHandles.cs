using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// The compilation's own safe handles: objects that name memory themselves. What their instances are is kept like what a field
/// holds, under the number of the type.
/// </summary>
internal static class OwnHandles
{
    /// <summary>Numbers of the type and of those of its bases that are handles of the compilation; none for any other type.</summary>
    public static IEnumerable<int> Of(ITypeSymbol? type, DurabilityContext context)
    {
        for (; type is INamedTypeSymbol named && context.Lowering.IsOwn(named) && context.Lowering.Types.NamesMemory(named); type = type.BaseType)
            yield return context.Lowering.Members.Of(named);
    }

    /// <summary>The handles that a body has made something of, each with its object.</summary>
    public static IEnumerable<(int Handle, int Instance)> In(BodyAnalysis analysis, DurabilityContext context)
    {
        for (var entity = EntityTable.This; entity < analysis.Entities.Count; entity++)
            if ((analysis.Entities[entity] is { Mapping: not null, Kind: EntityKind.This or EntityKind.Allocated } || analysis.BecameUnknown.Contains(entity)))
                foreach (var handle in NamedBy(analysis, entity, context))
                    yield return (handle, entity);
    }

    /// <summary>A handle type's objects that a body makes with a constructor, whatever holds them.</summary>
    public static IEnumerable<(int Handle, int Instance)> Made(BodyAnalysis analysis, INamedTypeSymbol type, DurabilityContext context) =>
        Of(type, context).SelectMany(handle => analysis.InstancesOf(type).Select(instance => (handle, instance)));

    /// <summary>The handles that an entity may be one of, by the types of what holds it.</summary>
    public static IEnumerable<int> NamedBy(BodyAnalysis analysis, int entity, DurabilityContext context) => entity == EntityTable.This
        ? Of(analysis.Body.Symbol?.ContainingType, context)
        : analysis.HoldersOf(analysis.Entities[entity]).SelectMany(holder => Of(holder.Type, context)).Distinct();
}
