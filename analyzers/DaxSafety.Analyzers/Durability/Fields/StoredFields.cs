using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What the fields of one object hold at the end of one body.</summary>
internal sealed class StoredFields
{
    private readonly BodyAnalysis _analysis;
    private readonly DurabilityContext _context;
    private readonly Func<CallTarget, Summary?> _summaryOf;
    private readonly List<(int Owner, int Field, Value Value)> _stores;
    private readonly List<(int Container, int Field, Value Value)> _kept, _elements;
    private readonly List<(Entity Structure, int Field, Value Value)> _parts;
    private readonly ILookup<int, (int Field, Value Value)> _held;

    /// <param name="analysis">Of the body.</param>
    /// <param name="path">One way it ends.</param>
    /// <param name="context">What is known.</param>
    /// <param name="summaryOf">Of code that makes what stands in a container.</param>
    /// <param name="instance">Another object than the body's own.</param>
    public StoredFields(BodyAnalysis analysis, Path path, DurabilityContext context, Func<CallTarget, Summary?> summaryOf, int? instance = null)
    {
        _analysis = analysis;
        _context = context;
        _summaryOf = summaryOf;
        var stores = new List<(int Owner, int Field, Value Value)>();
        foreach (var entry in path.Fields)
            stores.Add((analysis.Fields[entry.Key].Entity, analysis.Fields[entry.Key].Field, entry.Value));
        _held = stores.ToLookup(store => store.Owner, store => (store.Field, store.Value));
        _stores = stores
            .Where(store => (instance is { } other ? store.Owner == other : store.Owner is EntityTable.This or EntityTable.Statics) && store.Field != MemberNumbers.Element)
            .OrderBy(store => Rank(store.Field)).ThenBy(store => Position(store.Field))
            .ToList();
        _parts = stores
            .FindAll(store => analysis.Entities[store.Owner] is { Kind: EntityKind.Field } whole && IsStructure(whole.A)
                && (instance is { } other ? whole.B == other : whole.B is EntityTable.This or EntityTable.Statics))
            .ConvertAll(store => (analysis.Entities[store.Owner], store.Field, store.Value));
        _kept = stores.Where(store => store.Field == MemberNumbers.Element)
            .SelectMany(store => HoldersOf(store.Owner, instance ?? EntityTable.This).Select(holder => (store.Owner, holder, store.Value))).ToList();
        _elements = _kept.FindAll(element => IsContainer(element.Field));
    }

    /// <summary>The fields whose container, or what stands in it, an entity is; an array of descriptors, too, is one.</summary>
    private IEnumerable<int> HoldersOf(int container, int owner)
    {
        if (_analysis.FieldBehind(_analysis.Entities[container]) is { } field && (field.B == owner || field.B == EntityTable.Statics))
            yield return field.A;
        foreach (var store in _stores)
            if (store.Value.MayBe(container))
                yield return store.Field;
    }

    /// <summary>What is stored in a part of it is stored in the field itself.</summary>
    private bool IsStructure(int field) =>
        _context.Lowering.Members.SymbolOf(field) is IFieldSymbol { Type: { TypeKind: TypeKind.Struct } type } && _context.Lowering.IsOwn(type);

    private bool IsContainer(int field) => _context.Lowering.Members.SymbolOf(field) is { } symbol && _context.Lowering.Types.ContainsMemory(TypeFacts.TypeOf(symbol));

    /// <param name="found">What each field holds.</param>
    /// <param name="inner">What the fields of the objects hold that they hold, if these were made here.</param>
    public void Collect(Dictionary<int, List<FieldOrigin?>> found, Dictionary<(int Outer, int Inner), List<FieldOrigin?>> inner)
    {
        foreach (var (owner, field, value) in _stores)
        {
            CollectInner(owner, field, value, inner);
            // Null says nothing, nor does a number in place of an address (0, MAP_FAILED), nor what was there before, nor memory that nobody has mapped.
            var targets = value.Refs.Where(place => place.Entity != EntityTable.Null && !place.IsConstant && !IsUnchanged(owner, field, place) && !_analysis.IsHeap(place.Entity)).ToList();
            // An empty container says nothing either: what is put in it does.
            if (targets.Count == 0 || (IsContainer(field) && targets.All(place => _analysis.Entities[place.Entity] is { IsFresh: true, Mapping: null })))
                continue;
            FieldOriginStore.Find(found, field).AddRange(IsContainer(field) ? [null] : targets.Select(place => OriginOf(owner, field, place)));
        }
        foreach (var (structure, field, value) in _parts)
            if (value.Refs.Where(place => place.Entity != EntityTable.Null && !place.IsConstant).ToList() is { Count: > 0 } targets)
                FieldOriginStore.Find(inner, (structure.A, field)).Add(targets.Count == 1 ? OriginOf((int)structure.B, structure.A, targets[0]) : null);
        foreach (var (container, field, value) in _elements)
            CollectTuples(field, value, inner);
        foreach (var (container, field, value) in _elements)
            foreach (var place in value.Refs)
                if (place.Entity != EntityTable.Null && !IsUnchanged(container, MemberNumbers.Element, place))
                    FieldOriginStore.Find(found, field).AddRange(OriginsOfElement(place.Entity));
    }

