namespace DaxSafety.Analyzers.Durability;

/// <summary>Flushes of fields by how many writers that hold bytes back they go through.</summary>
internal sealed partial class FieldLedger
{
    /// <summary>By fields that bodies flush: from how far up.</summary>
    private readonly Dictionary<int, int> _highest = new();

    private void EnterLayer(int field, int layer) => _highest[field] = Math.Max(_highest.TryGetValue(field, out var before) ? before : int.MinValue, layer);

    /// <summary>What is written so far up is held back there by all who flush it.</summary>
    private bool IsFlushedBelow(int field, int layer) => _aliases.In(_flushed.Concat(_viewFlushed).Concat(_fileFlushed), field).ToList() is { Count: > 0 } all
        && all.TrueForAll(flushed => _highest.TryGetValue(flushed, out var highest) && highest < layer);

    /// <param name="field">That holds it.</param>
    /// <param name="layer">From how far up it is written.</param>
    public bool IsFlushed(int field, int layer) => IsFlushed(field) && !(IsFlushedBelow(field, layer) && !MayBeFlushedUnseen(field));

    private void EnterPassedOn(BodyAnalysis analysis)
    {
        foreach (var ended in analysis.PassedOn)
            if (analysis.FieldBehind(analysis.Entities[ended.Entity]) is { } field)
                EnterLayer(field.A, ended.Layer);
    }
}
