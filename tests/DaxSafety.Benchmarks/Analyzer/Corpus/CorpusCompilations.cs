using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Benchmarks.Analyzer.Corpus;

/// <summary>
/// Turns the projects of a corpus into compilations against the framework's reference assemblies. Packages are not restored: what
/// needs them does not bind, and the analyzer has to live with that as it does in an editor.
/// </summary>
internal sealed class CorpusCompilations(string root)
{
    private static readonly string[] s_usings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly ImmutableArray<string> s_symbols =
    [
        "NET", "NETCOREAPP", "NET10_0", "RELEASE", "TRACE",
        .. Enumerable.Range(5, 6).Select(version => $"NET{version}_0_OR_GREATER"),
        "NETCOREAPP2_0_OR_GREATER", "NETCOREAPP2_1_OR_GREATER", "NETCOREAPP3_0_OR_GREATER", "NETCOREAPP3_1_OR_GREATER",
    ];

    private static readonly Lazy<ImmutableArray<MetadataReference>> s_references = new(
        () => [.. Directory.EnumerateFiles(Setting("Corpus.References"), "*.dll").Order(StringComparer.Ordinal).Select(path => MetadataReference.CreateFromFile(path))]);

    private readonly Dictionary<string, CSharpCompilation> _byProjectFile = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourceProject> _projects = new(StringComparer.Ordinal);

    public static ImmutableArray<MetadataReference> FrameworkReferences => s_references.Value;

    public static string Setting(string key) => typeof(CorpusCompilations).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    public IReadOnlyList<(SourceProject Project, CSharpCompilation Compilation)> Load()
    {
        IReadOnlyList<SourceProject> projects = CorpusFolder.Read(root);
        foreach (SourceProject project in projects)
            _projects[project.ProjectFile ?? ""] = project;
        return [.. projects.Select(project => (project, Compile(project, [])))];
    }

    /// <summary>The same sources as new trees, so that nothing an analyzer remembers of a tree is reused.</summary>
    public static CSharpCompilation Fresh(CSharpCompilation compilation)
    {
        IEnumerable<SyntaxTree> trees = compilation.SyntaxTrees.Select(
            tree => CSharpSyntaxTree.ParseText(tree.GetText(), (CSharpParseOptions)tree.Options, tree.FilePath));
        return compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(trees);
    }

    /// <summary>A compilation of one source text, for what the measurements generate.</summary>
    public static CSharpCompilation Of(string source) => Create("Generated", [Parse(source, "Generated.cs", new SourceProject("Generated", null, []))], false, []);

    private CSharpCompilation Compile(SourceProject project, ImmutableHashSet<string> users)
    {
        string key = project.ProjectFile ?? "";
        if (_byProjectFile.TryGetValue(key, out CSharpCompilation? known))
            return known;
        List<MetadataReference> references = [];
        foreach (string reference in project.References)
        {
            // A project that refers to itself in a circle is broken; it gets no reference rather than no analysis.
            if (!users.Contains(reference) && reference != key && _projects.TryGetValue(reference, out SourceProject? referenced))
                references.Add(Compile(referenced, users.Add(key)).ToMetadataReference());
        }

        List<SyntaxTree> trees = [.. project.Files.Select(file => Parse(File.ReadAllText(file), file, project))];
        if (project.ImplicitUsings)
            trees.Add(Parse(string.Concat(s_usings.Select(name => $"global using global::{name};\n")), "ImplicitUsings.g.cs", project));
        return _byProjectFile[key] = Create(Path.GetFileNameWithoutExtension(key), trees, project.Nullable, references);
    }

    private static SyntaxTree Parse(string text, string path, SourceProject project)
        => CSharpSyntaxTree.ParseText(
            SourceText.From(text, System.Text.Encoding.UTF8),
            CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest).WithPreprocessorSymbols(s_symbols.AddRange(project.Symbols)),
            path);

    private static CSharpCompilation Create(string name, IEnumerable<SyntaxTree> trees, bool nullable, IEnumerable<MetadataReference> references)
        => CSharpCompilation.Create(
            name.Length > 0 ? name : "Loose",
            trees,
            [.. s_references.Value, .. references],
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                allowUnsafe: true,
                nullableContextOptions: nullable ? NullableContextOptions.Enable : NullableContextOptions.Disable));
}
