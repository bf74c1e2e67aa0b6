using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Where a stream stands: what writes to it moves it on, <c>if (stream.Position > start) stream.Flush();</c></summary>
internal sealed partial class BodyAnalysis
{
    private bool? _asksPositions;

    /// <summary>Most bodies never ask.</summary>
    private bool AsksPositions => _asksPositions ??= _body.Nodes.Any(node =>
        Array.Exists(node.Content.Instructions, step => step is { Code: OpCode.LoadField, B: MemberNumbers.Position }));

    /// <summary>Of any other stream nobody knows who reads it.</summary>
    private bool IsView(Value stream) =>
        stream.Single is { Entity: > EntityTable.Statics } place && _entities[place.Entity] is { Mapping.Role: MappingRole.View, Escaped: false };

    private void MoveOn(Path path, Value written, int site)
    {
        if (!AsksPositions)
            return;
        foreach (var place in written.Targets)
        {
            if (place.OffsetKnown)
                continue;
            var stream = _fields.Of(place.Entity, MemberNumbers.Position);
            var before = path.Fields.TryGet(stream, out var position) ? position : _fields.AtEntry(stream);
            var limits = new List<(Ref Limit, Span Distance)>();
            foreach (var variable in path.Variables)
                if (_body.CounterSlots.Contains(variable.Key) && variable.Value.Single is { OffsetEntity: 0, Entity: > EntityTable.Statics } limit)
                    limits.Add((limit, DistanceOf(path, before, variable.Value)));
            var after = Number(path, EntityTable.HolderOfSite + site, before.AsConstant + 1 ?? Math.Max(CountedRangeOf(path, before).Low, 1));
            foreach (var (limit, distance) in limits)
                LearnDistance(path, after.Refs[0], limit, distance.Plus(new Span(1, long.MaxValue)));
            path.Fields = path.Fields.Set(stream, after);
        }
    }
}
