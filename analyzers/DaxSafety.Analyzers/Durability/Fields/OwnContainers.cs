using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Views in a container that is the body's own: a local variable holds it, and the body only fills it, asks it and walks through it. Whoever flushes one of the
/// elements flushes them all; where nobody does, the body owes for each of them what it owes for a view in a variable.
/// </summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Members of the library's containers that hand out one element at most.</summary>
    private static readonly HashSet<string> Asking = new(StringComparer.Ordinal)
    {
        "Count", "Length", "Values", "Keys", "Capacity", "IsEmpty", "Add", "Insert", "Push", "Enqueue", "AddFirst", "AddLast", "TryAdd",
        "TryGetValue", "ContainsKey", "Pop", "Dequeue", "Peek", "TryPop", "TryDequeue", "TryPeek", "Remove", "RemoveAt", "Clear",
    };

    private Dictionary<int, HashSet<int>>? _containersOf;

    /// <summary>Takes a made view for one that is only in a container made here; false where it, or the container, is not.</summary>
    private bool KeepHere(Path path, Value containers, Value value)
    {
        if (!containers.Refs.All(place => _entities[place.Entity] is { Kind: EntityKind.Allocated, Escaped: false, Mapping: null })
            || !value.Targets.All(place => IsInSight(_entities[place.Entity])) || KeepersOf(path, containers).Any())
            return false;
        _containersOf ??= new();
        foreach (var place in value.Targets)
        {
            _entities[place.Entity].Escaped = true;
            if (!_containersOf.TryGetValue(place.Entity, out var keeping))
                _containersOf.Add(place.Entity, keeping = new HashSet<int>());
            foreach (var container in containers.Refs)
                keeping.Add(container.Entity);
        }
        return true;
    }

    private bool IsInSight(Entity view) => view is { IsMadeView: true, IsKeptElsewhere: false } && (!view.Escaped || _containersOf?.ContainsKey(view.Id) == true);

    /// <summary>Code that nobody can see was given it, and may flush it.</summary>
    private void NoteShown(Value value)
    {
        foreach (var place in value.Targets)
            if (_entities[place.Entity].IsMadeView)
                (_shown ??= new HashSet<int>()).Add(place.Entity);
    }

    private HashSet<int>? _shown;

    /// <summary>It stands in containers of the body's own alone, and nobody flushes it, or anything of which nobody knows what it is.</summary>
    public bool IsNeverFlushedInContainer(Entity view) => !view.IsKeptElsewhere && _containersOf is not null && _containersOf.TryGetValue(view.Id, out var containers)
        && _body.Nested.IsEmpty && !FlushesUnknown && _shown?.Any(shown => IsMadeAs(shown, view.Id)) != true
        && containers.All(IsOwnContainer) && !MayFlush.Any(flush => MayBeFlushOf(flush, view.Id));

    private bool IsMadeAs(int entity, int view) => entity == view || (_entities[entity] is { Kind: EntityKind.Stale, A: var made } && made == view);

    private bool MayBeFlushOf(FlushFact flush, int view) => flush.Kind switch
    {
        FlushKind.Fence or FlushKind.Unseen => false,
        FlushKind.File or FlushKind.Directory => true,
        _ => flush.Target.Targets.Any(place => IsMadeAs(place.Entity, view)),
    };

    private bool IsOwnContainer(int container)
    {
        var variables = new HashSet<string>(StringComparer.Ordinal);
        if (_holders.TryGetValue(container, out var slots))
            foreach (var slot in slots)
                if (_body.Slots[slot].Symbol is { } symbol)
                {
                    if (symbol is not ILocalSymbol local || !_context.Lowering.Types.ContainsMemory(local.Type))
                        return false;
                    variables.Add(local.Name);
                }
        return variables.Count > 0
            && _body.Syntax.DescendantNodes().OfType<IdentifierNameSyntax>().All(name => !variables.Contains(name.Identifier.ValueText) || IsPlainUse(name));
    }

    /// <summary>What tells nobody else of the container.</summary>
    private static bool IsPlainUse(IdentifierNameSyntax container) => container.Parent switch
    {
        ElementAccessExpressionSyntax { ArgumentList.Arguments: { Count: 1 } index } => index[0].Expression is not RangeExpressionSyntax,
        ElementAccessExpressionSyntax => true,
        CommonForEachStatementSyntax => true,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Values", Parent: not CommonForEachStatementSyntax } => false,
        MemberAccessExpressionSyntax access => access.Name == container || Asking.Contains(access.Name.Identifier.ValueText),
        NameColonSyntax => true,
        _ => false,
    };
}
