using System.Collections.Immutable;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>The compiler's plug for the durability rules. Registers nothing in a compilation that names no source of mappings.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DurabilityAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => RuleCatalog.All;

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
        context.RegisterAdditionalFileAction(UserTables.Check);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        var rows = UserTables.Rows(context.Options.AdditionalFiles, context.CancellationToken);
        if (!SourceGate.Passes(context.Compilation, rows, context.CancellationToken))
            return;
        var names = KnowledgeBase.BuiltIn.With(rows).SourceNames;
        var session = new CompilationSession(context.Compilation, context.Options, rows, SourceReach.Of(context.Compilation, names, context.CancellationToken));
        Register(context, session, file => session.Analyze(file));
    }

    /// <summary>All that a compilation is asked for, with what to do for each file.</summary>
    internal static void Register(CompilationStartAnalysisContext context, CompilationSession session, Action<SemanticModelAnalysisContext> analyze)
    {
        context.RegisterOperationBlockAction(session.Note);
        context.RegisterSemanticModelAction(analyze);
        if (session.HasContracts)
            context.RegisterSymbolAction(session.CheckContract, SymbolKind.Method, SymbolKind.Property, SymbolKind.Field);
        context.RegisterCompilationEndAction(session.Finish);
    }
}
