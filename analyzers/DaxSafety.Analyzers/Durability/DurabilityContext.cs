using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What the analyses of a compilation share, for one set of options. Thread safe.</summary>
internal sealed class DurabilityContext
{
    public DurabilityContext(LoweringContext lowering, AnalysisOptions options)
    {
        Lowering = lowering;
        Options = options;
        PlainData = new PlainData(this);
    }

    public LoweringContext Lowering { get; }

    public PlainData PlainData { get; }

    public AnalysisOptions Options { get; }

    /// <summary>What a variable or member is by its type or contract alone; null when that says nothing.</summary>
    public Mapping? MappingOf(ISymbol? symbol)
    {
        if (symbol is null)
            return null;
        if (Lowering.Contracts.Has(symbol, Contract.Mapped))
            return new Mapping(MappingRole.View);
        return TypeFacts.TypeOf(symbol) is { } type ? MappingOfType(type) : null;
    }

    /// <summary>Whether a variable, a member or every value of a type is a map or view, by its type or contract alone.</summary>
    public bool IsMapping(ISymbol? symbol) => (symbol is ITypeSymbol type ? MappingOfType(type) : MappingOf(symbol)) is { Role: MappingRole.View or MappingRole.Map };

    /// <summary>The outline of a body; an empty one for code that cannot come by a mapping without being given one, which need not be read.</summary>
    public BodyOutline OutlineOf(CallTarget target, CancellationToken cancel) =>
        Lowering.IsReached(target.Symbol!) ? Lowering.OutlineOf(target.Symbol!, cancel) : BodyOutline.Empty;

    /// <summary>A type of the library that is nothing but a view.</summary>
    public bool IsView(ITypeSymbol? type) => type is not null && MappingOfType(type) is { Role: MappingRole.View };

    private Mapping? MappingOfType(ITypeSymbol type)
    {
        foreach (var effect in Lowering.Knowledge.EffectsOf(type))
        {
            switch (effect.Kind)
            {
                case EffectKind.File:
                    return new Mapping(MappingRole.File);
                case EffectKind.Map:
                    return new Mapping(MappingRole.Map);
                case EffectKind.View:
                    // The base library's views are views of the page cache.
                    return new Mapping(MappingRole.View) { PageCache = !effect.Has("may-be-direct") };
            }
        }
        return null;
    }
}

/// <summary>What is known of a field from everything that is ever stored in it.</summary>
/// <param name="AliasOf">Another field of the same object that names the same mapping, or null.</param>
/// <param name="AtStart">As an alias: it names the mapping's start.</param>
/// <param name="Template">What the stored mappings have in common, or null.</param>
/// <param name="ParentFields">Fields of the same object that the mapping was made from.</param>
internal sealed record FieldOrigin(int? AliasOf, bool AtStart, Mapping? Template, IReadOnlyList<int> ParentFields)
{
    /// <summary>Fields of the same object that name the file which it, or what it was made from, was opened by.</summary>
    public IReadOnlyList<int> PathFields { get; init; } = Array.Empty<int>();

    /// <summary>How much further up than the field that it names.</summary>
    public int Layer { get; init; }

    /// <summary>What stands in the container that the field holds, with others.</summary>
    public bool IsElement { get; init; }
}

internal static class FieldOriginsExtensions
{
    /// <summary>The fields of what a field's view was made from: its map, and what that was made from.</summary>
    public static IReadOnlyCollection<int> FilesOf(this IFieldOrigins origins, int field, CancellationToken cancel)
    {
        var files = new List<int>(origins.Of(field, cancel)?.ParentFields ?? Array.Empty<int>());
        for (var next = 0; next < files.Count; next++)
            files.AddRange(origins.Of(files[next], cancel)?.ParentFields.Where(file => file != field && !files.Contains(file)) ?? []);
        return files;
    }
}

internal interface IFieldOrigins
{
    FieldOrigin? Of(int field, CancellationToken cancel);

    /// <summary>What the address in a field of the object (or structure) that a field holds is, in terms of the outer object's fields.</summary>
    FieldOrigin? OfInner(int outer, int inner, CancellationToken cancel);

    /// <summary>Whether there is anything of that kind to know of what a field holds.</summary>
    bool KnowsInner(int outer, CancellationToken cancel);
}

/// <summary>Knows nothing: for the first look at a type, from which the origins are learnt.</summary>
internal sealed class NoFieldOrigins : IFieldOrigins
{
    public static readonly NoFieldOrigins Instance = new();

    public FieldOrigin? Of(int field, CancellationToken cancel) => null;

    public FieldOrigin? OfInner(int outer, int inner, CancellationToken cancel) => null;

    public bool KnowsInner(int outer, CancellationToken cancel) => false;
}
