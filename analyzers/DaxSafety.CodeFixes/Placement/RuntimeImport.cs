using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>Adds <c>using DaxSafety;</c> to a file, where its other directives are and in their order.</summary>
internal static class RuntimeImport
{
    public const string Namespace = "DaxSafety";

    /// <summary>Whether the directive has a place: not where <c>#if</c> decides which usings there are.</summary>
    public static bool IsPossible(SyntaxNode root) =>
        root is CompilationUnitSyntax unit && !UsingsOf(unit).Any(directive => directive.GetLeadingTrivia().Any(trivia => trivia.IsKind(SyntaxKind.IfDirectiveTrivia)
            || trivia.IsKind(SyntaxKind.ElseDirectiveTrivia) || trivia.IsKind(SyntaxKind.ElifDirectiveTrivia) || trivia.IsKind(SyntaxKind.EndIfDirectiveTrivia)));

    public static void Edit(SyntaxNode root, Layout layout, EditPieces pieces)
    {
        var unit = (CompilationUnitSyntax)root;
        var directive = $"using {Namespace};";
        var usings = UsingsOf(unit).ToArray();
        if (usings.LastOrDefault(GoesBefore) is { } before)
            pieces.Close(Layout.EndOfLine(before.GetLastToken()), layout.LineBreak + layout.IndentOf(before.GetFirstToken()) + directive, before);
        else if (usings.FirstOrDefault() is { } after)
            pieces.Open(after.SpanStart, directive + layout.LineBreak + layout.IndentOf(after.GetFirstToken()), after);
        else
            pieces.Open(StartOfCode(unit), directive + layout.LineBreak + layout.LineBreak, unit);
    }

    /// <summary>Those of the file, or of its only namespace where they are kept inside.</summary>
    private static IEnumerable<UsingDirectiveSyntax> UsingsOf(CompilationUnitSyntax unit) =>
        unit.Usings.Count == 0 && unit.Members.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault() is { Usings.Count: > 0 } inner ? inner.Usings : unit.Usings;

    /// <summary>The framework's namespaces first, then by name; static ones and aliases last.</summary>
    private static bool GoesBefore(UsingDirectiveSyntax directive)
    {
        if (!directive.GlobalKeyword.IsKind(SyntaxKind.None))
            return true;
        if (!directive.StaticKeyword.IsKind(SyntaxKind.None) || directive.Alias is not null || directive.Name?.ToString() is not { } name)
            return false;
        return name == "System" || name.StartsWith("System.", StringComparison.Ordinal) || string.CompareOrdinal(name, Namespace) < 0;
    }

    /// <summary>Behind the comment at the top of the file, before the comment of its first declaration.</summary>
    private static int StartOfCode(CompilationUnitSyntax unit)
    {
        var first = unit.GetFirstToken(includeZeroWidth: true);
        var documentation = first.LeadingTrivia.FirstOrDefault(trivia => trivia.HasStructure && trivia.GetStructure() is DocumentationCommentTriviaSyntax);
        return documentation == default ? first.SpanStart : documentation.FullSpan.Start;
    }
}