    /// <summary>What the tuples in a container name.</summary>
    private void CollectTuples(int container, Value tuples, Dictionary<(int Outer, int Inner), List<FieldOrigin?>> inner)
    {
        foreach (var tuple in tuples.Refs)
            if (_analysis.Entities[tuple.Entity] is { Kind: EntityKind.Allocated, Mapping: null })
                CollectInner(EntityTable.This, container, Value.Of(tuple), inner);
    }

    /// <summary>Of an object that was not made here, nobody knows what it holds.</summary>
    private void CollectInner(int owner, int outer, Value value, Dictionary<(int Outer, int Inner), List<FieldOrigin?>> inner)
    {
        if (value.Refs.All(cleared => cleared.Entity == EntityTable.Null || cleared.IsConstant))
            return;
        if (value.Single is not { } place || !_analysis.Entities[place.Entity].IsFresh)
        {
            foreach (var address in AddressesIn(outer))
                FieldOriginStore.Find(inner, (outer, address)).Add(null);
            return;
        }
        foreach (var (field, held) in _held[place.Entity])
            if (held.Refs.Where(target => target.Entity != EntityTable.Null).ToList() is { Count: > 0 } targets)
                FieldOriginStore.Find(inner, (outer, field)).Add(targets.Count == 1 ? OriginOf(owner, outer, targets[0]) : null);
    }

    private IEnumerable<int> AddressesIn(int field) => _context.Lowering.Members.SymbolOf(field) is IFieldSymbol { Type: INamedTypeSymbol type } && _context.Lowering.IsOwn(type)
        ? type.OriginalDefinition.GetMembers().OfType<IFieldSymbol>().Where(held => !held.IsStatic).Select(_context.Lowering.Members.Of)
        : Array.Empty<int>();

    /// <summary>What one element was made as; of code that makes it on demand, what that code returns.</summary>
    private IEnumerable<FieldOrigin?> OriginsOfElement(int element)
    {
        var entity = _analysis.Entities[element];
        if (entity is { Kind: EntityKind.Closure, Payload: ClosureInfo { Described: null } closure } && _summaryOf(closure.Target) is { } summary)
            return summary.Cases.SelectMany(ending => ending.Result.Refs.SelectMany(place => new StoredFields(summary.Analysis, ending.Path, _context, _ => null).OriginsOfElement(place.Entity)));
        // A container in a container: what stands in it has been looked at.
        if (entity is { IsFresh: true, Mapping: null, Kind: EntityKind.Allocated })
            return Array.Empty<FieldOrigin?>();
        if (entity is not { IsFresh: true, Mapping: { } mapping })
            return new FieldOrigin?[] { null };
        return new[] { Made(EntityTable.This, mapping, entity.Id, ofOne: false) with { IsElement = true } };
    }

    /// <summary>What an object that names memory itself was made; null when nobody knows.</summary>
    public FieldOrigin? OriginOfInstance(int instance) => _analysis.Entities[instance].Mapping is { Role: MappingRole.View } mapping && !_analysis.BecameUnknown.Contains(instance)
        ? Made(instance, mapping, instance)
        : null;

    private bool IsUnchanged(int owner, int field, Ref place) =>
        _analysis.Entities[place.Entity] is { Kind: EntityKind.Field } entity && entity.B == owner && entity.A == field;

