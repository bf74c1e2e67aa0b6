using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>Everything that is done to a document at once: statements put into slots, each once, and pieces replaced.</summary>
internal sealed class DocumentEdits(SyntaxNode root, SourceText text)
{
    private readonly Dictionary<Slot, List<string>> _statements = [];
    private readonly Dictionary<Slot, ReturnedValue> _values = [];
    private readonly List<(SyntaxNode Scope, string Name)> _named = [];
    private readonly EditPieces _pieces = new();
    private readonly Layout _layout = new(text);
    private bool _import;

    public void Insert(Slot slot, string statement, ReturnedValue? value = null)
    {
        if (value is not null)
            _values[slot] = value;
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

    /// <summary>Puts the body of a new <c>if</c> below a statement, one level in; with braces around both where the statement is a branch.</summary>
    public void Append(SyntaxNode statement, string body, bool isBranch)
    {
        var first = statement.GetFirstToken();
        var last = statement.GetLastToken();
        if (_layout.IsFirstOnLine(first) && Layout.IsLastOnLine(last))
            _pieces.Close(Layout.EndOfLine(last), _layout.LineBreak + _layout.IndentOf(first) + _layout.StepAt(statement) + body, statement);
        else
            _pieces.Close(last.Span.End, " " + body, statement);
        if (isBranch)
            Embed(statement, []);
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
        if (slot.Shape == SlotShape.Value)
            InsertBeforeReturn(slot.Node, statements, _values[slot]);
        else if (slot.Shape == SlotShape.Expression)
            ExpressionBody.Edit(slot.Node, statements, _layout, _pieces);
        else if (slot.Shape == SlotShape.Exit)
            InsertBefore(slot.Node, statements);
        else if (slot.Shape == SlotShape.Last)
            InsertLast((BlockSyntax)slot.Node, statements);
        else if (slot.Shape == SlotShape.Embedded)
            Embed(slot.Node, statements);
        else
            Append(slot.Node, statements);
    }

    /// <summary>Behind what the block says last, be it a comment.</summary>
    private void InsertLast(BlockSyntax block, IReadOnlyList<string> statements)
    {
        var brace = block.CloseBraceToken;
        if (_layout.IsFirstOnLine(brace))
        {
            var outer = _layout.IndentOf(brace);
            var indent = block.Statements.LastOrDefault()?.GetFirstToken() is { } last && _layout.IsFirstOnLine(last)
                ? _layout.IndentOf(last) : outer + _layout.StepAt(block.Parent!);
            _pieces.Open(brace.SpanStart - outer.Length, string.Concat(statements.Select(statement => indent + statement + _layout.LineBreak)), block);
        }
        else
            _pieces.Open(brace.SpanStart, (text[brace.SpanStart - 1] is ' ' or '\t' ? "" : " ") + string.Join(" ", statements) + " ", block);
    }

    private void InsertBefore(SyntaxNode exit, IReadOnlyList<string> statements)
    {
        if (IsInList(exit))
        {
            foreach (var statement in statements)
                InsertBefore(exit, statement);
            return;
        }
        Embed(exit, [], statements);
    }

    /// <summary><c>return value;</c> becomes <c>var result = value;</c>, what is to be done, and <c>return result;</c>.</summary>
    private void InsertBeforeReturn(SyntaxNode exit, IReadOnlyList<string> statements, ReturnedValue value)
    {
        var scope = IsInList(exit) ? exit.Ancestors().First(node => node is BlockSyntax or SwitchStatementSyntax or CompilationUnitSyntax) : exit;
        var name = value.Names.FirstOrDefault(free => !_named.Any(other => other.Name == free && (other.Scope.Span.Contains(scope.Span) || scope.Span.Contains(other.Scope.Span)))) ?? value.Names[0] + (_named.Count + 1);
        _named.Add((scope, name));
        var declaration = $"{value.Type} {name} =";
        string[] all = [.. statements, exit is YieldStatementSyntax ? $"yield return {name};" : $"return {name};"];
        if (exit is not StatementSyntax)
        {
            ExpressionBody.Edit(exit, all, _layout, _pieces, declaration + " ");
            return;
        }
        _pieces.Replace(exit is YieldStatementSyntax yield ? TextSpan.FromBounds(yield.SpanStart, yield.ReturnOrBreakKeyword.Span.End) : ((ReturnStatementSyntax)exit).ReturnKeyword.Span, declaration);
        if (IsInList(exit))
            Append(exit, all);
        else
            Embed(exit, all);
    }

    private static bool IsInList(SyntaxNode statement) => statement.Parent is BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax;

    /// <summary>On a line of its own, unless the statement shares its line with others: then behind it.</summary>
    private void Append(SyntaxNode node, IReadOnlyList<string> statements)
    {
        var last = node.GetLastToken();
        var first = node.DescendantNodesAndSelf().First(part => part is not LabeledStatementSyntax).GetFirstToken();
        if (_layout.IsFirstOnLine(first) && Layout.IsLastOnLine(last))
            _pieces.Close(Layout.EndOfLine(last), Lines(_layout.IndentOf(first), statements), node);
        else
            _pieces.Close(last.Span.End, " " + string.Join(" ", statements), node);
    }

    private void Embed(SyntaxNode node, IReadOnlyList<string> after, IReadOnlyList<string>? before = null)
    {
        var first = node.GetFirstToken();
        var last = node.GetLastToken();
        if (!_layout.IsFirstOnLine(first) || !Layout.IsLastOnLine(last))
        {
            _pieces.Open(node.SpanStart, "{ " + string.Concat((before ?? []).Select(statement => statement + " ")), node);
            _pieces.Close(last.Span.End, string.Concat(after.Select(statement => " " + statement)) + " }", node);
            return;
        }
        var outer = _layout.IndentOf(node.Parent!.GetFirstToken());
        _pieces.Open(Layout.EndOfLine(first.GetPreviousToken()), _layout.LineBreak + outer + "{" + Lines(_layout.IndentOf(first), before ?? []), node);
        _pieces.Close(Layout.EndOfLine(last), Lines(_layout.IndentOf(first), after) + _layout.LineBreak + outer + "}", node);
    }

    private string Lines(string indent, IReadOnlyList<string> statements) =>
        string.Concat(statements.Select(statement => _layout.LineBreak + indent + statement));
}
