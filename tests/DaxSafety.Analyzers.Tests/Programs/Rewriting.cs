using System.Text;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Programs;

/// <summary>What becomes of a piece of source. Nothing put in has a line break, so that every line keeps its number.</summary>
internal sealed record Edit(TextSpan Span, string Text)
{
    public static Edit Before(SyntaxNode node, string text) => new(new TextSpan(node.SpanStart, 0), text);

    public static Edit After(SyntaxNode node, string text) => new(new TextSpan(node.Span.End, 0), text);

    /// <summary>Another member at the end of a type.</summary>
    public static Edit Member(TypeDeclarationSyntax type, string text) => new(new TextSpan(type.CloseBraceToken.SpanStart, 0), text);

    public static Edit[] Around(SyntaxNode node, string before, string after) => [Before(node, before), After(node, after)];
}

/// <summary>Another way of writing the same: where it can be applied, and what it does there.</summary>
/// <param name="Name">As the test calls it.</param>
/// <param name="Sites">Each place, with the edits that belong together there.</param>
/// <param name="Moves">It takes code to another line, so that only the rules that report are compared.</param>
/// <param name="IsRare">Few programs have a place for it, so that it is tried on more of them.</param>
internal sealed record Rewrite(string Name, Func<SemanticModel, IEnumerable<Edit[]>> Sites, bool Moves = false, bool IsRare = false)
{
    /// <summary>The source with the rewrite applied wherever it can be; the source itself where it cannot.</summary>
    public string Apply(TestCompilation program)
    {
        var source = program.Sources[0].Text;
        var compilation = program.Compile(EditorConfig.Parse(program.Options.EditorConfig));
        var taken = new List<Edit>();
        foreach (var site in Sites(compilation.GetSemanticModel(compilation.SyntaxTrees.First())))
            if (site.All(edit => edit.Text.IndexOf('\n') < 0 && taken.TrueForAll(other => AreApart(edit.Span, other.Span))))
                taken.AddRange(site);
        var text = new StringBuilder(source);
        // What was put in first at one place stands first.
        foreach (var edit in taken.Select((edit, order) => (edit, order)).OrderByDescending(entry => entry.edit.Span.Start).ThenByDescending(entry => entry.order).Select(entry => entry.edit))
            text.Remove(edit.Span.Start, edit.Span.Length).Insert(edit.Span.Start, edit.Text);
        return text.ToString();
    }

    /// <summary>Two insertions may stand at one place; what is replaced is nobody else's.</summary>
    private static bool AreApart(TextSpan a, TextSpan b) => (a.IsEmpty && b.IsEmpty) || !a.IntersectsWith(b);
}
