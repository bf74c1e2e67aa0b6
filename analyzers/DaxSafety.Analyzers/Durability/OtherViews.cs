using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Groups of paths on which a field holds different views, each with writes of its own: a flush of either is the other's only while they are apart.</summary>
internal sealed partial class PathMerger
{
    /// <summary>One is a view that was made here, with writes that are not durable yet, and the other is not that view for certain.</summary>
    private bool NamesOther(Value a, Value b) => IsOtherThanOwing(a, b, _mine) || IsOtherThanOwing(b, a, _theirs);

    /// <summary>Whether a merge of the two would leave it open which view a field holds, with writes to one of them.</summary>
    public bool WouldConfuseViews(Path a, Path b) => HoldsOwingThatIsOther(a, b) || HoldsOwingThatIsOther(b, a);

    private bool HoldsOwingThatIsOther(Path path, Path other)
    {
        var holds = false;
        path.Fields.ForEach((slot, value) => holds |= value.Single is { Entity: var view } && !(other.Fields.TryGet(slot, out var held) && held.Single?.Entity == view) && IsOwing(view, path));
        return holds;
    }

    private bool IsOtherThanOwing(Value value, Value other, Path path) => value.Single is { Entity: var view } && other.Single?.Entity != view && IsOwing(view, path);

    private bool IsOwing(int view, Path path)
    {
        if (_entities[view] is not { Kind: EntityKind.Created or EntityKind.Called or EntityKind.Parameter, Mapping.Role: MappingRole.View })
            return false;
        var owes = false;
        path.Pending.ForEach((id, _) => owes |= _obligations[id].Target.Single?.Entity == view);
        return owes;
    }
}
