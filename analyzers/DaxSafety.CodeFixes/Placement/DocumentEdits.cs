using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>Everything that is done to a document at once: statements put into slots, each once, and pieces replaced.</summary>
internal sealed class DocumentEdits(SyntaxNode root, SourceText text)
{
    private readonly Dictionary<Slot, List<string>> _statements = [];
    private readonly EditPieces _pieces = new();
    private readonly Layout _layout = new(text);
    private bool _import;

    public void Insert(Slot slot, string statement)
    {
        if (!_statements.TryGetValue(slot, out var there))
            _statements[slot] = there = [];
        if (!there.Contains(statement))
            there.Add(statement);
    }

    /// <summary>Puts a statement before another one of a list.</summary>
    public void InsertBefore(SyntaxNode statement, string text)
    {
        var first = statement.GetFirstToken();
        _pieces.Open(statement.SpanStart, _layout.IsFirstOnLine(first) ? text + _layout.LineBreak + _layout.IndentOf(first) : text + " ", statement);
    }

    /// <summary>Puts the body of a new <c>if</c> below a statement, one level in.</summary>
    public void Append(SyntaxNode statement, string body)
    {
        var first = statement.GetFirstToken();
        var last = statement.GetLastToken();
        if (_layout.IsFirstOnLine(first) && Layout.IsLastOnLine(last))
            _pieces.Close(Layout.EndOfLine(last), _layout.LineBreak + _layout.IndentOf(first) + _layout.StepAt(statement) + body, statement);
        else
            _pieces.Close(last.Span.End, " " + body, statement);
    }

    public void Replace(TextSpan span, string replacement) => _pieces.Replace(span, replacement);

    /// <summary>Makes the runtime library's names known.</summary>
    public void ImportRuntime() => _import = true;

    public SourceText Apply()
    {
        foreach (var entry in _statements)
            Insert(entry.Key, entry.Value);
        if (_import)
            RuntimeImport.Edit(root, _layout, _pieces);
        return _pieces.ApplyTo(text);
    }

    private void Insert(Slot slot, IReadOnlyList<string> statements)
    {
        if (slot.Shape == SlotShape.Expression)
            ExpressionBody.Edit(slot.Node, statements, _layout, _pieces);
        else if (slot.Shape == SlotShape.Embedded)
            Embed(slot.Node, statements);
        else
            Append(slot.Node, statements);
    }

    /// <summary>On a line of its own, unless the statement shares its line with others: then behind it.</summary>
    private void Append(SyntaxNode node, IReadOnlyList<string> statements)
    {
        var last = node.GetLastToken();
        if (_layout.IsFirstOnLine(node.GetFirstToken()) && Layout.IsLastOnLine(last))
            _pieces.Close(Layout.EndOfLine(last), Lines(_layout.IndentOf(node.GetFirstToken()), statements), node);
        else
            _pieces.Close(last.Span.End, " " + string.Join(" ", statements), node);
    }

    private void Embed(SyntaxNode node, IReadOnlyList<string> statements)
    {
        var first = node.GetFirstToken();
        var last = node.GetLastToken();
        if (!_layout.IsFirstOnLine(first) || !Layout.IsLastOnLine(last))
        {
            _pieces.Open(node.SpanStart, "{ ", node);
            _pieces.Close(last.Span.End, " " + string.Join(" ", statements) + " }", node);
            return;
        }
        var outer = _layout.IndentOf(node.Parent!.GetFirstToken());
        _pieces.Open(Layout.EndOfLine(first.GetPreviousToken()), _layout.LineBreak + outer + "{", node);
        _pieces.Close(Layout.EndOfLine(last), Lines(_layout.IndentOf(first), statements) + _layout.LineBreak + outer + "}", node);
    }

    private string Lines(string indent, IReadOnlyList<string> statements) =>
        string.Concat(statements.Select(statement => _layout.LineBreak + indent + statement));
}
