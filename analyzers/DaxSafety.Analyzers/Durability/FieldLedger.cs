namespace DaxSafety.Analyzers.Durability;

/// <summary>Which fields anybody in the compilation flushes.</summary>
internal interface IFieldLedger
{
    /// <summary>Whether some body may durably flush what the field holds, or hands it to code that nobody can see.</summary>
    bool IsFlushed(int field);
}

/// <summary>
/// Collects, over many bodies, which fields they flush and which fields hold the same mapping. One ledger is filled by one
/// thread and then only read.
/// </summary>
internal sealed class FieldLedger : IFieldLedger
{
    private readonly Dictionary<int, int> _sameAs = new();
    private readonly HashSet<int> _flushed = new();

    /// <summary>Enters what one analysed body flushes, and which fields it makes equal.</summary>
    public void Enter(AnalyzedBody body)
    {
        if (body.Summary is null)
            return;
        var analysis = body.Analysis;
        var heldBy = new Dictionary<int, List<int>>();
        foreach (var ending in body.Summary.Cases)
        {
            foreach (var entry in ending.Path.Fields.ToList())
            {
                var field = analysis.Fields[entry.Key].Field;
                foreach (var place in entry.Value.Targets)
                    Hold(analysis, heldBy, place.Entity, field);
            }
        }
        foreach (var flush in analysis.MayFlush)
            EnterFlush(analysis, heldBy, flush);
    }

    private void Hold(BodyAnalysis analysis, Dictionary<int, List<int>> heldBy, int entity, int field)
    {
        if (analysis.Entities[entity].Kind == EntityKind.Field)
            Unite(field, analysis.Entities[entity].A);
        if (!heldBy.TryGetValue(entity, out var fields))
            heldBy[entity] = fields = new List<int>();
        if (fields.Count > 0)
            Unite(fields[0], field);
        fields.Add(field);
    }

    private void EnterFlush(BodyAnalysis analysis, Dictionary<int, List<int>> heldBy, FlushFact flush)
    {
        if (flush.Kind is FlushKind.Fence or FlushKind.WriteBack)
            return;
        foreach (var place in flush.Target.Targets)
        {
            foreach (var related in analysis.FlushedWith(place.Entity, flush.Kind))
            {
                if (analysis.Entities[related] is { Kind: EntityKind.Field } field)
                    _flushed.Add(field.A);
                if (heldBy.TryGetValue(related, out var fields))
                    _flushed.UnionWith(fields);
            }
        }
    }

    public bool IsFlushed(int field)
    {
        var root = Find(field);
        return _flushed.Any(flushed => Find(flushed) == root);
    }

    private void Unite(int a, int b) => _sameAs[Find(a)] = Find(b);

    private int Find(int field)
    {
        while (_sameAs.TryGetValue(field, out var next) && next != field)
            field = next;
        return field;
    }
}
