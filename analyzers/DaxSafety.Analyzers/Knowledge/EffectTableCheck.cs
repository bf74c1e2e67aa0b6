using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// Holds rows against a compilation: does the member exist, does every word name something of it? For users' tables, whose
/// mistakes are diagnostics, and for the test of ours. A row whose whole namespace is absent is passed over: a table may be
/// shared by projects that do not all reference the library it is about.
/// </summary>
internal static class EffectTableCheck
{
    public static IEnumerable<EffectTableError> Of(IEnumerable<EffectRow> rows, Compilation compilation)
    {
        var seen = new Dictionary<string, EffectRow>(System.StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (seen.ContainsKey(row.Member.Text))
            {
                yield return Error(row, row.Place, "stands here a second time; write all its effects in one row");
                continue;
            }

            seen.Add(row.Member.Text, row);
            if (row.Member.Library is null)
                foreach (var error in Resolve(row, compilation))
                    yield return error;
        }
    }

    /// <summary>The members a row is about: those of the type it names, or inherited by it.</summary>
    public static ImmutableArray<ISymbol> MembersOf(EffectRow row, Compilation compilation)
    {
        var id = row.Member.Id!;
        if (id[0] == 'T')
            return TypeOf(id, compilation) is { } named ? ImmutableArray.Create<ISymbol>(named) : ImmutableArray<ISymbol>.Empty;

        var owner = OwnerOf(row, compilation);
        if (owner is null)
            return ImmutableArray<ISymbol>.Empty;
        var ownerId = owner.GetDocumentationCommentId()!.Substring(2);
        for (var type = owner; type is not null; type = type.BaseType?.OriginalDefinition)
        {
            var typeId = type.GetDocumentationCommentId()!.Substring(2);
            var members = type.GetMembers().Where(member => member.MetadataNameOrOwn() == row.Member.Name && Matches(member, typeId)).ToImmutableArray();
            if (!members.IsEmpty)
                return members;
            if (row.Member.Name == ".ctor")
                break;
        }

        return ImmutableArray<ISymbol>.Empty;

        bool Matches(ISymbol member, string typeId)
        {
            if (member.GetDocumentationCommentId() is not { } memberId)
                return false;
            var asOwners = memberId.Substring(0, 2) + ownerId + memberId.Substring(2 + typeId.Length);
            return row.Member.EveryOverload ? MemberNameReader.EveryOverloadId(asOwners) == id : asOwners == id;
        }
    }

    private static IEnumerable<EffectTableError> Resolve(EffectRow row, Compilation compilation)
    {
        var members = MembersOf(row, compilation);
        if (members.IsEmpty)
        {
            if (Unresolved(row, compilation) is { } error)
                yield return error;
            yield break;
        }

        var missingEverywhere = members
            .Select(member => EffectBinding.Of(row, member).Missing.Select(name => (name.Word, name.Place)).ToImmutableHashSet())
            .Aggregate((left, right) => left.Intersect(right));
        foreach (var (word, place) in missingEverywhere.OrderBy(name => name.Place.Span.Start))
            yield return Error(row, place, $"'{word}' names nothing of this member; {Operands(members)}");
    }

    private static EffectTableError? Unresolved(EffectRow row, Compilation compilation)
    {
        if (row.Member.Id![0] != 'T' && OwnerOf(row, compilation) is { } owner)
        {
            var overloads = owner.GetMembers().Where(member => member.MetadataNameOrOwn() == row.Member.Name)
                .Select(member => member.GetDocumentationCommentId()).Where(id => id is not null).ToArray();
            return Error(row, row.Place, overloads.Length == 0
                ? $"'{owner.ToDisplayString()}' has no member '{row.Member.Name}'"
                : $"no overload has these parameters. Write '{MemberNameReader.EveryOverloadId(overloads[0]!)}(*)' for all, or one of: {string.Join(" ", overloads)}");
        }

        return NamespaceExists(row.Member.Id!.Substring(2), compilation)
            ? Error(row, row.Place, "there is no such type in its namespace; a generic type is written 'Span`1', a nested one 'Outer.Inner'")
            : null;
    }

    private static INamedTypeSymbol? OwnerOf(EffectRow row, Compilation compilation)
    {
        var id = MemberNameReader.EveryOverloadId(row.Member.Id!);
        var dot = id.LastIndexOf('.');
        return dot < 0 ? null : TypeOf("T:" + id.Substring(2, dot - 2), compilation);
    }

    private static INamedTypeSymbol? TypeOf(string id, Compilation compilation) =>
        DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation) as INamedTypeSymbol;

    /// <summary>Whether the library is there at all, judged by how much of the name is: all but the type and the member, or two parts.</summary>
    private static bool NamespaceExists(string name, Compilation compilation)
    {
        var parts = MemberNameReader.EveryOverloadId(name).Split('.');
        var space = compilation.GlobalNamespace;
        var depth = 0;
        while (depth < parts.Length && space.GetNamespaceMembers().FirstOrDefault(member => member.Name == parts[depth]) is { } inner)
        {
            space = inner;
            depth++;
        }

        return depth > 1 || parts.Length - depth <= 2;
    }

    private static string Operands(ImmutableArray<ISymbol> members)
    {
        var names = members.SelectMany(member => EffectBinding.ParametersOf(member)).Select(parameter => parameter.Name).Distinct().ToArray();
        return names.Length == 0 ? "it has no parameters" : "its parameters are: " + string.Join(", ", names);
    }

    private static EffectTableError Error(EffectRow row, RowPlace place, string message) => new(place, $"Row '{row.Member.Text}': {message}");
}
