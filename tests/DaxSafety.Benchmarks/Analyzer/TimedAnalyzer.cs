using System.Collections.Immutable;
using DaxSafety.Analyzers.Hosts;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Benchmarks.Analyzer;

/// <summary>
/// Our analyzer with a stopwatch around each body. With the gate open it analyses every body, whether or not the project names a
/// source of mappings.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
internal sealed class TimedAnalyzer(MethodTimes? times, bool gateOpen = false) : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => RuleCatalog.All;

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (!gateOpen && !SourceGate.Passes(start.Compilation, [], start.CancellationToken))
                return;
            SourceReach reach = gateOpen ? SourceReach.Everywhere : SourceReach.Of(start.Compilation, KnowledgeBase.BuiltIn.SourceNames, start.CancellationToken);
            CompilationSession session = new(start.Compilation, start.Options, [], reach);
            DurabilityAnalyzer.Register(start, session, file => session.Analyze(file, times is null ? null : times.Watch));
        });
    }
}
