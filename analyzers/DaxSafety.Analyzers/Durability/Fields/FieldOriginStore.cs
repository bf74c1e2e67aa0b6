using System.Collections.Concurrent;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
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
    private readonly MappingMakers _makers;
    private readonly KeptAddresses _addresses;
    private readonly SummaryStore _firstLook;
    private readonly ConcurrentDictionary<INamedTypeSymbol, TypeOrigins> _types = new(SymbolEqualityComparer.Default);

    public FieldOriginStore(DurabilityContext context)
    {
        _context = context;
        _makers = new MappingMakers(context);
        _addresses = new KeptAddresses(context.Lowering);
        _firstLook = new SummaryStore(context, NoFieldOrigins.Instance);
    }

    public FieldOrigin? Of(int field, CancellationToken cancel) => _fields.TryGetValue(field, out var known) ? known : _fields[field] = Find(field, cancel);

    private readonly ConcurrentDictionary<int, FieldOrigin?> _fields = new();

    private FieldOrigin? Find(int field, CancellationToken cancel)
    {
        if (_context.Lowering.Members.SymbolOf(field) is not { } symbol || (symbol as INamedTypeSymbol ?? symbol.ContainingType) is not { } type || !_context.Lowering.IsOwn(symbol))
            return null;
        if (!MayHoldMemory(symbol) || !_context.Lowering.IsReached(type) || !_makers.Has(type.OriginalDefinition, cancel))
            return null;
        return OriginsOf(type.OriginalDefinition, cancel).Fields.TryGetValue(field, out var origin) ? origin : null;
    }

    private bool MayHoldMemory(ISymbol? symbol) =>
        _context.Lowering.Types.NamesMemory(TypeOf(symbol)) || _context.Lowering.Types.ContainsMemory(TypeOf(symbol)) || _addresses.May(symbol);

    public FieldOrigin? OfInner(int outer, int inner, CancellationToken cancel) =>
        KnowsInner(outer, cancel) && OriginsOf(_context.Lowering.Members.SymbolOf(outer)!.ContainingType.OriginalDefinition, cancel).Inner.TryGetValue((outer, inner), out var origin) ? origin : null;

    public bool KnowsInner(int outer, CancellationToken cancel) => _outer.TryGetValue(outer, out var known) ? known : _outer[outer] = FindInner(outer, cancel);

    private readonly ConcurrentDictionary<int, bool> _outer = new();

    private bool FindInner(int outer, CancellationToken cancel) => HoldsAddress(outer)
        && _context.Lowering.Members.SymbolOf(outer) is { ContainingType: { } type } symbol && _context.Lowering.IsOwn(symbol) && _context.Lowering.IsReached(type)
        && _makers.Has(type.OriginalDefinition, cancel) && MayKeepMappings(type.OriginalDefinition, cancel) && OriginsOf(type.OriginalDefinition, cancel).Inner.Keys.Any(known => known.Outer == outer);

    private TypeOrigins OriginsOf(INamedTypeSymbol type, CancellationToken cancel) =>
        _types.TryGetValue(type, out var known) ? known : _types.GetOrAdd(type, Learn(type, cancel));

    /// <summary>What the fields of one type hold, and the addresses in the objects that they hold.</summary>
    private sealed record TypeOrigins(IReadOnlyDictionary<int, FieldOrigin> Fields, IReadOnlyDictionary<(int Outer, int Inner), FieldOrigin> Inner);

    private static bool IsAddress(ITypeSymbol? type) => type is { TypeKind: TypeKind.Pointer } or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr };

    private static ITypeSymbol? TypeOf(ISymbol? symbol) => symbol as INamedTypeSymbol ?? TypeFacts.TypeOf(symbol);

    private TypeOrigins Learn(INamedTypeSymbol type, CancellationToken cancel)
    {
        var found = new Dictionary<int, List<FieldOrigin?>>();
        var inner = new Dictionary<(int Outer, int Inner), List<FieldOrigin?>>();
        var isMadeInSight = IsMadeInSight(type, cancel);
        Summary? SummaryOf(CallTarget target) => _firstLook.Of(target, cancel)?.Summary;
        foreach (var body in BodiesThatStore(type, isMadeInSight, cancel))
        {
            if (body.Summary is not { } summary)
                continue;
            // Whoever calls a private constructor is here as well, and says what its arguments are.
            var isToldByMakers = isMadeInSight && IsPrivateConstructor(body.Body.Symbol);
            if (!isToldByMakers)
                foreach (var ending in summary.Cases)
                    new StoredFields(body.Analysis, ending.Path, _context, SummaryOf).Collect(found, inner);
            foreach (var instance in body.Analysis.InstancesOf(type))
                foreach (var ending in summary.Cases)
                    new StoredFields(body.Analysis, ending.Path, _context, SummaryOf, instance).Collect(found, inner);
            if (isToldByMakers)
                continue;
            foreach (var (handle, instance) in OwnHandles.In(body.Analysis, _context).Concat(isMadeInSight ? OwnHandles.Made(body.Analysis, type, _context) : []).Distinct())
                Find(found, handle).AddRange(summary.Cases.Select(ending => new StoredFields(body.Analysis, ending.Path, _context, SummaryOf).OriginOfInstance(instance)));
        }
        return new TypeOrigins(Agreed(found), Agreed(inner));
    }

    private static Dictionary<TKey, FieldOrigin> Agreed<TKey>(Dictionary<TKey, List<FieldOrigin?>> found)
        where TKey : notnull
    {
        var origins = new Dictionary<TKey, FieldOrigin>();
        foreach (var entry in found)
            if (Common(entry.Value) is { } origin)
                origins[entry.Key] = origin;
        return origins;
    }

    public static List<FieldOrigin?> Find<TKey>(Dictionary<TKey, List<FieldOrigin?>> found, TKey field)
        where TKey : notnull
    {
        if (!found.TryGetValue(field, out var origins))
            found[field] = origins = new List<FieldOrigin?>();
        return origins;
    }

    /// <summary>Whether all who call the type's private constructors are its own methods, and each says so in its summary.</summary>
    private bool IsMadeInSight(INamedTypeSymbol type, CancellationToken cancel) =>
        type.InstanceConstructors.Any(IsPrivateConstructor)
        && !TypeMembers.BodiesOf(type).Any(method => _context.Lowering.BodyOf(method, cancel) is { } body && body.Nested.Any(nested => Makes(nested, type)));

    private static bool IsPrivateConstructor(IMethodSymbol? method) =>
        method is { MethodKind: MethodKind.Constructor, DeclaredAccessibility: Accessibility.Private, Parameters.IsEmpty: false };

    private static bool Makes(LoweredBody body, INamedTypeSymbol type) => body.Nested.Any(nested => Makes(nested, type)) || body.Nodes.Any(node =>
        node.Content.Instructions.Any(step => step is { Code: OpCode.Call, Payload: CallSite { Method: { MethodKind: MethodKind.Constructor } made } } && SymbolEqualityComparer.Default.Equals(made.ContainingType.OriginalDefinition, type)));

    /// <summary>
    /// Whether the type may put an address into an object that it keeps, other than one that it was handed: it keeps memory in another field, or
    /// makes a mapping. Most wrappers of pointers wrap what nobody here knows, and to find that out anew for each is the dearest way to learn nothing.
    /// </summary>
    private bool MayKeepMappings(INamedTypeSymbol type, CancellationToken cancel) => _keepers.GetOrAdd(type, keeper =>
        keeper.GetMembers().Any(member => member is IFieldSymbol or IPropertySymbol && MayHoldMemory(member))
        || TypeMembers.BodiesOf(keeper).Any(method => _context.Lowering.OutlineOf(method, cancel).NamesMapping && _context.Lowering.BodyOf(method, cancel) is { } body && MakesMapping(body)));

    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _keepers = new(SymbolEqualityComparer.Default);

    private static bool MakesMapping(LoweredBody body) => body.Nested.Any(MakesMapping) || body.Nodes.Any(node =>
        node.Content.Instructions.Any(step => step is { Code: OpCode.Call, Payload: CallSite call } && call.Effects.Any(effect => effect.Kind is EffectKind.Map or EffectKind.View)));

    private IEnumerable<AnalyzedBody> BodiesThatStore(INamedTypeSymbol type, bool isMadeInSight, CancellationToken cancel)
    {
        foreach (var initializer in _context.Lowering.InitializersOf(type, cancel))
            if (_firstLook.Of(initializer, cancel) is { } analyzed)
                yield return analyzed;
        var isHandle = _context.Lowering.Types.NamesMemory(type);
        var keepsMappings = MayKeepMappings(type, cancel);
        foreach (var method in TypeMembers.BodiesOf(type))
            if ((isHandle || isMadeInSight || MayStore(_context.Lowering.OutlineOf(method, cancel), keepsMappings))
                && _context.Lowering.BodyOf(method, cancel) is { } body && (isHandle || Stores(body, keepsMappings) || (isMadeInSight && Makes(body, type))) && _firstLook.Of(method, cancel) is { } analyzed)
                yield return analyzed;
    }

    /// <summary>Whether a body with this outline may be one that <see cref="Stores(LoweredBody, bool)"/>.</summary>
    private bool MayStore(BodyOutline outline, bool keepsMappings) => outline.NamesMapping
        || outline.Mentions.Any(mention => mention is not ITypeSymbol && _context.Lowering.Members.Of(mention) is var field && (NamesMemory(field) || IsContainer(field) || (keepsMappings && HoldsAddress(field))));

    private bool Stores(LoweredBody body, bool keepsMappings) =>
        body.Nodes.Any(node => node.Content.Instructions.Any(step => Stores(step, keepsMappings))) || body.Nested.Any(nested => Stores(nested, keepsMappings));

    private bool Stores(Instruction step, bool keepsMappings) => step.Code switch
    {
        OpCode.StoreField => NamesMemory(step.B) || (keepsMappings && HoldsAddress(step.B)),
        OpCode.LoadField => IsContainer(step.B),
        _ => false,
    };

    private bool NamesMemory(int field) => field != MemberNumbers.Element && MayHoldMemory(_context.Lowering.Members.SymbolOf(field));

    private bool IsContainer(int field) => field != MemberNumbers.Element && _context.Lowering.Types.ContainsMemory(TypeOf(_context.Lowering.Members.SymbolOf(field)));

    /// <summary>A field for an object or structure of the compilation's own that keeps an address.</summary>
    private bool HoldsAddress(int field) => field != MemberNumbers.Element && (_holders.TryGetValue(field, out var known) ? known : _holders[field] = HoldsTuples(field) || HoldsObjects(field));

    private readonly ConcurrentDictionary<int, bool> _holders = new();

    private bool HoldsTuples(int field) => TypeOf(_context.Lowering.Members.SymbolOf(field)) is { } type && (_context.Lowering.Types.IsTupleOfMemory(type) || _context.Lowering.Types.ContainsMemory(type));

    private bool HoldsObjects(int field) => TypeOf(_context.Lowering.Members.SymbolOf(field)) is INamedTypeSymbol { TypeKind: TypeKind.Struct or TypeKind.Class } type
        && _context.Lowering.IsOwn(type) && type.GetMembers().Any(member => member is IFieldSymbol { IsStatic: false } held && IsAddress(held.Type));

    /// <summary>What all stores agree on; null when they do not.</summary>
    private static FieldOrigin? Common(List<FieldOrigin?> origins)
    {
        // Nothing at all where no body that stores returns.
        var first = origins.FirstOrDefault();
        if (first is null || origins.Any(other => other is null || other.AliasOf != first.AliasOf || other.Layer != first.Layer || (other.Template is null) != (first.Template is null)))
            return null;
        if (first.Template is not { } template)
            return first with { AtStart = origins.All(other => other!.AtStart) };
        if (origins.Any(other => other!.Template!.Role != template.Role))
            return null;
        var common = new Mapping(template.Role)
        {
            Anonymous = origins.All(other => other!.Template!.Anonymous) || IsMadeWhereMissing(origins),
            UnknownBacking = origins.Any(other => other!.Template!.UnknownBacking),
            ReadOnly = origins.All(other => other!.Template!.ReadOnly),
            CopyOnWrite = origins.All(other => other!.Template!.CopyOnWrite),
            Ephemeral = origins.All(other => other!.Template!.Ephemeral),
            PageCache = origins.All(other => other!.Template!.PageCache),
            FlushesItself = origins.Any(other => other!.Template!.FlushesItself),
            // Of elements, the one that is flushed may be another.
            KnownTail = first.IsElement && origins.Any(other => other!.Template!.KnownTail is null) ? null
                : origins.Select(other => other!.Template!.KnownTail).FirstOrDefault(tail => tail is not null),
            KnownOfAll = origins.All(other => other!.Template!.KnownOfAll),
            Origin = template.Origin,
        };
        return first with
        {
            Template = common,
            ParentFields = origins.SelectMany(other => other!.ParentFields).Distinct().ToList(),
            PathFields = origins.SelectMany(other => other!.PathFields).Distinct().ToList(),
        };
    }

    /// <summary>Opened by its name, and made without a file where nobody has made it yet: what is opened has none either.</summary>
    private static bool IsMadeWhereMissing(List<FieldOrigin?> origins) =>
        origins.Exists(made => made!.Template is { Anonymous: true, ReadOnly: false })
        && origins.TrueForAll(other => other!.Template is { Anonymous: true } or { UnknownBacking: true });
}
