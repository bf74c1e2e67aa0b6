using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Files, maps and views that a step makes again: in the next round of a loop, a segment that is rolled.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>An instance that a step makes again: what is owed for the earlier one stays owed, and nothing can flush it by the new one.</summary>
    private void MakeStale(Path path, Entity entity, int site)
    {
        NoteRemade(path, entity);
        var isOrphaned = IsOrphaned(path, entity);
        foreach (var entry in path.Pending)
        {
            var obligation = _obligations[entry.Key];
            if (!obligation.Target.MayBe(entity.Id))
                continue;
            var stale = _entities.Intern(EntityKind.Stale, entity.Id, site, isOrphaned ? OrphanedView : null);
            stale.Mapping ??= isOrphaned ? entity.Mapping!.Orphaned() : entity.Mapping;
            // Whoever keeps it has it still.
            (stale.Name, stale.Escaped, stale.KeptIn) = (entity.Name, stale.Escaped || entity.Escaped, stale.KeptIn ?? entity.KeptIn);
            var moved = _obligations.Intern(obligation.Site, Value.OfRefs(obligation.Target.Refs.Select(
                place => place.Entity == entity.Id ? place with { Entity = stale.Id } : place)), obligation.Debt);
            (moved.IsOfNewFile, moved.IsMapped) = (obligation.IsOfNewFile, obligation.IsMapped);
            path.Pending = path.Pending.Remove(obligation.Id).Set(moved.Id, entry.Value);
        }
        path.Released = path.Released.Remove(entity.Id);
    }

    private const string OrphanedView = "orphaned";

    /// <summary>What a callee gives back: of what there was before, or of what it made itself.</summary>
    private static void Release(Path path, Ending ending, SummaryImport import, bool theirs)
    {
        foreach (var released in ending.Case.Released)
            if (ending.Summary.Analysis.Entities[released].IsRooted != theirs)
                foreach (var place in import.Entity(released).Flushable.Targets)
                    path.Released = path.Released.Set(place.Entity, default);
    }

    /// <summary>The views that were made of it are of what it was before.</summary>
    private void NoteRemade(Path path, Entity entity)
    {
        if (entity.Mapping is not { Role: MappingRole.Map })
            return;
        foreach (var entry in path.Pending)
            foreach (var place in _obligations[entry.Key].Target.Targets)
                if (_entities[place.Entity].Mapping is { Role: MappingRole.View } view && view.Parents.Any(parent => parent.MayBe(entity.Id)))
                    path.Facts = path.Facts.Set(WasRemade(place.Entity), Span.True);
    }

    private int WasRemade(int view) => _tests.Of(ConditionKind.Opaque, view, key: OrphanedView);

    /// <summary>A view whose map is made again as well: by the same call, or before it.</summary>
    private bool IsOrphaned(Path path, Entity view) => view.Mapping is { Role: MappingRole.View } mapping
        && (path.Facts.Contains(WasRemade(view.Id))
            || (view.Kind == EntityKind.Called && mapping.Parents.Any(parent => parent.Single is { } map && _entities[map.Entity] is { Kind: EntityKind.Called } made && made.A == view.A)));
}
