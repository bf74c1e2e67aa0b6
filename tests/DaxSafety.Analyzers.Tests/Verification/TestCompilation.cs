using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>The sources of a test as the compiler sees them, marks taken out, with what an .editorconfig says about them.</summary>
internal sealed class TestCompilation
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.IO.MemoryMappedFiles;
        global using System.Linq;
        global using System.Runtime.CompilerServices;
        global using System.Runtime.InteropServices;
        global using System.Text;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>What frameworks before .NET Core lack.</summary>
    private const string ModernUsings = """
        global using System.Buffers;
        global using System.Buffers.Binary;
        """;

    private const string ContractStubs = """
        namespace DaxSafety
        {
            [System.AttributeUsage(System.AttributeTargets.All)]
            internal sealed class MappedAttribute : System.Attribute { }
            [System.AttributeUsage(System.AttributeTargets.All)]
            internal sealed class LeavesDirtyAttribute : System.Attribute { }
            [System.AttributeUsage(System.AttributeTargets.All)]
            internal sealed class PersistsAttribute : System.Attribute { }
            [System.AttributeUsage(System.AttributeTargets.All)]
            internal sealed class CommitMarkerAttribute : System.Attribute { }
        }
        """;

    private TestCompilation(VerifyOptions options, ImmutableArray<Markup> documents)
    {
        Options = options;
        Documents = documents;
        Sources = [.. documents.Select(document => new TestFile(document.Path, document.Text)), .. Surroundings(options)];
    }

    public VerifyOptions Options { get; }

    /// <summary>The test's own documents.</summary>
    public ImmutableArray<Markup> Documents { get; }

    /// <summary>Everything that is compiled: the documents, and the usings and stubs around them.</summary>
    public ImmutableArray<TestFile> Sources { get; }

    public IEnumerable<MarkedSpan> Marks => Documents.SelectMany(document => document.Spans);

    public static TestCompilation From(string source, VerifyOptions options) =>
        new(options, [
            Markup.Parse(options.MainPath, source, options.DefaultId),
            .. options.Documents.Select(file => Markup.Parse(file.Path, file.Text, options.DefaultId))]);

    public CSharpParseOptions ParseOptions =>
        new(LanguageVersion.Preview, preprocessorSymbols: Options.PreprocessorSymbols);

    public CSharpCompilationOptions CompilationOptions =>
        new(Options.OutputKind ?? (Documents.Any(IsProgram) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary),
            allowUnsafe: Options.AllowUnsafe, nullableContextOptions: NullableContextOptions.Disable);

    public IEnumerable<MetadataReference> References =>
        [.. Options.References.References, .. Options.WithRuntime ? [ReferenceSet.Runtime] : Array.Empty<MetadataReference>(), .. Options.MoreReferences];

    public CSharpCompilation Compile(EditorConfig config)
    {
        var trees = Sources.Select(file => CSharpSyntaxTree.ParseText(SourceText.From(file.Text), ParseOptions, file.Path));
        return CSharpCompilation.Create("Test", trees, References,
            CompilationOptions.WithSyntaxTreeOptionsProvider(config.Severities));
    }

    /// <summary>The compiler's errors, unless the test allows them, as a failure that shows the lines.</summary>
    public static void RequireNoErrors(Compilation compilation, string what)
    {
        var errors = compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToArray();
        if (errors.Length > 0)
            throw new VerificationFailure($"{what} does not compile:\n{DiagnosticText.List(errors)}");
    }

    private static IEnumerable<TestFile> Surroundings(VerifyOptions options)
    {
        if (options.GlobalUsings)
            yield return new("/GlobalUsings.cs", Usings);
        if (options.GlobalUsings && (options.References == ReferenceSet.Net10 || options.References == ReferenceSet.Net8))
            yield return new("/ModernUsings.cs", ModernUsings);
        if (options.WithContractStubs)
            yield return new("/Contracts.cs", ContractStubs);
    }

    private static bool IsProgram(Markup document) =>
        ((CompilationUnitSyntax)CSharpSyntaxTree.ParseText(document.Text, new(LanguageVersion.Preview)).GetRoot())
            .Members.Any(member => member is GlobalStatementSyntax);
}
