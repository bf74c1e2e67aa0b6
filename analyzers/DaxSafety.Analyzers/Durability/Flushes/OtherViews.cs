using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Groups of paths on which a field holds different views, each with writes of its own: a flush of either is the other's only while they are apart.</summary>
internal sealed partial class PathMerger
{
    /// <summary>Whether a merge of the two would leave it open which view a field holds, with writes to one of them.</summary>
    public bool WouldConfuseViews(Path a, Path b) => (!a.Pending.IsEmpty || !b.Pending.IsEmpty) && !a.Fields.Equals(b.Fields)
        && (HoldsOwingThatIsOther(a, b) || HoldsOwingThatIsOther(b, a));

    /// <summary>A choice has picked one view with writes that are not durable yet on one of the paths, and not that view for certain on the other.</summary>
    private bool PicksOther(Value a, Value b) => IsOtherThanOwing(a, b, _mine) || IsOtherThanOwing(b, a, _theirs);

    private bool IsOtherThanOwing(Value value, Value other, Path path) => value.Single is { Entity: var view } && other.Single?.Entity != view && IsOwing(view, path);

    private bool HoldsOwingThatIsOther(Path path, Path other)
    {
        foreach (var entry in path.Fields)
            if (entry.Value.Single is { Entity: var view } && IsOwing(view, path) && IsOtherIn(other, entry.Key, view))
                return true;
        return false;
    }

    /// <summary>One holds in a field a view that it has made for want of one, <c>_view ??= map.CreateViewAccessor()</c>: the next call will hand out that again.</summary>
    private bool HoldOtherViews(Path a, Path b) => !a.Fields.Equals(b.Fields) && (HoldsMadeView(a, b) || HoldsMadeView(b, a));

    private bool HoldsMadeView(Path path, Path other)
    {
        foreach (var entry in path.Fields)
            if (entry.Value.Single is { Entity: var view } && _entities[view].IsMadeView && _entities[_fields[entry.Key].Entity].IsRooted && IsOtherIn(other, entry.Key, view))
                return true;
        return false;
    }

    private static bool IsOtherIn(Path path, int slot, int view) => !(path.Fields.TryGet(slot, out var held) && held.Single?.Entity == view);

    private bool IsOwing(int view, Path path)
    {
        if (_entities[view] is not { Kind: EntityKind.Created or EntityKind.Called or EntityKind.Parameter, Mapping.Role: MappingRole.View })
            return false;
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key].Target.Single?.Entity == view)
                return true;
        return false;
    }
}
