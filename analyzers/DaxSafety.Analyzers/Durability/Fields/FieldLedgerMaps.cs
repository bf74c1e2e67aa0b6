namespace DaxSafety.Analyzers.Durability;

/// <summary>Fields for views of one map that no field holds: what one of all of it flushes, it flushes for the others.</summary>
internal sealed partial class FieldLedger
{
    /// <summary>By fields: the maps that their views were made from, as things that bodies have seen.</summary>
    private readonly Dictionary<int, HashSet<int>> _mapsOf = new();

    private void EnterMap(Dictionary<int, int> maps, Mapping view, int field)
    {
        foreach (var parent in view.Parents)
        {
            if (parent.Single is not { Entity: > EntityTable.Statics and var map })
                continue;
            if (!maps.TryGetValue(map, out var thing))
                maps[map] = thing = _aliases.NewThing();
            if (!_mapsOf.TryGetValue(field, out var known))
                _mapsOf[field] = known = new HashSet<int>();
            known.Add(thing);
        }
    }

    private bool IsFlushedWithItsMap(int field)
    {
        if (!_mapsOf.TryGetValue(field, out var maps))
            return false;
        foreach (var other in _mapsOf)
            if (other.Key != field && _viewFlushed.Contains(other.Key) && other.Value.Overlaps(maps)
                && origins.Of(other.Key, cancel) is { Template: { } view } && BodyAnalysis.IsOfAll(view))
                return true;
        return false;
    }
}
