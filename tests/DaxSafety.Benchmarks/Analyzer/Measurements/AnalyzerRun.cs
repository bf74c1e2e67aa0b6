using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Diagnostics.Telemetry;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>
/// One run of some analyzers over one compilation, on one thread: their own time as Roslyn's telemetry has it, and what the
/// whole run allocated. The sources are parsed anew first, so that nothing an analyzer keeps by tree helps it.
/// </summary>
internal sealed record AnalyzerRun(TimeSpan Time, long Allocated, int BodyActions, ImmutableArray<Diagnostic> Diagnostics)
{
    public static AnalyzerRun Of(CSharpCompilation compilation, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        compilation = Corpus.CorpusCompilations.Fresh(compilation);
        CompilationWithAnalyzers driver = compilation.WithAnalyzers(
            analyzers, new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: false, logAnalyzerExecutionTime: true));
        long before = GC.GetTotalAllocatedBytes(precise: true);
        AnalysisResult result = driver.GetAnalysisResultAsync(CancellationToken.None).GetAwaiter().GetResult();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        IEnumerable<AnalyzerTelemetryInfo> telemetry = result.AnalyzerTelemetryInfo.Values;
        return new AnalyzerRun(
            TimeSpan.FromTicks(telemetry.Sum(info => info.ExecutionTime.Ticks)),
            allocated,
            telemetry.Sum(BodyActionsOf),
            result.GetAllDiagnostics());
    }

    /// <summary>What makes the compiler's driver call an analyzer for each body, symbol or node.</summary>
    private static int BodyActionsOf(AnalyzerTelemetryInfo info)
        => info.OperationActionsCount + info.OperationBlockActionsCount + info.OperationBlockStartActionsCount + info.OperationBlockEndActionsCount
            + info.SymbolActionsCount + info.SymbolStartActionsCount + info.SyntaxNodeActionsCount + info.CodeBlockActionsCount
            + info.CodeBlockStartActionsCount + info.SemanticModelActionsCount + info.SyntaxTreeActionsCount;
}
