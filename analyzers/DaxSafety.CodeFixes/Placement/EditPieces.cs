using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>
/// Small edits of one text, collected in any order. Where several meet at one position, what closes an inner construct comes before
/// what closes the one around it, and what opens one comes after both.
/// </summary>
internal sealed class EditPieces
{
    private readonly List<Piece> _pieces = [];

    public void Open(int position, string text, SyntaxNode construct) => _pieces.Add(new(new TextSpan(position, 0), text, 1, construct.SpanStart));

    public void Close(int position, string text, SyntaxNode construct) => _pieces.Add(new(new TextSpan(position, 0), text, 0, -construct.SpanStart));

    /// <summary>The first of several that overlap is made; the others were found on the same text and would say the same.</summary>
    public void Replace(TextSpan span, string text)
    {
        if (!_pieces.Any(piece => piece.Phase == 2 && (piece.Span.OverlapsWith(span) || piece.Span == span)))
            _pieces.Add(new(span, text, 2, 0));
    }

    public SourceText ApplyTo(SourceText text) => text.WithChanges(_pieces
        .OrderBy(piece => piece.Span.Start).ThenBy(piece => piece.Phase).ThenBy(piece => piece.Rank)
        .GroupBy(piece => (piece.Span.Start, IsReplacement: piece.Phase == 2))
        .Select(group => new TextChange(group.First().Span, string.Concat(group.Select(piece => piece.Text)))));

    private sealed record Piece(TextSpan Span, string Text, int Phase, int Rank);
}
