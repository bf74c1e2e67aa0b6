using System;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// Reads a table, ours or a user's: one member a line, <c>;</c>, its effects. A line that cannot be read becomes an error at
/// the word that is wrong; the other lines count all the same. Never throws on any text.
/// </summary>
internal static class EffectTableReader
{
    /// <summary>The way out that every message ends with when nothing nearer is known.</summary>
    public const string SeeDocumentation = "docs/knowledge.md lists every word";

    /// <summary>Every row in full, and what is wrong with those that cannot be read.</summary>
    public static EffectTable Read(string path, SourceText text) => Read(path, text, reader => reader.Read());

    /// <summary>The rows as far as their members; what they do is read when somebody asks. For tables that a test has read in full.</summary>
    public static EffectTable ReadMembers(string path, SourceText text) => Read(path, text, reader => reader.ReadMember());

    private static EffectTable Read(string path, SourceText text, Func<EffectRowReader, EffectRow> read)
    {
        var rows = ImmutableArray.CreateBuilder<EffectRow>();
        var errors = ImmutableArray.CreateBuilder<EffectTableError>();
        foreach (var line in text.Lines)
        {
            var content = WithoutComment(text.ToString(line.Span));
            if (string.IsNullOrWhiteSpace(content))
                continue;

            try
            {
                rows.Add(read(new EffectRowReader(new TableLine(path, line, content))));
            }
            catch (EffectRowException wrong)
            {
                errors.Add(wrong.Error);
            }
        }

        return new EffectTable(rows.ToImmutable(), errors.ToImmutable());
    }

    /// <summary>A comment starts a line or follows a blank: the '#' of '#ctor' does neither.</summary>
    private static string WithoutComment(string line)
    {
        if (line.TrimStart().StartsWith("#", StringComparison.Ordinal))
            return "";
        var comment = line.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? line : line.Substring(0, comment);
    }
}

/// <summary>One line, and how to point into it.</summary>
internal readonly struct TableLine(string path, TextLine line, string content)
{
    public string Content { get; } = content;

    public RowPlace PlaceOf(int start, int length) => new(
        path,
        new TextSpan(line.Start + start, length),
        new LinePositionSpan(new LinePosition(line.LineNumber, start), new LinePosition(line.LineNumber, start + length)));

    public EffectRowException Error(int start, int length, string message)
    {
        var semicolon = Content.IndexOf(';');
        var member = (semicolon < 0 ? Content : Content.Substring(0, semicolon)).Trim();
        return new EffectRowException(new EffectTableError(
            PlaceOf(start, length), string.Format(CultureInfo.InvariantCulture, "Row '{0}': {1}", member, message)));
    }
}

/// <summary>Leaves the reading of one row; never leaves the reader.</summary>
internal sealed class EffectRowException(EffectTableError error) : Exception(error.Message)
{
    public EffectTableError Error { get; } = error;
}
