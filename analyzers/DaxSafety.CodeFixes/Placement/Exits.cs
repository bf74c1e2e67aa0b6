using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>Where the function is left with something undone, if the diagnostic says so. A flush need not stand before any other way out.</summary>
internal sealed class Exits
{
    /// <summary>Nobody knows: any may be one.</summary>
    public static readonly Exits Unknown = new([]);

    private readonly IReadOnlyList<SyntaxToken> _first;

    private Exits(IReadOnlyList<SyntaxToken> first) => _first = first;

    /// <summary>From the text positions that diagnostics carry.</summary>
    public static Exits At(SyntaxNode root, IEnumerable<string?> positions)
    {
        var first = new List<SyntaxToken>();
        foreach (var text in positions)
        {
            if (text is null)
                return Unknown;
            foreach (var position in text.Split(','))
                if (int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var start) && root.FullSpan.Contains(start))
                    first.Add(root.FindToken(start));
        }
        return new(first);
    }

    /// <summary>Whether that <c>return</c> may be one. Those of a value are told exactly; a bare one may be taken for the end of the body.</summary>
    public bool MayBe(ReturnStatementSyntax statement) =>
        _first.Count == 0 || _first.Any(token => token == statement.ReturnKeyword || statement.Expression is null && token.IsKind(SyntaxKind.CloseBraceToken));
}
