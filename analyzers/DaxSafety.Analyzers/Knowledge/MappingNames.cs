using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// The words of which one must stand in a program's text before a mapping can be in it; the analyzer looks for them before it does
/// anything else. From a row that makes a map or a view, or says that a type is one: the type, the member when it is called on an instance (of
/// which the source need not name the type), and a P/Invoke's entry point. A static member needs its own name and that of its type; where the first is
/// looked for anyway, the second is not: each word may be one more search of every source.
/// </summary>
internal static class MappingNames
{
    /// <summary>The attribute with which another assembly hands out a mapping.</summary>
    public static readonly ImmutableArray<string> Contracts = ImmutableArray.Create("Mapped", "MappedAttribute");

    /// <summary>The attributes with which a member makes a promise about what it is handed, which its body has to keep.</summary>
    public static readonly ImmutableArray<string> Promises = ImmutableArray.Create("Persists", "PersistsAttribute", "LeavesDirty", "LeavesDirtyAttribute");

    public static ImmutableHashSet<string> Of(IEnumerable<EffectRow> rows)
    {
        var sources = rows.Where(IsSource).ToList();
        var names = Contracts.Concat(sources.SelectMany(NamesOf)).ToImmutableHashSet(StringComparer.Ordinal);
        return names.Union(sources.Where(row => IsStatic(row) && !names.Contains(row.Member.Name)).Select(row => TypeOf(row.Member.Id!)));
    }

    private static bool IsSource(EffectRow row) =>
        (row.MayHave("map") || row.MayHave("view")) && row.Effects.Any(effect => effect.Kind is EffectKind.Map or EffectKind.View);

    /// <summary>What must stand where this row's member is used; nothing for a static member.</summary>
    private static IEnumerable<string> NamesOf(EffectRow row)
    {
        var member = row.Member;
        if (IsStatic(row))
            yield break;
        if (!IsMember(row))
        {
            yield return member.Name;
            if (member.Library == NativeLibrary.Windows)
                foreach (var encoding in NativeLibrary.WindowsEncodings)
                    yield return member.Name + encoding;
            yield break;
        }

        yield return TypeOf(member.Id!);
        if (member.Name != ".ctor")
            yield return member.Name;
    }

    private static bool IsMember(EffectRow row) => row.Member.Id is { } id && id[0] != 'T';

    private static bool IsStatic(EffectRow row) => IsMember(row) && row.Member.Name != ".ctor" && !row.Effects.Any(NamesReceiver);

    /// <summary>The ID of the type whose values the row is about. A collection that keeps what it is given is one only by what is in it.</summary>
    public static IEnumerable<string> CarriersOf(EffectRow row)
    {
        if (row.Member.Id is not { } id || row.MayHave("keep("))
            yield break;
        if (id[0] == 'T')
            yield return id;
        else if (row.MayHave("this") || row.Member.Name == ".ctor")
            yield return "T:" + DeclaringType(id);
    }

    private static bool NamesReceiver(RowEffect effect) =>
        effect.Target?.Word == "this" || effect.Operands.Any(operand => operand.Terms.Any(term => term.Value?.Word == "this"));

    /// <summary>The simple name of the type in a member's ID.</summary>
    private static string TypeOf(string id)
    {
        var full = DeclaringType(id);
        var type = full.Substring(full.LastIndexOf('.') + 1);
        var arity = type.IndexOf('`');
        return arity < 0 ? type : type.Substring(0, arity);
    }

    /// <summary>The full name, with its arity, of the type in a member's ID.</summary>
    private static string DeclaringType(string id)
    {
        var parameters = id.IndexOf('(');
        var member = parameters < 0 ? id : id.Substring(0, parameters);
        var dot = member.LastIndexOf('.');
        return dot < 2 ? member.Substring(2) : member.Substring(2, dot - 2);
    }
}
