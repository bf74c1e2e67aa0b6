using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>How a document is written: its line breaks, its indentation, and what stands alone on a line.</summary>
internal sealed class Layout(SourceText text)
{
    /// <summary>The line break of the first line: what the whole file uses, unless it is mixed already.</summary>
    public string LineBreak { get; } = text.Lines[0] is var first && first.EndIncludingLineBreak > first.End
        ? text.ToString(TextSpan.FromBounds(first.End, first.EndIncludingLineBreak))
        : "\n";

    /// <summary>The white space that the line of a token begins with.</summary>
    public string IndentOf(SyntaxToken token)
    {
        var line = text.Lines.GetLineFromPosition(token.SpanStart);
        var end = line.Start;
        while (end < line.End && text[end] is ' ' or '\t')
            end++;
        return text.ToString(TextSpan.FromBounds(line.Start, end));
    }

    /// <summary>By how much one level is indented where this node stands: the difference to the nearest construct around it that is indented less.</summary>
    public string StepAt(SyntaxNode node)
    {
        var indent = IndentOf(node.GetFirstToken());
        for (var outer = node.Parent; outer is not null; outer = outer.Parent)
            if (IndentOf(outer.GetFirstToken()) is var less && less.Length < indent.Length && indent.StartsWith(less, StringComparison.Ordinal))
                return indent.Substring(less.Length);
        return indent.StartsWith("\t", StringComparison.Ordinal) ? "\t" : FirstIndent() ?? "    ";
    }

    /// <summary>What the first indented line begins with: in a file where this node and all around it are at the margin.</summary>
    private string? FirstIndent()
    {
        foreach (var line in text.Lines)
        {
            var end = line.Start;
            while (end < line.End && text[end] is ' ' or '\t')
                end++;
            // A line of a comment's is no sign.
            if (end > line.Start && end < line.End && text[end] is not '*')
                return text.ToString(TextSpan.FromBounds(line.Start, end));
        }
        return null;
    }

    public bool IsFirstOnLine(SyntaxToken token)
    {
        for (var position = token.SpanStart - 1; position >= 0 && text[position] is not ('\n' or '\r'); position--)
            if (text[position] is not (' ' or '\t' or '\uFEFF'))
                return false;
        return true;
    }

    /// <summary>Whether only comments follow on the line.</summary>
    public static bool IsLastOnLine(SyntaxToken token) =>
        token.TrailingTrivia.Any(SyntaxKind.EndOfLineTrivia) || token.GetNextToken(includeZeroWidth: true).IsKind(SyntaxKind.EndOfFileToken);

    /// <summary>Where the line of a token ends that is the last on it: behind its comments, before the line break.</summary>
    public static int EndOfLine(SyntaxToken token)
    {
        foreach (var trivia in token.TrailingTrivia)
            if (trivia.IsKind(SyntaxKind.EndOfLineTrivia))
                return trivia.SpanStart;
        return token.FullSpan.End;
    }
}
