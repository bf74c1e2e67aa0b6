using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>
/// What a fix must not do: leave what it fixed, bring something new, by the compiler's word or by ours, or touch what stood there.
/// </summary>
internal static class FixFaults
{
    public static IEnumerable<string> Of(Examined before, Examined after, IReadOnlyList<Diagnostic> meant, SourceText text, SourceText fixedText)
    {
        if (text.ContentEquals(fixedText))
            return ["it changes nothing"];
        return OfCompiler(before, after).Concat(OfOurs(before, after, meant)).Concat(OfText(meant[0].Id, text.ToString(), fixedText.ToString()));
    }

    private static IEnumerable<string> OfCompiler(Examined before, Examined after)
    {
        var known = before.ByCompiler.Select(diagnostic => diagnostic.ToString().Split(": ", 2)[1]).ToList();
        foreach (var diagnostic in after.ByCompiler)
            if (!known.Remove(diagnostic.ToString().Split(": ", 2)[1]))
                yield return "the compiler says:" + DiagnosticText.Describe(diagnostic);
    }

    private static IEnumerable<string> OfOurs(Examined before, Examined after, IReadOnlyList<Diagnostic> meant)
    {
        var kept = before.ByUs.Except(meant).Select(Known).ToList();
        var toFix = meant.Select(Known).ToHashSet();
        foreach (var diagnostic in after.ByUs)
            if (!kept.Remove(Known(diagnostic)))
                yield return (toFix.Contains(Known(diagnostic)) ? "it does not fix:" : "it adds:") + DiagnosticText.Describe(diagnostic);

        // Lines move, what stands there does not.
        static (string, string) Known(Diagnostic diagnostic) => (diagnostic.Id, diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan));
    }

    private static IEnumerable<string> OfText(string id, string before, string after)
    {
        var (old, now) = (Root(before), Root(after));
        if (id is RuleIds.WriteNotFlushed or RuleIds.MappingNeverFlushed or RuleIds.WriteBackNotFenced && Missing(Tokens(old), Tokens(now)) is { } token)
            yield return $"it takes away '{token}'";
        if (!Comments(old).SequenceEqual(Comments(now)))
            yield return "it changes comments or directives";
        if (BlankLines(before) + (after.StartsWith(before.Split('\n')[0], StringComparison.Ordinal) ? 0 : 1) < BlankLines(after) || BlankLines(after) < BlankLines(before))
            yield return "it changes blank lines";
        if (LooseEnds(after) > LooseEnds(before))
            yield return "it leaves white space at the end of a line";
    }

    private static SyntaxNode Root(string text) => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();

    /// <summary>An expression body that becomes a block loses its arrow, and a value may be kept before it is returned or yielded.</summary>
    private static IEnumerable<string> Tokens(SyntaxNode root) =>
        root.DescendantTokens().Where(token => token.Kind() is not (SyntaxKind.ReturnKeyword or SyntaxKind.YieldKeyword) && !(token.IsKind(SyntaxKind.EqualsGreaterThanToken) && token.Parent is ArrowExpressionClauseSyntax)).Select(token => token.Text);

    private static IEnumerable<string> Comments(SyntaxNode root) =>
        root.DescendantTrivia().Where(trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia)).Select(trivia => trivia.ToFullString().Trim());

    private static int BlankLines(string text) => text.Split('\n').Count(line => line.Trim().Length == 0);

    private static int LooseEnds(string text) => text.Split('\n').Count(line => line.TrimEnd('\r') is var rest && rest.Length > 0 && char.IsWhiteSpace(rest[^1]));

    private static string? Missing(IEnumerable<string> tokens, IEnumerable<string> among)
    {
        using var there = among.GetEnumerator();
        foreach (var token in tokens)
            do
                if (!there.MoveNext())
                    return token;
            while (there.Current != token);
        return null;
    }
}
