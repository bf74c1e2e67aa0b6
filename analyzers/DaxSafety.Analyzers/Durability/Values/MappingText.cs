namespace DaxSafety.Analyzers.Durability;

/// <summary>Source text that names an entity.</summary>
internal static class MappingText
{
    /// <summary><c>view</c>, <c>_view</c>, <c>store.View</c>; null for what has no name.</summary>
    public static string? Of(EntityTable entities, Entity entity)
    {
        if (entity.Kind != EntityKind.Field)
            return entity.Name;
        var owner = entities[(int)entity.B];
        if (entity.A == Lowering.MemberNumbers.Element)
            return Of(entities, owner);
        if (owner.Kind is EntityKind.This or EntityKind.Statics)
            return entity.Name;
        return Of(entities, owner) is { } text ? $"{text}.{entity.Name}" : null;
    }
}
