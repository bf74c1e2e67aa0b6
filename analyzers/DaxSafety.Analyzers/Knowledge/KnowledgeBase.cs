using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// What every API does to mapped memory, by symbol. The index of rows is shared by all compilations; an instance made by
/// <see cref="ForCompilation"/> also remembers the symbols it was asked about, and lives as long as they do. Thread-safe.
/// </summary>
internal sealed class KnowledgeBase
{
    private static readonly System.Lazy<KnowledgeBase> Shipped = new(() => new KnowledgeBase(new EffectIndex(BuiltInTables.Rows), remembers: false));

    private readonly EffectIndex _index;
    private readonly ConcurrentDictionary<ISymbol, ImmutableArray<Effect>>? _cache;
    private readonly ConcurrentDictionary<CallOn, ImmutableArray<Effect>>? _receivers;

    private KnowledgeBase(EffectIndex index, bool remembers)
    {
        _index = index;
        if (!remembers)
            return;
        _cache = new ConcurrentDictionary<ISymbol, ImmutableArray<Effect>>(SymbolEqualityComparer.Default);
        _receivers = new ConcurrentDictionary<CallOn, ImmutableArray<Effect>>();
    }

    /// <summary>Our own tables. Remembers no symbols, because it outlives every compilation.</summary>
    public static KnowledgeBase BuiltIn => Shipped.Value;

    public ImmutableArray<EffectRow> Rows => _index.Rows;

    /// <summary>See <see cref="MappingNames"/>.</summary>
    public ImmutableHashSet<string> SourceNames => _index.SourceNames;

    /// <summary>These rows and more. A row about a member that has one already replaces it, so that a user may correct us.</summary>
    public KnowledgeBase With(IEnumerable<EffectRow> moreRows)
    {
        var more = moreRows.ToImmutableArray();
        return more.IsEmpty ? this : new KnowledgeBase(new EffectIndex(_index.Rows.AddRange(more)), remembers: false);
    }

    /// <summary>For the symbols of one compilation, with the rows that its project adds.</summary>
    public KnowledgeBase ForCompilation(Compilation compilation, IEnumerable<EffectRow> moreRows) =>
        new(With(moreRows)._index, remembers: true);

    /// <summary>Whether the tables say of a type that is not the program's own what its values do to memory.</summary>
    public bool IsCarrier(INamedTypeSymbol type) => type.OriginalDefinition.GetDocumentationCommentId() is { } id && _index.IsCarrier(id);

    /// <summary>Whether an import of this name may open a file.</summary>
    public bool OpensFile(string name) => _index.OpensFile(name);

    /// <summary>Whether a member of this name may flush a file.</summary>
    public bool FlushesFile(string name) => _index.FlushesFile(name);

    /// <summary>
    /// What a method, constructor, property (when it is read), field or type does; empty when nothing is known, which is not the same as
    /// harmless. A member of another assembly without a row of its own has that of the member it overrides or implements.
    /// </summary>
    public ImmutableArray<Effect> EffectsOf(ISymbol member)
    {
        var definition = DefinitionOf(member);
        if (!MayHaveRow(definition))
            return ImmutableArray<Effect>.Empty;
        return _cache is null ? Look(definition) : _cache.GetOrAdd(definition, Look);
    }

    /// <summary>
    /// The same for a call on a receiver whose type is known better than the member says: <c>using (view)</c> calls
    /// <c>IDisposable.Dispose</c>, and what that does is the type's business. Also rows that name a type which inherits the member count here.
    /// </summary>
    public ImmutableArray<Effect> EffectsOf(ISymbol member, ITypeSymbol? receiver)
    {
        if (receiver is null || member is not IMethodSymbol { IsStatic: false, MethodKind: MethodKind.Ordinary } method || !_index.HasName(method.MetadataName))
            return EffectsOf(member);

        if (SymbolEqualityComparer.Default.Equals(receiver, method.ContainingType))
            return EffectsOf(member);
        return _receivers is null ? LookOn(method, receiver) : _receivers.GetOrAdd(new CallOn(method, receiver), call => LookOn(call.Method, call.Receiver));
    }

