using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using DaxSafety.Benchmarks.Analyzer.Corpus;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>The analyzers that ours is measured against: Microsoft.CodeAnalysis.NetAnalyzers, which every SDK carries.</summary>
internal static class PeerAnalyzers
{
    private const string OwnershipRule = "CA2000";

    private static readonly Lazy<ImmutableArray<DiagnosticAnalyzer>> s_all = new(Load);

    /// <summary>What a build of a project with no settings of its own runs: the rules that are warnings by default.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> SdkDefaults => [.. s_all.Value.Where(analyzer => analyzer.SupportedDiagnostics.Any(IsWarning))];

    /// <summary>The rule nearest to ours in kind: who owes the Dispose, along every path.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> Ownership => [.. s_all.Value.Where(analyzer => analyzer.SupportedDiagnostics.Any(rule => rule.Id == OwnershipRule))];

    /// <summary>The options under which only the default warnings run.</summary>
    public static CSharpCompilation WithDefaults(CSharpCompilation compilation) => With(compilation, IsWarning);

    /// <summary>The options under which only the ownership rule runs, which is off by default.</summary>
    public static CSharpCompilation WithOwnership(CSharpCompilation compilation) => With(compilation, rule => rule.Id == OwnershipRule);

    private static CSharpCompilation With(CSharpCompilation compilation, Func<DiagnosticDescriptor, bool> runs)
        => compilation.WithOptions(compilation.Options.WithSpecificDiagnosticOptions(
            s_all.Value.SelectMany(analyzer => analyzer.SupportedDiagnostics).GroupBy(rule => rule.Id, StringComparer.Ordinal)
                .ToImmutableDictionary(rules => rules.Key, rules => rules.Any(runs) ? ReportDiagnostic.Warn : ReportDiagnostic.Suppress)));

    private static bool IsWarning(DiagnosticDescriptor rule) => rule is { IsEnabledByDefault: true, DefaultSeverity: >= DiagnosticSeverity.Warning };

    private static ImmutableArray<DiagnosticAnalyzer> Load()
        => [.. Directory.EnumerateFiles(CorpusCompilations.Setting("Corpus.Peers"), "*.dll").Order(StringComparer.Ordinal)
            .SelectMany(path => new AnalyzerFileReference(path, Loader.Instance).GetAnalyzers(LanguageNames.CSharp))];

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public static readonly Loader Instance = new();

        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => AssemblyLoadContext.Default.LoadFromAssemblyPath(fullPath);
    }
}
