using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>A place in a test source where something is expected: a diagnostic (<see cref="Id"/>), a label to refer to, or both.</summary>
internal sealed record MarkedSpan(string Path, TextSpan Span, string? Id, string? Label);

/// <summary>
/// A test source with its expectations written into it: <c>[|span|]</c> for a diagnostic of the default ID,
/// <c>{|DAX1001:span|}</c> for a named one, <c>{|DAX1001#name:span|}</c> for one that the test asks more about, and
/// <c>{|#name:span|}</c> for a place that only has a name. Marks nest.
/// </summary>
internal sealed record Markup(string Path, string Text, IReadOnlyList<MarkedSpan> Spans)
{
    public static Markup Parse(string path, string source, string defaultId)
    {
        source = source.ReplaceLineEndings("\n");
        var text = new StringBuilder(source.Length);
        var open = new Stack<(int Start, string? Id, string? Label, bool Braced)>();
        var spans = new List<MarkedSpan>();

        for (var at = 0; at < source.Length;)
        {
            if (Starts(source, at, "[|"))
            {
                open.Push((text.Length, defaultId, null, Braced: false));
                at += 2;
            }
            else if (Starts(source, at, "{|") && Header(source, at) is var (id, label, length))
            {
                open.Push((text.Length, id, label, Braced: true));
                at += length;
            }
            else if (open.Count > 0 && Starts(source, at, open.Peek().Braced ? "|}" : "|]"))
            {
                var mark = open.Pop();
                spans.Add(new(path, TextSpan.FromBounds(mark.Start, text.Length), mark.Id, mark.Label));
                at += 2;
            }
            else
            {
                text.Append(source[at++]);
            }
        }

        if (open.Count > 0)
            throw new VerificationFailure($"{path}: a mark that opens at '{Snippet(text.ToString(), open.Peek().Start)}' is never closed.");
        return new(path, text.ToString(), spans);
    }

    private static bool Starts(string source, int at, string mark) => string.CompareOrdinal(source, at, mark, 0, mark.Length) == 0;

    /// <summary>Reads <c>{|ID#label:</c>. Anything else that starts with <c>{|</c> is ordinary text.</summary>
    private static (string? Id, string? Label, int Length)? Header(string source, int at)
    {
        var colon = source.IndexOf(':', at);
        if (colon < 0)
            return null;
        var header = source[(at + 2)..colon];
        if (header.Length == 0 || !header.All(c => char.IsLetterOrDigit(c) || c is '#' or '-' or '_'))
            return null;

        var parts = header.Split('#', 2);
        return (parts[0].Length == 0 ? null : parts[0], parts.Length == 2 ? parts[1] : null, header.Length + 3);
    }

    private static string Snippet(string text, int start) => text.Substring(start, Math.Min(30, text.Length - start)).Split('\n')[0];
}
