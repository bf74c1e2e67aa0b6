using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>
/// Finds every <c>goto</c> (TOY1) and points at the method around it; finds fields whose name an option gives (TOY2). Something for the
/// harness to verify that does not change when our rules do.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class ToyAnalyzer : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Goto =
        new("TOY1", "goto", "'{0}' is gone to", "Toy", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    private static readonly DiagnosticDescriptor Name =
        new("TOY2", "name", "'{0}' is a bad name", "Toy", DiagnosticSeverity.Info, isEnabledByDefault: true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Goto, Name];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSyntaxNodeAction(ReportGoto, SyntaxKind.GotoStatement);
        context.RegisterSymbolAction(ReportName, SymbolKind.Field);
    }

    private static void ReportGoto(SyntaxNodeAnalysisContext context)
    {
        var method = context.Node.FirstAncestorOrSelf<MethodDeclarationSyntax>()!;
        var target = ((GotoStatementSyntax)context.Node).Expression!.ToString();
        context.ReportDiagnostic(Diagnostic.Create(
            Goto, context.Node.GetLocation(), [method.Identifier.GetLocation()],
            ImmutableDictionary<string, string?>.Empty.Add("toy.target", target), target));
    }

    private static void ReportName(SymbolAnalysisContext context)
    {
        var tree = context.Symbol.Locations[0].SourceTree!;
        var bad = context.Options.AnalyzerConfigOptionsProvider.GetOptions(tree).TryGetValue("toy.bad_name", out var name) ? name : null;
        bad ??= context.Options.AdditionalFiles.FirstOrDefault(file => file.Path.EndsWith("bad.txt", StringComparison.Ordinal))?.GetText()?.ToString();
        if (context.Symbol.Name == bad)
            context.ReportDiagnostic(Diagnostic.Create(Name, context.Symbol.Locations[0], bad));
    }
}

/// <summary>An analyzer with a bug.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class ThrowingAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [new("TOY9", "throws", "throws", "Toy", DiagnosticSeverity.Warning, isEnabledByDefault: true)];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(_ => throw new InvalidOperationException("a bug"), SymbolKind.NamedType);
    }
}
