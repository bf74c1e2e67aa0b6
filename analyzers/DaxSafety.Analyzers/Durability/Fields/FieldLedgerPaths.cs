namespace DaxSafety.Analyzers.Durability;

/// <summary>Files that are flushed by a handle of their own, opened once more by the name that a field keeps.</summary>
internal sealed partial class FieldLedger
{
    /// <summary>Fields that hold the name of a flushed file.</summary>
    private readonly HashSet<int> _flushedPaths = new();

    private void EnterPaths(BodyAnalysis analysis, Entity file)
    {
        if (file is { Kind: EntityKind.FileAt, A: var path } && analysis.Entities[path] is { Kind: EntityKind.Field, A: var field })
            _flushedPaths.Add(field);
        foreach (var parent in file.Mapping?.Parents ?? [])
            if (parent.Single is { } named && analysis.Entities[named.Entity] is { Kind: EntityKind.FileAt } name)
                EnterPaths(analysis, name);
    }

    private bool IsFlushedByPath(int field) => _flushedPaths.Count > 0
        && _aliases.Of(field).Any(other => origins.FilesOf(other, cancel).Append(other).Any(made => origins.Of(made, cancel)?.PathFields.Any(_flushedPaths.Contains) == true));
}
