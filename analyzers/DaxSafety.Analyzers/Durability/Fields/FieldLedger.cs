using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Collects, over many bodies, which fields they flush, which fields hold the same mapping, and which fields hand it to
/// others. Filled by one thread and then only read.
/// </summary>
internal sealed partial class FieldLedger(IFieldOrigins origins, DurabilityContext context, CancellationToken cancel)
{
    private readonly FieldAliases _aliases = new();
    private readonly HashSet<int> _flushed = new();
    private readonly HashSet<int> _viewFlushed = new();
    private readonly HashSet<int> _fileFlushed = new();
    private readonly HashSet<int> _flushedWeakly = new();
    private readonly HashSet<int> _disposed = new();
    private readonly HashSet<int> _flushedByName = new();
    private bool _someFileFlushed;
    private bool _anythingFlushed;

    /// <summary>Somebody flushes what may be an element of any container.</summary>
    private bool _someIsUnknown;
    private bool _someAreUnseen;
    private readonly HashSet<string> _namedUnseen = new(StringComparer.Ordinal);
    private readonly HashSet<int> _exposed = new();
    private readonly HashSet<int> _yielded = new();
    private readonly HashSet<int> _written = new();

    /// <summary>Enters what one analysed body flushes, hands out, and which fields it makes equal.</summary>
    public void Enter(AnalyzedBody body)
    {
        if (body.Summary is null)
        {
            EnterUnseen(body.Body);
            return;
        }
        var analysis = body.Analysis;
        var heldBy = new Dictionary<int, (int Thing, List<int> Fields)>();
        var maps = new Dictionary<int, int>();
        var visible = body.Body.Symbol is { DeclaredAccessibility: not Accessibility.Private };
        foreach (var (entity, field) in analysis.Held)
        {
            Hold(analysis, heldBy, entity, field);
            if (analysis.Entities[entity] is { IsMadeView: true, Mapping: { } view })
                EnterMap(maps, view, field);
        }
        foreach (var ending in body.Summary.Cases)
        {
            if (!visible)
                continue;
            foreach (var place in ending.Result.Targets)
                Expose(analysis, place.Entity);
            analysis.ForEachByRefResult(ending.Path, value =>
            {
                foreach (var place in value.Targets)
                    Expose(analysis, place.Entity);
            });
        }
        if (visible)
            EnterYields(body);
        foreach (var flush in analysis.MayFlush)
            EnterFlush(analysis, heldBy, flush);
        EnterPassedOn(analysis);
        EnterWrites(analysis, heldBy);
        EnterWeakFlushes(analysis);
        EnterPromise(body.Body.Symbol);
        MayFlushFiles |= analysis.MayFlushFiles;
        _someIsUnknown |= analysis.FlushesUnknown;
    }

    /// <summary>What an iterator hands out, one by one.</summary>
    private void EnterYields(AnalyzedBody body)
    {
        for (var node = 0; node < body.Body.Nodes.Length; node++)
            if (body.Body.Nodes[node] is { Exit: ExitKind.Yield, ReturnValue: >= 0 and var yielded } && body.States?[node] is { } set)
                foreach (var path in set.Paths)
                    foreach (var place in body.Analysis.ResultOf(path, yielded).Targets)
                    {
                        Expose(body.Analysis, place.Entity);
                        if (body.Analysis.FieldBehind(body.Analysis.Entities[place.Entity]) is { } field)
                            _yielded.Add(field.A);
                    }
    }

