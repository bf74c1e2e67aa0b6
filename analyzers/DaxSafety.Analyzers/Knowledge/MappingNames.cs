using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// The words of which one must stand in a program's text before a mapping can be in it; the analyzer looks for them before it does
/// anything else. From a row that makes a map or a view, or says that a type is one: the type, the member when it is called on an instance (of
/// which the source need not name the type), and a P/Invoke's entry point.
/// </summary>
internal static class MappingNames
{
    /// <summary>The attribute with which another assembly hands out a mapping.</summary>
    public static readonly ImmutableArray<string> Contracts = ImmutableArray.Create("Mapped", "MappedAttribute");

    /// <summary>The attributes with which a member makes a promise about what it is handed, which its body has to keep.</summary>
    public static readonly ImmutableArray<string> Promises = ImmutableArray.Create("Persists", "PersistsAttribute", "LeavesDirty", "LeavesDirtyAttribute");

    public static IEnumerable<string> Of(EffectRow row)
    {
        if (!row.MayHave("map") && !row.MayHave("view"))
            yield break;
        if (!row.Effects.Any(effect => effect.Kind is EffectKind.Map or EffectKind.View))
            yield break;
        var member = row.Member;
        if (member.Id is null || member.Id[0] == 'T')
        {
            yield return member.Name;
            if (member.Library == NativeLibrary.Windows)
                foreach (var encoding in NativeLibrary.WindowsEncodings)
                    yield return member.Name + encoding;
            yield break;
        }

        yield return TypeOf(member.Id);
        if (member.Name != ".ctor" && row.Effects.Any(NamesReceiver))
            yield return member.Name;
    }

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
