using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>An .editorconfig applied the way the compiler applies it: options for the analyzer and severities for its rules.</summary>
internal sealed class EditorConfig : AnalyzerConfigOptionsProvider
{
    private readonly AnalyzerConfigSet _set;

    private EditorConfig(AnalyzerConfigSet set)
    {
        _set = set;
        Severities = new SeverityProvider(set);
    }

    public SyntaxTreeOptionsProvider Severities { get; }

    public override AnalyzerConfigOptions GlobalOptions => new Values(_set.GlobalConfigOptions.AnalyzerOptions);

    public static EditorConfig Parse(string text)
    {
        var isGlobal = text.Contains("is_global", StringComparison.Ordinal);
        var sectioned = isGlobal || text.Contains('[') || text.Length == 0 ? text : "[*.cs]\n" + text;
        var config = AnalyzerConfig.Parse(sectioned, isGlobal ? "/.globalconfig" : "/.editorconfig");
        return new(AnalyzerConfigSet.Create(new[] { config }));
    }

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => For(tree.FilePath);

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => For(textFile.Path);

    private Values For(string path)
    {
        var options = _set.GlobalConfigOptions.AnalyzerOptions;
        return new(options.SetItems(_set.GetOptionsForSourcePath(path).AnalyzerOptions));
    }

    private sealed class Values(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override IEnumerable<string> Keys => values.Keys;

        public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value) =>
            values.TryGetValue(key.ToLowerInvariant(), out value);
    }

    private sealed class SeverityProvider(AnalyzerConfigSet set) : SyntaxTreeOptionsProvider
    {
        public override GeneratedKind IsGenerated(SyntaxTree tree, CancellationToken cancellationToken) => GeneratedKind.Unknown;

        public override bool TryGetDiagnosticValue(SyntaxTree tree, string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            set.GetOptionsForSourcePath(tree.FilePath).TreeOptions.TryGetValue(diagnosticId, out severity);

        public override bool TryGetGlobalDiagnosticValue(string diagnosticId, CancellationToken cancellationToken, out ReportDiagnostic severity) =>
            set.GlobalConfigOptions.TreeOptions.TryGetValue(diagnosticId, out severity);
    }
}
