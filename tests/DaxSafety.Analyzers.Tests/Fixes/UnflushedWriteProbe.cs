using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>
/// A DAX1001 for every <c>x.Write(…)</c> that no <c>x.Flush()</c> follows in its function. Lets a test show the fix shapes of code in which
/// the real rule reports somewhere else, or nothing.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class UnflushedWriteProbe : DiagnosticAnalyzer
{
    private static readonly DiagnosticDescriptor Rule = new("DAX1001", "probe", "probe", "Probe", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSyntaxNodeAction(Report, SyntaxKind.InvocationExpression);
    }

    private static void Report(SyntaxNodeAnalysisContext context)
    {
        var call = (InvocationExpressionSyntax)context.Node;
        var receiver = call.Expression switch
        {
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Write" or "WriteAsync" } member => member.Expression.ToString(),
            MemberBindingExpressionSyntax { Name.Identifier.ValueText: "Write" } => ((ConditionalAccessExpressionSyntax)call.Parent!).Expression.ToString(),
            _ => "Console",
        };
        if (receiver == "Console")
            return;
        var function = call.Ancestors().First(node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax or CompilationUnitSyntax);
        var isFlushed = function.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Any(other => other.SpanStart > call.SpanStart && (other.Expression is MemberBindingExpressionSyntax ? other.Parent! : other.Expression).ToString().Replace("?", "", StringComparison.Ordinal)
                .StartsWith($"{receiver}.Flush", StringComparison.Ordinal));
        if (!isFlushed)
            context.ReportDiagnostic(Diagnostic.Create(Rule, call.GetLocation(), null,
                ImmutableDictionary<string, string?>.Empty.Add("dax.mapping", receiver).Add("dax.target-os", "linux")));
    }
}
