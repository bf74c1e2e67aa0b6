using System;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>Reads the left side of a row: <c>M:Namespace.Type.Member(Parameter)</c>, <c>M:Namespace.Type.Member(*)</c>, <c>P:</c>, <c>F:</c>, <c>T:</c>, or <c>library!entry</c>.</summary>
internal static class MemberNameReader
{
    private const string AnyParameters = "(*)";

    public static RowMember Read(TableLine line, string text, int start)
    {
        if (text.Length > 2 && text[1] == ':' && "MPFT".IndexOf(text[0]) >= 0)
            return Documented(line, text, start);

        var bang = text.IndexOf('!');
        if (bang > 0 && bang < text.Length - 1 && text.IndexOf(' ') < 0)
            return new RowMember(text, null, text.Substring(bang + 1), EveryOverload: false, NativeLibrary.Canonical(text.Substring(0, bang)));

        throw line.Error(start, text.Length, "this is neither a documentation ID ('M:', 'P:', 'F:' or 'T:' and the full name) nor a P/Invoke ('libc!msync')");
    }

    private static RowMember Documented(TableLine line, string text, int start)
    {
        var parameters = text.IndexOf('(');
        var name = parameters < 0 ? text : text.Substring(0, parameters);
        if (!IsId(name))
            throw line.Error(start, text.Length, "this is no documentation ID: a generic type is written 'Span`1', a constructor 'Type.#ctor'");

        var isType = text[0] == 'T';
        var dot = name.LastIndexOf('.');
        if (!isType && dot < 0)
            throw line.Error(start, text.Length, "the type is missing: write 'M:Namespace.Type.Member'");
        if (parameters >= 0 && (isType || text[0] == 'F' || text.IndexOf(')') < 0))
            throw line.Error(start + parameters, text.Length - parameters, isType || text[0] == 'F' ? "a type or field has no parameters" : "a ')' is missing");

        var simple = WithoutArity(name.Substring(Math.Max(dot, 1) + 1)).Replace('#', '.');
        return text.EndsWith(AnyParameters, StringComparison.Ordinal)
            ? new RowMember(text, WithoutMethodArity(name), simple, EveryOverload: true, null)
            : new RowMember(text, text, simple, EveryOverload: false, null);
    }

    /// <summary>The ID of all overloads of a member whose ID this is.</summary>
    public static string EveryOverloadId(string id)
    {
        var parameters = id.IndexOf('(');
        if (parameters < 0)
            parameters = id.IndexOf('~');
        return WithoutMethodArity(parameters < 0 ? id : id.Substring(0, parameters));
    }

    private static string WithoutMethodArity(string name)
    {
        var arity = name.IndexOf("``", StringComparison.Ordinal);
        return arity < 0 ? name : name.Substring(0, arity);
    }

    private static string WithoutArity(string name)
    {
        var arity = name.IndexOf('`');
        return arity < 0 ? name : name.Substring(0, arity);
    }

    private static bool IsId(string name)
    {
        for (var i = 2; i < name.Length; i++)
            if (!char.IsLetterOrDigit(name[i]) && name[i] is not ('.' or '_' or '`' or '#' or '+'))
                return false;
        return true;
    }
}