    private FieldOrigin? OriginOf(int owner, int field, Ref place)
    {
        var entity = _analysis.Entities[place.Entity];
        var atStart = place is { OffsetEntity: 0, Offset: 0 };
        if (entity.Kind == EntityKind.Field && entity.B == owner)
            return new FieldOrigin(entity.A, atStart, null, Array.Empty<int>()) { Layer = place.Layer };
        var holder = HolderOf(owner, entity.Id);
        // What was passed: a pointer into a view that another field keeps.
        if (entity.Kind == EntityKind.Parameter && holder is { } kept && kept != field && Rank(kept) == 0)
            return new FieldOrigin(kept, atStart, null, Array.Empty<int>()) { Layer = place.Layer - LayerIn(owner, kept, entity.Id) };
        if (entity.Mapping is not { } mapping || !entity.IsFresh)
            return null;
        if (holder is { } named && named != field)
            return new FieldOrigin(named, atStart, null, Array.Empty<int>()) { Layer = place.Layer - LayerIn(owner, named, entity.Id) };
        return Made(owner, mapping, entity.Id) with { AtStart = atStart };
    }

    private FieldOrigin Made(int owner, Mapping mapping, int made, bool ofOne = true)
    {
        var (fields, paths) = ParentFields(owner, mapping);
        return new FieldOrigin(null, true, Described(mapping, made, ofOne), fields) { PathFields = paths };
    }

    /// <param name="mapping">What was made.</param>
    /// <param name="made">As which entity.</param>
    /// <param name="ofOne">It is all that the field ever holds.</param>
    private Mapping Described(Mapping mapping, int made, bool ofOne = true)
    {
        var isWhole = ofOne && mapping is { Offset.AsConstant: 0, Size.AsConstant: 0 };
        return new Mapping(mapping.Role)
        {
            Offset = isWhole ? mapping.Offset : null,
            Size = isWhole ? mapping.Size : null,
            Anonymous = _analysis.NeverOwes(mapping),
            UnknownBacking = _analysis.IsOfUnknownBacking(mapping),
            ReadOnly = mapping.ReadOnly,
            CopyOnWrite = mapping.CopyOnWrite,
            PageCache = mapping.PageCache,
            FlushesItself = _held[made].Any(option => _analysis.IsNamed(option.Field, BodyAnalysis.AutoFlush) && option.Value.AsConstant != 0),
            KnownTail = mapping.KnownTail ?? ViewTail.Describe(mapping, _analysis.Entities, _context.Options.Granularity),
            KnownOfAll = ofOne && BodyAnalysis.IsOfAll(mapping),
            Origin = mapping.Origin,
        };
    }

    /// <summary>The fields that hold what the mapping was made from, through a map that no field holds those of its file; and those that hold the file's name.</summary>
    private (int[] Fields, int[] Paths) ParentFields(int owner, Mapping mapping)
    {
        var fields = new List<int>();
        var paths = new List<int>();
        var pending = new Queue<Mapping>();
        var seen = new HashSet<Mapping>();
        pending.Enqueue(mapping);
        while (pending.Count > 0)
        {
            foreach (var parent in pending.Dequeue().Parents)
            {
                // An element may be null, in which case nothing was made of it.
                if (parent.Refs.Where(candidate => candidate.Entity != EntityTable.Null).ToList() is not { Count: 1 } known)
                    continue;
                var place = known[0];
                if ((FieldNaming(owner, place.Entity) ?? KeeperOf(place.Entity)) is { } field)
                    fields.Add(field);
                else if (_analysis.Entities[place.Entity] is { Kind: EntityKind.FileAt, A: var path } && FieldNaming(owner, path) is { } name)
                    paths.Add(name);
                else if (_analysis.Entities[place.Entity].Mapping is { } further && seen.Add(further))
                    pending.Enqueue(further);
            }
        }
        return (fields.Distinct().ToArray(), paths.Distinct().ToArray());
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

    /// <summary>The field in whose container it has been put.</summary>
    private int? KeeperOf(int entity)
    {
        foreach (var (_, field, value) in _kept)
            if (value.MayBe(entity))
                return field;
        return null;
    }

    private int LayerIn(int owner, int field, int entity) =>
        _stores.First(store => store.Owner == owner && store.Field == field).Value.Refs.First(place => place.Entity == entity).Layer;

    private int Rank(int field) => _context.MappingOf(_context.Lowering.Members.SymbolOf(field)) is null ? 1 : 0;

    private int Position(int field) => _context.Lowering.Members.SymbolOf(field)?.Locations.FirstOrDefault()?.SourceSpan.Start ?? int.MaxValue;
}