    private ImmutableArray<Effect> LookOn(IMethodSymbol method, ITypeSymbol receiver)
    {
        var called = method.OriginalDefinition;
        if (called.ContainingType.TypeKind == TypeKind.Interface && receiver.TypeKind != TypeKind.Interface)
            called = (receiver.FindImplementationForInterfaceMember(method) as IMethodSymbol)?.OriginalDefinition ?? called;
        for (var type = receiver as INamedTypeSymbol; type is not null; type = type.BaseType)
        {
            var definition = type.OriginalDefinition;
            if (SymbolEqualityComparer.Default.Equals(definition, called.ContainingType))
                break;
            if (RowOnHeir(called, definition) is { } row)
                return EffectBinding.Of(row, called).Effects;
        }

        return EffectsOf(called);
    }

    /// <summary>The row of a symbol itself, without climbing.</summary>
    internal EffectRow? RowOf(ISymbol definition)
    {
        if (definition is IMethodSymbol method && NativeLibrary.ImportOf(method) is var (library, entryPoint)
            && _index.FindImport(library, entryPoint) is { } import)
            return import;
        return _index.HasName(definition.MetadataNameOrOwn()) && definition.GetDocumentationCommentId() is { } id
            ? _index.Find(definition.MetadataNameOrOwn(), id)
            : null;
    }

    /// <summary>Whether a row says of a member that it does nothing to memory, which <see cref="EffectsOf(ISymbol)"/> does not tell from no row.</summary>
    public bool SaysNone(ISymbol member) => RowOf(DefinitionOf(member)) is { Effects.IsEmpty: true };

    /// <summary>Imported from a library of which the tables know nothing: what it does with what it is given, nobody can see.</summary>
    public bool IsUnseenImport(IMethodSymbol method) =>
        NativeLibrary.ImportOf(method.OriginalDefinition) is var (library, _) && !_index.HasLibrary(library);

    private bool MayHaveRow(ISymbol definition) =>
        _index.HasName(definition.MetadataNameOrOwn())
        || definition is IMethodSymbol { IsExtern: true } or IMethodSymbol { IsPartialDefinition: true } or IMethodSymbol { PartialDefinitionPart: not null };

    private ImmutableArray<Effect> Look(ISymbol definition)
    {
        for (var member = definition; member is not null; member = HasBodyHere(member) ? null : Overridden(member))
            if (RowOf(member) is { } row)
                return EffectBinding.Of(row, definition).Effects;
        return !HasBodyHere(definition) && RowOfImplemented(definition) is { } implemented
            ? EffectBinding.Of(implemented, definition).Effects
            : ImmutableArray<Effect>.Empty;
    }

    /// <summary>A body in the compilation says more exactly what it does than the row of a member it overrides or implements.</summary>
    private static bool HasBodyHere(ISymbol member) =>
        member is { IsAbstract: false, IsExtern: false } && member.DeclaringSyntaxReferences.Length > 0;

    private EffectRow? RowOfImplemented(ISymbol definition)
    {
        if (definition is not IMethodSymbol { IsStatic: false, MethodKind: MethodKind.Ordinary, ContainingType: { TypeKind: not TypeKind.Interface } type })
            return null;
        foreach (var @interface in type.AllInterfaces)
            foreach (var declared in @interface.GetMembers(definition.Name))
                if (SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(declared), definition)
                    && RowOf(declared.OriginalDefinition) is { } row)
                    return row;
        return null;
    }

    /// <summary>A row such as <c>M:DeflateStream.Dispose</c>, where Dispose is declared by Stream.</summary>
    private EffectRow? RowOnHeir(IMethodSymbol inherited, INamedTypeSymbol heir)
    {
        var declared = inherited.ContainingType.GetDocumentationCommentId();
        if (declared is null || inherited.GetDocumentationCommentId() is not { } id || heir.GetDocumentationCommentId() is not { } type)
            return null;
        // A member of an extension block is documented under another name than the block.
        return id.Length > declared.Length && string.CompareOrdinal(id, 2, declared, 2, declared.Length - 2) == 0
            ? _index.Find(inherited.MetadataName, "M:" + type.Substring(2) + id.Substring(declared.Length))
            : null;
    }

    private static ISymbol? Overridden(ISymbol member) => member switch
    {
        IMethodSymbol method => method.OverriddenMethod?.OriginalDefinition,
        IPropertySymbol property => property.OverriddenProperty?.OriginalDefinition,
        _ => null,
    };

    private static ISymbol DefinitionOf(ISymbol member) => member switch
    {
        IMethodSymbol { AssociatedSymbol: IPropertySymbol property, MethodKind: MethodKind.PropertyGet } => property.OriginalDefinition,
        IMethodSymbol { ReducedFrom: { } extension } => extension.OriginalDefinition,
        _ => member.OriginalDefinition,
    };
}