    /// <summary>It was given up: whatever field it names, it may flush, and whatever it is handed. One that could not even be lowered has only its text.</summary>
    private void EnterUnseen(LoweredBody body)
    {
        _someAreUnseen = true;
        foreach (var node in body.Nodes)
            foreach (var step in node.Content.Instructions)
                if (step.Code == OpCode.LoadField)
                    _flushed.Add(step.B);
        if (body.Failure is not null)
            _namedUnseen.UnionWith(body.Syntax.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText));
    }

    private bool MayBeFlushedUnseen(int field) => _someAreUnseen && (IsExposed(field) || SymbolOf(field) is INamedTypeSymbol
        || _aliases.Of(field).Any(other => SymbolOf(other) is { } named && _namedUnseen.Contains(named.Name)));

    private bool IsContainer(int field) => context.Lowering.Types.ContainsMemory(TypeFacts.TypeOf(SymbolOf(field)));

    private ISymbol? SymbolOf(int field) => context.Lowering.Members.SymbolOf(field);

    private void EnterWeakFlushes(BodyAnalysis analysis)
    {
        foreach (var weak in analysis.WeakFlushes)
        {
            if (analysis.FieldBehind(analysis.Entities[weak.Key.Entity]) is { } field)
                (weak.Value.IsDisposal ? _disposed : _flushedWeakly).Add(field.A);
            (weak.Value.IsDisposal ? _disposed : _flushedWeakly).UnionWith(analysis.MapFieldsFlushedWith(weak.Key.Entity));
            // Of a handle of the compilation's own, the flush is reported where it is certain whose it is.
            if (weak.Key.Entity == EntityTable.This)
                (weak.Value.IsDisposal ? _disposed : _flushedWeakly).UnionWith(OwnHandles.NamedBy(analysis, EntityTable.This, context));
            else
                EnterHandle(analysis, weak.Key.Entity);
        }
    }

    /// <summary>A handle of the compilation's own that somebody takes care of, one way or the other; or whatever it is, where nobody knows.</summary>
    private void EnterHandle(BodyAnalysis analysis, int entity)
    {
        _flushed.UnionWith(OwnHandles.NamedBy(analysis, entity, context));
        _anythingFlushed |= analysis.Entities[entity] is { Mapping: null } unknown && (unknown.Kind is EntityKind.Result or EntityKind.Field
            || analysis.HoldersOf(unknown).Any(holder => holder.Type.TypeKind == TypeKind.Class && !context.Lowering.IsOwn(holder.Type)));
    }

    /// <summary>Some body may flush a file as a whole, or its directory.</summary>
    public bool MayFlushFiles { get; private set; }

    private void EnterWrites(BodyAnalysis analysis, Dictionary<int, (int Thing, List<int> Fields)> heldBy)
    {
        for (var id = 0; id < analysis.Obligations.Count; id++)
        {
            if (analysis.Obligations[id].Debt != Debt.Bytes)
                continue;
            foreach (var place in analysis.Obligations[id].Target.Targets)
            {
                if (analysis.FieldBehind(analysis.Entities[place.Entity]) is { } field)
                    _written.Add(field.A);
                if (place.Entity == EntityTable.This)
                    _written.UnionWith(OwnHandles.NamedBy(analysis, EntityTable.This, context));
                if (heldBy.TryGetValue(place.Entity, out var holders))
                    _written.UnionWith(holders.Fields);
            }
        }
    }

    /// <summary>A member that says [Persists] flushes what its object holds: whether it keeps its word is another question, and of whoever implements it.</summary>
    public void EnterPromise(IMethodSymbol? method)
    {
        if (method is null || (context.Lowering.Contracts.OfMethod(method).Whole & Contract.Persists) == 0)
            return;
        for (var type = method.ContainingType; type is not null && context.Lowering.IsOwn(type); type = type.BaseType)
            foreach (var held in TypeMembers.HoldersOf(type.OriginalDefinition))
                if (TypeFacts.TypeOf(held) is { } kind && context.Lowering.Types.CanCarryMapping(kind))
                    _flushed.Add(context.Lowering.Members.Of(held));
    }

    private void Expose(BodyAnalysis analysis, int entity)
    {
        if (analysis.FieldBehind(analysis.Entities[entity]) is { } field)
            _exposed.Add(field.A);
    }

    private void Hold(BodyAnalysis analysis, Dictionary<int, (int Thing, List<int> Fields)> heldBy, int entity, int field)
    {
        var held = analysis.Entities[entity];
        if (analysis.FieldBehind(held) is { } source)
            _aliases.Take(field, source.A);
        // Whoever it was got from holds it too, and may flush it.
        if (held is { Kind: EntityKind.Result, Mapping: null } || (held.Kind == EntityKind.Field && context.Lowering.Members.SymbolOf(held.A) is { } member && !context.Lowering.IsOwn(member)))
            _aliases.Doubt(field);
        if (held is { IsFresh: true, Mapping: { } mapping } && analysis.BackingOf(mapping) is not (false, false))
            _aliases.Doubt(field);
        if (!heldBy.TryGetValue(entity, out var holders))
            heldBy[entity] = holders = (_aliases.NewThing(), new List<int>());
        _aliases.Take(field, holders.Thing);
        holders.Fields.Add(field);
    }

    private void EnterFlush(BodyAnalysis analysis, Dictionary<int, (int Thing, List<int> Fields)> heldBy, FlushFact flush)
    {
        if (flush.Kind is FlushKind.Fence or FlushKind.Directory)
            return;
        // Nothing had been written through what was not mapped yet.
        if (flush.IsBeforeMap && flush.Target.Refs.All(place => analysis.IsMappedHere(place.Entity)))
            return;
        _someFileFlushed |= flush.Kind == FlushKind.File;
        var flushed = flush.Kind switch { FlushKind.View => _viewFlushed, FlushKind.File => _fileFlushed, _ => _flushed };
        foreach (var place in flush.Target.Targets)
        {
            if (flush.Kind == FlushKind.WriteBack && analysis.Entities[place.Entity].Mapping is { PageCache: true })
                continue;
            if (flush.Kind == FlushKind.View && analysis.TailLeftBy(flush, place.Entity) is not null)
                continue;
            _someIsUnknown |= !analysis.IsOfKnownPlace(analysis.Entities[place.Entity]);
            if (flush.Kind == FlushKind.File)
                EnterPaths(analysis, analysis.Entities[place.Entity]);
            if (flush.Kind == FlushKind.View)
                _viewFlushed.UnionWith(analysis.MapFieldsFlushedWith(place.Entity));
            foreach (var related in analysis.FlushedWith(place.Entity, flush.Kind))
            {
                if (analysis.FieldBehind(analysis.Entities[related]) is { } field)
                {
                    flushed.Add(field.A);
                    if (!flush.OfAnything)
                        _flushedByName.Add(field.A);
                    EnterLayer(field.A, flush.Kind == FlushKind.Unseen ? int.MaxValue : place.Layer);
                }
                EnterHandle(analysis, related);
                if (heldBy.TryGetValue(related, out var holders))
                    flushed.UnionWith(holders.Fields);
            }
        }
    }

    /// <summary>Whether some body may durably flush what the field holds, or hands it to code that nobody can see.</summary>
    public bool IsFlushed(int field)
    {
        if (Any(_flushed, field) || MayBeFlushedUnseen(field) || ((_anythingFlushed || _someFileFlushed) && SymbolOf(field) is INamedTypeSymbol) || (_someIsUnknown && (IsContainer(field) || Any(_yielded, field))))
            return true;
        var byView = Any(_viewFlushed, field) || FilesOf(field).Any(parent => Any(_viewFlushed, parent)) || IsFlushedWithItsMap(field);
        var byFile = Any(_fileFlushed, field) || FlushedByItsFile(field);
        return (byView && (context.Options.ViewFlushIsDurable || byFile || _someFileFlushed)) || (byFile && context.Options.FileFlushIsDurable);
    }

    /// <summary>Somebody takes it for flushed, with a call that is not enough: that call is what is reported. A disposal is one only if there is nothing better.</summary>
    public bool IsFlushedWeakly(int field, bool byDisposal) => byDisposal
        ? (Any(_disposed, field) || FilesOf(field).Any(_disposed.Contains)) && !IsFlushedWeakly(field, byDisposal: false)
        : Any(_flushedWeakly, field) || FilesOf(field).Any(_flushedWeakly.Contains);

    /// <summary>The view itself is flushed, and not well: that, and no flush of its file, is the mistake.</summary>
    public bool IsViewFlushedWeakly(int field) => Any(_flushedWeakly, field);

    /// <summary>The file or map that a field's view was made from is flushed instead.</summary>
    private bool FlushedByItsFile(int field) => FilesOf(field).Any(parent => Any(_fileFlushed, parent) || Any(_flushed, parent)) || IsFlushedByPath(field);

    /// <summary>The fields of what a field's view was made from: its map, and what that was made from.</summary>
    private IEnumerable<int> FilesOf(int field) => _aliases.Of(field).SelectMany(other => origins.FilesOf(other, cancel));

    /// <summary>Whether some body flushes what the field holds, and not only by its disposal.</summary>
    public bool IsFlushedByName(int field) => Any(_flushedByName, field);

    /// <summary>Whether some body writes through what the field holds.</summary>
    public bool IsWritten(int field) => Any(_written, field);

    /// <summary>Whether a visible member hands out what the field holds.</summary>
    public bool IsExposed(int field) => Any(_exposed, field);

    /// <summary>Whether an object of another type, which may flush it, has come to hold the same.</summary>
    public bool IsShared(int field) => _aliases.Of(field).Any(other => SymbolOf(other) is { } symbol
        && !SymbolEqualityComparer.Default.Equals(OutermostOf(symbol), OutermostOf(SymbolOf(field)!)));

    /// <summary>Whether others have come to hold what a field's view was made from: they can flush it with a view of their own.</summary>
    public bool IsMadeFromShared(int field) => FilesOf(field).Any(parent => IsShared(parent) || IsExposed(parent));

    private static ISymbol OutermostOf(ISymbol member)
    {
        while (member.ContainingType is { } outer)
            member = outer;
        return member.OriginalDefinition;
    }

    /// <summary>Whether something is stored in it, or in what it is taken from, that owes nothing, or that nobody knows.</summary>
    public bool IsDoubtful(int field) => _aliases.IsDoubtful(field);

    private bool Any(HashSet<int> fields, int field) => _aliases.Any(fields, field);
}
