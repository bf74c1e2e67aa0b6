using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Flushes of one view that are meant for what other views of its map have written.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The fields whose map is flushed with a view of it.</summary>
    public IEnumerable<int> MapFieldsFlushedWith(int view)
    {
        foreach (var map in MapsFlushedWith(view))
            if (FieldBehind(_entities[map.Entity]) is { } field)
                yield return field.A;
    }

    /// <summary>
    /// The maps that a flushed view was made from, if the view is of the whole map; or of a part that nobody can tell, and nothing is
    /// written through it: it was made to be flushed.
    /// </summary>
    private IEnumerable<Ref> MapsFlushedWith(int view)
    {
        if (_entities[view] is not { Mapping: { Role: MappingRole.View } mapping } entity
            || !(IsOfAll(mapping) || (entity.IsMadeView && !IsOfKnownPart(mapping) && !IsWrittenThrough(view))))
            return [];
        return mapping.Parents.SelectMany(parent => parent.Targets).Select(map => IsOfAll(mapping) ? Ref.Whole(map.Entity) : Ref.Whole(map.Entity).Somewhere());
    }

    public static bool IsOfAll(Mapping view) => view.KnownOfAll || (view.Offset?.AsConstant, view.Size?.AsConstant) is (0, 0);

    private static bool IsOfKnownPart(Mapping view) => view.Offset?.AsConstant is not null && view.Size?.AsConstant is not null;

    private bool IsWrittenThrough(int view)
    {
        for (var id = 0; id < _obligations.Count; id++)
            if (_obligations[id] is { Debt: Debt.Bytes } written && written.Target.MayBe(view))
                return true;
        return false;
    }

    /// <summary>A view of a map that the body was given: the caller is told that this map is flushed, for it cannot know the view.</summary>
    private void FlushMapOf(Path path, FlushFact flush)
    {
        foreach (var place in flush.Target.Targets)
            if (_entities[place.Entity].IsMadeView)
                foreach (var map in MapsFlushedWith(place.Entity))
                    if (_entities[map.Entity].Kind is EntityKind.Parameter or EntityKind.Captured)
                        NoteFlush(path, new FlushFact(FlushKind.View, Value.Of(map), MissesTail: false) { OfAnything = true });
    }
}
