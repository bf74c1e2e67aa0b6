using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>Diagnostics and marks as a person wants to read them when a test fails: the line, what it marks, what was said.</summary>
internal static class DiagnosticText
{
    public static string List(IEnumerable<Diagnostic> diagnostics) => string.Join("\n", diagnostics.Select(Describe));

    public static string Describe(Diagnostic diagnostic)
    {
        var text = new StringBuilder(Describe(diagnostic.Id, diagnostic.Location));
        text.Append("\n      ").Append(diagnostic.GetMessage());
        foreach (var location in diagnostic.AdditionalLocations)
            text.Append("\n      also ").Append(Describe("at", location));
        return text.ToString();
    }

    public static string Describe(string id, Location location)
    {
        if (location.SourceTree is not { } tree)
            return $"  {id} {location.GetLineSpan()}";
        return Describe(id, tree.FilePath, tree.GetText(), location.SourceSpan);
    }

    /// <summary><c>DAX1001 Test.cs(7): view.[|Write(0, 1)|];</c></summary>
    public static string Describe(string id, string path, SourceText source, TextSpan span)
    {
        var line = source.Lines.GetLineFromPosition(span.Start);
        var end = Math.Min(span.End, line.End);
        var shown = source.ToString(TextSpan.FromBounds(line.Start, span.Start)) + "[|" + source.ToString(TextSpan.FromBounds(span.Start, end))
            + (span.End > line.End ? "…" : "") + "|]" + source.ToString(TextSpan.FromBounds(end, line.End));
        return $"  {id} {path.TrimStart('/')}({line.LineNumber + 1}): {shown.Trim()}";
    }
}
