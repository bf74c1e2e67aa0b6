using System.Runtime.CompilerServices;
using DaxSafety.Analyzers.Rules;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Conformance;

/// <summary>Every rule has the page its help link names, headed by the catalogue's own words, and the index lists it.</summary>
public sealed class RulePagesTests
{
    private static readonly string Docs = Path.GetFullPath(Path.Combine(Folder(), "../../../docs"));

    public static TheoryData<string> Ids => new(RuleCatalog.All.Select(rule => rule.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_IsHeadedByTheCatalogue(string id)
    {
        var rule = RuleOf(id);
        var lines = File.ReadAllLines(PageOf(id));
        Assert.Equal($"# {id}: {rule.Title}", lines[0]);
        Assert.Equal($"Category: {rule.Category} · Default: {SeverityOf(rule)}", lines[2]);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HelpLink_EndsWithThePage(string id) =>
        Assert.EndsWith($"/docs/rules/{id}.md", RuleOf(id).HelpLinkUri, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Index_ListsTheRule(string id)
    {
        var rule = RuleOf(id);
        var row = $"| {id} | {rule.Title} | {rule.Category} | {SeverityOf(rule)} | [{id}.md](rules/{id}.md) |";
        Assert.Contains(row, File.ReadAllLines(Path.Combine(Docs, "README.md")));
    }

    [Fact]
    public void EveryPage_IsOfARule() =>
        Assert.Equal(
            RuleCatalog.All.Select(rule => rule.Id).Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(Docs, "rules"), "*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    private static DiagnosticDescriptor RuleOf(string id) => RuleCatalog.All.Single(rule => rule.Id == id);

    private static string PageOf(string id) => Path.Combine(Docs, "rules", id + ".md");

    /// <summary>As an .editorconfig says it.</summary>
    private static string SeverityOf(DiagnosticDescriptor rule) => rule.DefaultSeverity switch
    {
        DiagnosticSeverity.Error => "error",
        DiagnosticSeverity.Warning => "warning",
        DiagnosticSeverity.Info => "suggestion",
        _ => "silent",
    };

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
