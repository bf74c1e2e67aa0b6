using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// What is forgotten where a block or a scope ends: its temporaries or variables, and what was found of things that only they held. Nothing can ask about
/// those again, and groups of paths that differ in nothing else become one.
/// </summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Things made of one that are worth a look.</summary>
    private const int MostMadeOfOne = 32;

    /// <summary>What the block has found of things that only its temporaries held, as far as could be seen by then.</summary>
    private readonly HashSet<int> _passing = new();

    private void AtBlockEnd(List<Path> paths)
    {
        if (_passing.Count > 0)
            _passing.RemoveWhere(CanBeAskedAgain);
        foreach (var path in paths)
        {
            path.Temporaries = Array.Empty<Value?>();
            foreach (var test in _passing)
                path.Facts = path.Facts.Remove(test);
        }
    }

    private bool CanBeAskedAgain(int test)
    {
        var (a, b) = _tests.Tested(test);
        return _entities.CanBeMet(a) && _entities.CanBeMet(b);
    }

    private PathSet AtScopeEnd(PathSet output, int[] slots)
    {
        var paths = output.Paths.ConvertAll(path => AtScopeEnd(path, slots));
        return Normalize(paths);
    }

    private Path AtScopeEnd(Path path, int[] slots)
    {
        var after = path.Without(slots);
        if (after.Facts.IsEmpty)
            return after;
        foreach (var slot in slots)
            if (path.Variables.TryGet(slot, out var value))
                foreach (var place in value.Refs)
                    ForgetIfUnheld(after, _entities[place.Entity]);
        return after;
    }

    private void ForgetIfUnheld(Path path, Entity entity)
    {
        // What is the caller's, a constant or made of other things can be named again without the variable.
        if (entity.Kind is not (EntityKind.Result or EntityKind.Variable or EntityKind.AtLeast or EntityKind.AtMost or EntityKind.Called or EntityKind.Allocated))
            return;
        if (entity.Dependents is null && !IsKnownOf(path, entity.Id))
            return;
        var made = new List<int> { entity.Id };
        for (var i = 0; i < made.Count; i++)
        {
            if (made.Count > MostMadeOfOne)
                return;
            foreach (var dependent in _entities[made[i]].Dependents ?? NoEntities)
                if (!made.Contains(dependent))
                    made.Add(dependent);
        }
        if (IsKnownOfOne(path, made) && !Holds(path.Variables, made) && !Holds(path.Fields, made))
            ForgetFacts(path, entity);
    }

    private bool IsKnownOfOne(Path path, List<int> made)
    {
        foreach (var thing in made)
            if (IsKnownOf(path, thing))
                return true;
        return false;
    }

    private static bool Holds(IntMap<Value> held, List<int> made)
    {
        foreach (var entry in held)
            if (Holds(entry.Value, made))
                return true;
        return false;
    }

    private bool IsKnownOf(Path path, int entity)
    {
        foreach (var test in _tests.About(entity))
            if (path.Facts.Contains(test))
                return true;
        return false;
    }

    private static bool Holds(Value value, List<int> made)
    {
        foreach (var place in value.Refs)
            if (made.Contains(place.Entity) || made.Contains(place.OffsetEntity) || made.Contains(place.LengthEntity))
                return true;
        return false;
    }
}
