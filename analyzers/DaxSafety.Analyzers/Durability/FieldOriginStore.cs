using System.Collections.Concurrent;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Learns, from everything a type stores in its fields, what each field holds: which map a view field was made from,
/// which pointer field names which view. From a first analysis of the type's bodies that assumes nothing. Thread safe.
/// </summary>
internal sealed class FieldOriginStore : IFieldOrigins
{
    private readonly DurabilityContext _context;
    private readonly SummaryStore _firstLook;
    private readonly ConcurrentDictionary<INamedTypeSymbol, IReadOnlyDictionary<int, FieldOrigin>> _types = new(SymbolEqualityComparer.Default);

    public FieldOriginStore(DurabilityContext context)
    {
        _context = context;
        _firstLook = new SummaryStore(context, NoFieldOrigins.Instance);
    }

    public FieldOrigin? Of(int field, CancellationToken cancel)
    {
        if (_context.Lowering.Members.SymbolOf(field) is not { } symbol || (symbol as INamedTypeSymbol ?? symbol.ContainingType) is not { } type || !_context.Lowering.IsOwn(symbol))
            return null;
        if (!_context.Lowering.Types.NamesMemory(TypeOf(symbol)) || !_context.Lowering.IsReached(type))
            return null;
        type = type.OriginalDefinition;
        if (!_types.TryGetValue(type, out var origins))
            origins = _types.GetOrAdd(type, Learn(type, cancel));
        return origins.TryGetValue(field, out var origin) ? origin : null;
    }

    private static ITypeSymbol? TypeOf(ISymbol? symbol) => symbol switch
    {
        INamedTypeSymbol handle => handle,
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        IParameterSymbol parameter => parameter.Type,
        _ => null,
    };

    private IReadOnlyDictionary<int, FieldOrigin> Learn(INamedTypeSymbol type, CancellationToken cancel)
    {
        var found = new Dictionary<int, List<FieldOrigin?>>();
        foreach (var body in BodiesThatStore(type, cancel))
        {
            if (body.Summary is not { } summary)
                continue;
            foreach (var ending in summary.Cases)
                new StoredFields(body.Analysis, ending.Path, _context).Collect(found);
            foreach (var (handle, instance) in OwnHandles.In(body.Analysis, _context))
                Find(found, handle).AddRange(summary.Cases.Select(ending => new StoredFields(body.Analysis, ending.Path, _context).OriginOfInstance(instance)));
        }
        var origins = new Dictionary<int, FieldOrigin>();
        foreach (var entry in found)
            if (Common(entry.Value) is { } origin)
                origins[entry.Key] = origin;
        return origins;
    }

    public static List<FieldOrigin?> Find(Dictionary<int, List<FieldOrigin?>> found, int field)
    {
        if (!found.TryGetValue(field, out var origins))
            found[field] = origins = new List<FieldOrigin?>();
        return origins;
    }

    private IEnumerable<AnalyzedBody> BodiesThatStore(INamedTypeSymbol type, CancellationToken cancel)
    {
        foreach (var initializer in _context.Lowering.InitializersOf(type, cancel))
            if (_firstLook.Of(initializer, cancel) is { } analyzed)
                yield return analyzed;
        var isHandle = _context.Lowering.Types.NamesMemory(type);
        foreach (var method in TypeMembers.BodiesOf(type))
            if (_context.Lowering.BodyOf(method, cancel) is { } body && (isHandle || Stores(body)) && _firstLook.Of(method, cancel) is { } analyzed)
                yield return analyzed;
    }

    private bool Stores(LoweredBody body) =>
        body.Nodes.Any(node => node.Content.Instructions.Any(step => step.Code == OpCode.StoreField && NamesMemory(step.B))) || body.Nested.Any(Stores);

    private bool NamesMemory(int field) => field != MemberNumbers.Element && _context.Lowering.Types.NamesMemory(TypeOf(_context.Lowering.Members.SymbolOf(field)));

    /// <summary>What all stores agree on; null when they do not.</summary>
    private static FieldOrigin? Common(List<FieldOrigin?> origins)
    {
        var first = origins[0];
        if (first is null || origins.Any(other => other is null || other.AliasOf != first.AliasOf || (other.Template is null) != (first.Template is null)))
            return null;
        if (first.Template is not { } template)
            return first with { AtStart = origins.All(other => other!.AtStart) };
        if (origins.Any(other => other!.Template!.Role != template.Role))
            return null;
        var common = new Mapping(template.Role)
        {
            Anonymous = origins.All(other => other!.Template!.Anonymous),
            UnknownBacking = origins.Any(other => other!.Template!.UnknownBacking),
            ReadOnly = origins.All(other => other!.Template!.ReadOnly),
            CopyOnWrite = origins.All(other => other!.Template!.CopyOnWrite),
            Ephemeral = origins.All(other => other!.Template!.Ephemeral),
            PageCache = origins.All(other => other!.Template!.PageCache),
            KnownTail = origins.Select(other => other!.Template!.KnownTail).FirstOrDefault(tail => tail is not null),
            Origin = template.Origin,
        };
        return first with { Template = common, ParentFields = origins.SelectMany(other => other!.ParentFields).Distinct().ToList() };
    }
}

