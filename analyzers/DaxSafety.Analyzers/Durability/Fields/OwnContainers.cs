using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Views in a container that is the body's own: a local variable holds it, and the body only fills it, asks it and walks through it. Whoever flushes one of the
/// elements flushes them all; where nobody does, the body owes for each of them what it owes for a view in a variable.
/// </summary>
internal sealed partial class BodyAnalysis
{
    private Dictionary<int, HashSet<int>>? _containersOf;

    /// <summary>Takes a made view for one that is only in a container made here; false where it, or the container, is not.</summary>
    private bool KeepHere(Path path, Value containers, Value value)
    {
        if (!value.Targets.All(place => _entities[place.Entity] is { IsMadeView: true, IsKeptElsewhere: false } view && (!view.Escaped || _containersOf?.ContainsKey(view.Id) == true))
            || !containers.Refs.All(place => _entities[place.Entity] is { Kind: EntityKind.Allocated, Escaped: false, Mapping: null }) || KeepersOf(path, containers).Any())
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

    /// <summary>It stands in containers of the body's own alone, and nobody flushes it, or anything of which nobody knows what it is.</summary>
    public bool IsNeverFlushedInContainer(Entity view) => !view.IsKeptElsewhere && _containersOf is not null && _containersOf.TryGetValue(view.Id, out var containers)
        && _body.Nested.IsEmpty && !FlushesUnknown && containers.All(IsOwnContainer) && !MayFlush.Any(flush => MayBeFlushOf(flush, view.Id));

    private bool MayBeFlushOf(FlushFact flush, int view) => flush.Kind switch
    {
        FlushKind.Fence or FlushKind.Unseen => false,
        FlushKind.File or FlushKind.Directory => true,
        _ => flush.Target.Targets.Any(place => place.Entity == view || (_entities[place.Entity] is { Kind: EntityKind.Stale, A: var made } && made == view)),
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
        return variables.Count > 0 && _body.Syntax.DescendantNodes().OfType<IdentifierNameSyntax>().All(name => !variables.Contains(name.Identifier.ValueText) || IsPlainUse(name));
    }

    /// <summary>What tells nobody else of the container.</summary>
    private static bool IsPlainUse(IdentifierNameSyntax container) => container.Parent switch
    {
        ElementAccessExpressionSyntax { ArgumentList.Arguments: { Count: 1 } index } => index[0].Expression is not RangeExpressionSyntax,
        ElementAccessExpressionSyntax => true,
        CommonForEachStatementSyntax => true,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Values", Parent: not CommonForEachStatementSyntax } => false,
        MemberAccessExpressionSyntax access => access.Name == container || access.Name.Identifier.ValueText is "Count" or "Length" or "Values" or "Keys" or "Capacity" or "IsEmpty" or "Add" or "Insert"
            or "Push" or "Enqueue" or "AddFirst" or "AddLast" or "TryAdd" or "TryGetValue" or "ContainsKey" or "Pop" or "Dequeue" or "Peek" or "TryPop" or "TryDequeue" or "TryPeek" or "Remove" or "RemoveAt" or "Clear",
        NameColonSyntax => true,
        _ => false,
    };
}
