using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>What the compiler says about a project, and what our analyzers do.</summary>
internal sealed record Examined(ImmutableArray<Diagnostic> ByCompiler, ImmutableArray<Diagnostic> ByUs);

/// <summary>
/// The sources of a test as a project in a workspace, because fixes change solutions. Every step is checked by analysing
/// the project anew: no diagnostic of an older text is ever handed to a fix.
/// </summary>
internal sealed class TestWorkspace : IDisposable
{
    private readonly AdhocWorkspace _workspace = new();
    private readonly ProjectId _project = ProjectId.CreateNewId();

    public TestWorkspace(TestCompilation test)
    {
        Test = test;
        var solution = _workspace.CurrentSolution.AddProject(ProjectInfo.Create(
            _project, VersionStamp.Default, "Test", "Test", LanguageNames.CSharp,
            compilationOptions: test.CompilationOptions, parseOptions: test.ParseOptions, metadataReferences: test.References));
        foreach (var file in test.Sources)
            solution = solution.AddDocument(DocumentId.CreateNewId(_project, file.Path), Path.GetFileName(file.Path), SourceText.From(file.Text), filePath: file.Path);
        foreach (var file in test.Options.AdditionalFiles)
            solution = solution.AddAdditionalDocument(DocumentId.CreateNewId(_project, file.Path), Path.GetFileName(file.Path), SourceText.From(file.Text), filePath: file.Path);
        Solution = solution;
    }

    public TestCompilation Test { get; }

    public Solution Solution { get; private set; }

    public Project Project => Solution.GetProject(_project)!;

    public void Apply(Solution changed) => Solution = changed;

    public Document DocumentAt(string path) =>
        Project.Documents.Single(document => document.FilePath == path);

    public async Task<string> TextOf(string path) =>
        (await DocumentAt(path).GetTextAsync()).ToString().ReplaceLineEndings("\n");

    /// <summary>What our analyzers say about the project as it is now.</summary>
    public async Task<ImmutableArray<Diagnostic>> Analyze(string what)
    {
        var compilation = await Compile();
        if (!Test.Options.AllowErrors)
            TestCompilation.RequireNoErrors(compilation, what);
        return await Analyze(compilation);
    }

    /// <summary>What the compiler and our analyzers say about the project as it is now, errors or not.</summary>
    public async Task<Examined> Examine()
    {
        var compilation = await Compile();
        return new(compilation.GetDiagnostics(), await Analyze(compilation));
    }

    private async Task<Compilation> Compile()
    {
        var compilation = (await Project.GetCompilationAsync())!;
        return compilation.WithOptions(compilation.Options.WithSyntaxTreeOptionsProvider(EditorConfig.Parse(Test.Options.EditorConfig).Severities));
    }

    private Task<ImmutableArray<Diagnostic>> Analyze(Compilation compilation) =>
        AnalysisRun.Of(compilation, Test.Options, new AnalyzerOptions(Project.AnalyzerOptions.AdditionalFiles, EditorConfig.Parse(Test.Options.EditorConfig)));

    public void Dispose() => _workspace.Dispose();
}