/// <summary>What the fields of one object hold at the end of one body.</summary>
internal sealed class StoredFields
{
    private readonly BodyAnalysis _analysis;
    private readonly DurabilityContext _context;
    private readonly List<(int Owner, int Field, Value Value)> _stores;

    public StoredFields(BodyAnalysis analysis, Path path, DurabilityContext context)
    {
        _analysis = analysis;
        _context = context;
        _stores = path.Fields.ToList()
            .Select(entry => (Owner: analysis.Fields[entry.Key].Entity, analysis.Fields[entry.Key].Field, entry.Value))
            .Where(store => store.Owner is EntityTable.This or EntityTable.Statics && store.Field != MemberNumbers.Element)
            .OrderBy(store => Rank(store.Field)).ThenBy(store => Position(store.Field))
            .ToList();
    }

    public void Collect(Dictionary<int, List<FieldOrigin?>> found)
    {
        foreach (var (owner, field, value) in _stores)
        {
            // Null says nothing, and neither does what was there before.
            var targets = value.Refs.Where(place => place.Entity != EntityTable.Null && !IsUnchanged(owner, field, place)).ToList();
            if (targets.Count == 0)
                continue;
            FieldOriginStore.Find(found, field).Add(targets.Count == 1 ? OriginOf(owner, field, targets[0]) : null);
        }
    }

    /// <summary>What an object that names memory itself was made; null when nobody knows.</summary>
    public FieldOrigin? OriginOfInstance(int instance) => _analysis.Entities[instance].Mapping is { Role: MappingRole.View } mapping && !_analysis.BecameUnknown.Contains(instance)
        ? new FieldOrigin(null, true, Described(mapping), ParentFields(instance, mapping))
        : null;

    private bool IsUnchanged(int owner, int field, Ref place) =>
        _analysis.Entities[place.Entity] is { Kind: EntityKind.Field } entity && entity.B == owner && entity.A == field;

    private FieldOrigin? OriginOf(int owner, int field, Ref place)
    {
        var entity = _analysis.Entities[place.Entity];
        var atStart = place is { OffsetEntity: 0, Offset: 0 };
        if (entity.Kind == EntityKind.Field && entity.B == owner)
            return new FieldOrigin(entity.A, atStart, null, Array.Empty<int>());
        var holder = HolderOf(owner, entity.Id);
        // What was passed: a pointer into a view that another field keeps.
        if (entity.Kind == EntityKind.Parameter && holder is { } kept && kept != field && Rank(kept) == 0)
            return new FieldOrigin(kept, atStart, null, Array.Empty<int>());
        if (entity.Mapping is not { } mapping || !entity.IsFresh)
            return null;
        if (holder is { } named && named != field)
            return new FieldOrigin(named, atStart, null, Array.Empty<int>());
        return new FieldOrigin(null, atStart, Described(mapping), ParentFields(owner, mapping));
    }

    private Mapping Described(Mapping mapping)
    {
        var backing = _analysis.BackingOf(mapping);
        return new Mapping(mapping.Role)
        {
            Anonymous = backing.OwesNothing,
            UnknownBacking = backing.Unknown,
            ReadOnly = mapping.ReadOnly,
            CopyOnWrite = mapping.CopyOnWrite,
            PageCache = mapping.PageCache,
            KnownTail = mapping.KnownTail ?? ViewTail.Describe(mapping, _analysis.Entities, _context.Options.Granularity),
            Origin = mapping.Origin,
        };
    }

    /// <summary>The fields that hold what the mapping was made from; through a map that no field holds, those of its file.</summary>
    private int[] ParentFields(int owner, Mapping mapping)
    {
        var fields = new List<int>();
        var pending = new Queue<Mapping>();
        var seen = new HashSet<Mapping>();
        pending.Enqueue(mapping);
        while (pending.Count > 0)
        {
            foreach (var parent in pending.Dequeue().Parents)
            {
                if (parent.Single is not { } place)
                    continue;
                if (FieldNaming(owner, place.Entity) is { } field)
                    fields.Add(field);
                else if (_analysis.Entities[place.Entity].Mapping is { } further && seen.Add(further))
                    pending.Enqueue(further);
            }
        }
        return fields.Distinct().ToArray();
    }

    private int? FieldNaming(int owner, int entity) =>
        _analysis.Entities[entity] is { Kind: EntityKind.Field } named && named.B == owner ? named.A : HolderOf(owner, entity);

    /// <summary>The field that speaks for an entity that several hold: the one whose type says most, then the first in the source.</summary>
    private int? HolderOf(int owner, int entity)
    {
        foreach (var store in _stores)
            if (store.Owner == owner && store.Value.Refs.Count(place => place.Entity != EntityTable.Null) == 1 && store.Value.MayBe(entity))
                return store.Field;
        return null;
    }

    private int Rank(int field) => _context.MappingOf(_context.Lowering.Members.SymbolOf(field)) is null ? 1 : 0;

    private int Position(int field) => _context.Lowering.Members.SymbolOf(field)?.Locations.FirstOrDefault()?.SourceSpan.Start ?? int.MaxValue;
}
