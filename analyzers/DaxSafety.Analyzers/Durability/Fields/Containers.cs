using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What stands in containers: the elements of one that a field holds are what the field holds, all of them one thing.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Something was flushed, or let go of, of which nobody can tell where it came from: an element of any container, perhaps.</summary>
    public bool FlushesUnknown { get; private set; }

    /// <summary>The field that an entity is, or the one in whose container or tuple it stands; null when it is neither.</summary>
    public Entity? FieldBehind(Entity entity)
    {
        while (entity.Kind == EntityKind.Field && IsPart(entity.A))
            entity = _entities[(int)entity.B];
        return entity.Kind == EntityKind.Field ? entity : null;
    }

    /// <summary>A container that was there before has elements of before.</summary>
    private bool HasElements(int container, int field) => field == MemberNumbers.Element && FieldBehind(_entities[container]) is not null;

    public bool IsElement(int entity) => _entities[entity] is { Kind: EntityKind.Field } part && (part.A == MemberNumbers.Element || (IsOfTuple(part.A) && IsElement((int)part.B)));

    /// <summary>What stands in a container or a tuple: whoever holds the one holds the other.</summary>
    private bool IsPart(int field) => field == MemberNumbers.Element || IsOfTuple(field) || IsPick(field);

    /// <summary>Where a flushed thing came from is known: it was made here, is the object itself, or what a field of the compilation holds.</summary>
    public bool IsOfKnownPlace(Entity entity) => entity.IsFresh || entity.Kind is EntityKind.This or EntityKind.Closure
        || (FieldBehind(entity) is { } field && _context.Lowering.Members.SymbolOf(field.A) is { } symbol && _context.Lowering.IsOwn(symbol));

    /// <summary>The fields of the compilation whose containers these are; none when they are the body's own business.</summary>
    private IEnumerable<int> KeepersOf(Path path, Value containers)
    {
        foreach (var place in containers.Targets)
        {
            if (FieldBehind(_entities[place.Entity]) is { } field && IsContainer(field.A))
                yield return field.A;
            if (!_entities[place.Entity].IsFresh)
                continue;
            foreach (var entry in path.Fields)
                if (entry.Value.MayBe(place.Entity) && _fields[entry.Key].Field is var holder && IsContainer(holder))
                    yield return holder;
        }
    }

    private bool IsContainer(int field) => field != MemberNumbers.Element && _context.Lowering.Members.SymbolOf(field) is { } symbol
        && _context.Lowering.IsOwn(symbol) && _context.Lowering.Types.ContainsMemory(TypeFacts.TypeOf(symbol));

    /// <summary>In an array or a collection it is out of sight: whoever walks it may flush it. One that a field holds is walked by who names the field.</summary>
    private void Keep(Path path, Value containers, Value value)
    {
        if (!KeepHere(path, containers, value))
            EscapeAll(path, value);
        var isKept = false;
        foreach (var keeper in KeepersOf(path, containers))
        {
            isKept = true;
            NoteHeld(path, value, keeper);
            foreach (var place in value.Targets)
                NoteKeeper(path, place.Entity, keeper, 0);
        }
        if (!isKept)
            MarkGivenAway(value);
    }

    private void NoteKeeper(Path path, int entity, int keeper, int depth)
    {
        _entities[entity].KeptIn ??= keeper;
        if (depth < MostNested)
            foreach (var part in PartsOf(path, entity))
                NoteKeeper(path, part, keeper, depth + 1);
    }

    private const int MostNested = 3;

    /// <summary>What stands in a tuple that the body has made.</summary>
    private IEnumerable<int> PartsOf(Path path, int entity)
    {
        if (_entities[entity] is not { Kind: EntityKind.Allocated, Mapping: null })
            yield break;
        for (var slot = _fields.LatestOf(entity); slot >= 0; slot = _fields.Before(slot))
            if (IsOfTuple(_fields[slot].Field) && path.Fields.TryGet(slot, out var part))
                foreach (var place in part.Targets)
                    yield return place.Entity;
    }

    /// <summary>What everything has in common that is ever put in the container.</summary>
    private Mapping? MappingOfElement(int container) => FieldBehind(_entities[container]) is { } field && IsContainer(field.A) ? MappingBy((int)field.B, _origins.Of(field.A, _cancel)) : null;

    private void NoteUnknownFlush(CallSite call, Value target, bool isDisposal, int site)
    {
        if (isDisposal && IsOfLoop(_body.Sites[site].Syntax))
            return;
        if (target.Targets.Any(place => IsOfKnownPlace(_entities[place.Entity])))
            return;
        FlushesUnknown |= !isDisposal || call.ReceiverType is not { } type || type.SpecialType == SpecialType.System_IDisposable || type.Name == "IAsyncDisposable"
            || type.TypeKind == TypeKind.TypeParameter || _context.Lowering.Types.NamesMemory(type);
    }

    /// <summary>A <c>foreach</c> disposes of what it walks with, an element of nothing.</summary>
    private static bool IsOfLoop(SyntaxNode disposal) => disposal is CommonForEachStatementSyntax or { Parent: CommonForEachStatementSyntax };

    /// <summary>What a callee has flushed or let go of, of which nobody can tell where it came from, may be what a variable held that it was given by reference.</summary>
    private void LetGoByRef(Path path, CallSite call, BodyAnalysis callee)
    {
        if (!callee.FlushesUnknown)
            return;
        FlushesUnknown = true;
        for (var ordinal = 0; ordinal < call.Arguments.Length && ordinal < 64; ordinal++)
            if ((call.VariablesByRef >> ordinal & 1) != 0 && call.Arguments[ordinal] >= 0)
                MarkGivenAway(Read(path, call.Arguments[ordinal]));
    }
}
