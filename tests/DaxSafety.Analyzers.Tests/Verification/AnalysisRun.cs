using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>
/// Runs analyzers over a compilation and hands back what they said, in source order. An analyzer that throws (AD0001)
/// fails here, whatever the test is about.
/// </summary>
internal static class AnalysisRun
{
    /// <summary>Every analyzer we ship.</summary>
    public static readonly ImmutableArray<DiagnosticAnalyzer> Ours =
        [.. typeof(Hosts.DurabilityAnalyzer).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !type.IsAbstract)
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type, nonPublic: true)!)];

    public static Task<ImmutableArray<Diagnostic>> Of(TestCompilation test)
    {
        var config = EditorConfig.Parse(test.Options.EditorConfig);
        var compilation = test.Compile(config);
        if (!test.Options.AllowErrors)
            TestCompilation.RequireNoErrors(compilation, "The test source");

        var files = test.Options.AdditionalFiles.Select(file => (AdditionalText)new InMemoryText(file));
        return Of(compilation, test.Options, new AnalyzerOptions([.. files], config));
    }

    public static async Task<ImmutableArray<Diagnostic>> Of(Compilation compilation, VerifyOptions options, AnalyzerOptions analyzerOptions)
    {
        var analyzers = options.Analyzers ?? Ours;
        var run = compilation.WithAnalyzers(analyzers, new CompilationWithAnalyzersOptions(
            analyzerOptions, onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false));
        var diagnostics = await run.GetAnalyzerDiagnosticsAsync();

        var crashes = diagnostics.Where(diagnostic => diagnostic.Id == "AD0001").ToArray();
        if (crashes.Length > 0)
            throw new VerificationFailure("An analyzer threw:\n" + string.Join("\n", crashes.Select(crash => crash.GetMessage())));

        return [.. diagnostics
            .Where(diagnostic => options.OnlyIds is not { } only || only.Contains(diagnostic.Id))
            .OrderBy(diagnostic => diagnostic.Location.GetLineSpan().Path, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Location.SourceSpan.Start)
            .ThenBy(diagnostic => diagnostic.Id, StringComparer.Ordinal)];
    }

    private sealed class InMemoryText(TestFile file) : AdditionalText
    {
        public override string Path => file.Path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(file.Text);
    }
}
