using System.Collections.Immutable;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Engine;

/// <summary>What an editor asks for: one file, or the part of it that is on the screen, several at a time, of one compilation that is never analysed as a whole.</summary>
public sealed class EditorTests
{
    private const string Source = """
        class Log
        {
            void First(MemoryMappedFile file) { var a = file.CreateViewAccessor(); a.Write(0, 1); Helper.Put(a); }
            void Second(MemoryMappedFile file) { var b = file.CreateViewAccessor(); b.Write(0, 1); b.Flush(); }
            void Third(MemoryMappedFile file) { var c = file.CreateViewAccessor(); c.Write(0, 1); }
        }
        """;

    private const string Helper = "static class Helper { public static void Put(MemoryMappedViewAccessor view) => view.Write(8, 2); }";

    [Fact]
    public async Task OneFile_IsAnalysedWithWhatItCallsInOthers() =>
        Assert.Equal(["First", "Third"], await Reported(Driver(), null));

    [Theory]
    [InlineData("First", new[] { "First" })]
    [InlineData("Second", new string[0])]
    [InlineData("Third", new[] { "Third" })]
    public async Task PartOfAFile_IsAnalysedAlone(string method, string[] reported) =>
        Assert.Equal(reported, await Reported(Driver(), method));

    [Fact]
    public async Task RequestsAtTheSameTime_MissNothing()
    {
        var driver = Driver();
        string?[] asked = [.. Enumerable.Repeat<string?[]>([null, "First", "Second", "Third"], 10).SelectMany(round => round)];
        var answers = await Task.WhenAll(asked.Select(method => Task.Run(() => Reported(driver, method))));
        // The compiler's driver may add what it found for others.
        for (var i = 0; i < asked.Length; i++)
            Assert.Superset(asked[i] switch { null => ["First", "Third"], "Second" => [], var method => new HashSet<string> { method } }, answers[i].ToHashSet());
    }

    private static CompilationWithAnalyzers Driver() => TestCompilation.From(Source, VerifyOptions.Default with { Documents = [new TestFile("Helper.cs", Helper)] })
        .Compile(EditorConfig.Parse("")).WithAnalyzers(AnalysisRun.Ours);

    /// <summary>The methods in which something is reported.</summary>
    private static async Task<string[]> Reported(CompilationWithAnalyzers driver, string? method)
    {
        var tree = driver.Compilation.SyntaxTrees.First();
        var text = await tree.GetTextAsync();
        TextSpan? span = method is null ? null : text.Lines.Single(line => line.ToString().Contains($"void {method}", StringComparison.Ordinal)).Span;
        ImmutableArray<Diagnostic> diagnostics = await driver.GetAnalyzerSemanticDiagnosticsAsync(driver.Compilation.GetSemanticModel(tree), span, CancellationToken.None);
        return [.. diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)
            .Select(diagnostic => text.Lines.GetLineFromPosition(diagnostic.Location.SourceSpan.Start).ToString().Split("void ")[1].Split('(')[0]).Distinct()];
    }
}
