using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>
/// What a test may say beside its source. The defaults are an ordinary unsafe library on .NET 10 under all our analyzers;
/// a source with top-level statements becomes a program by itself.
/// </summary>
internal sealed record VerifyOptions
{
    public static readonly VerifyOptions Default = new();

    /// <summary>The ID that <c>[|span|]</c> stands for.</summary>
    public string DefaultId { get; init; } = RuleIds.WriteNotFlushed;

    public ReferenceSet References { get; init; } = ReferenceSet.Net10;

    public ImmutableArray<MetadataReference> MoreReferences { get; init; } = [];

    /// <summary>References the runtime library and its contract attributes.</summary>
    public bool WithRuntime { get; init; }

    /// <summary>Declares the contract attributes in the source itself, as a library without our runtime may.</summary>
    public bool WithContractStubs { get; init; }

    /// <summary>The usings that nearly every test needs, so that sources show only what they are about.</summary>
    public bool GlobalUsings { get; init; } = true;

    /// <summary>Further documents; marks count in them too.</summary>
    public ImmutableArray<TestFile> Documents { get; init; } = [];

    /// <summary>Text of an .editorconfig (or of a global one, with <c>is_global = true</c>) that holds for every document.</summary>
    public string EditorConfig { get; init; } = "";

    public ImmutableArray<TestFile> AdditionalFiles { get; init; } = [];

    /// <summary>Test sources must compile. A test about broken code says so.</summary>
    public bool AllowErrors { get; init; }

    public bool AllowUnsafe { get; init; } = true;

    public OutputKind? OutputKind { get; init; }

    public ImmutableArray<string> PreprocessorSymbols { get; init; } = [];

    /// <summary>Looks only at these IDs; others are neither expected nor unexpected. Null for all.</summary>
    public ImmutableArray<string>? OnlyIds { get; init; }

    /// <summary>Analyzers to run instead of all of ours.</summary>
    public ImmutableArray<DiagnosticAnalyzer>? Analyzers { get; init; }

    /// <summary>The name of the document that the test's main source becomes.</summary>
    public string MainPath { get; init; } = "/Test.cs";
}
