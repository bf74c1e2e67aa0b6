using System.Collections.Concurrent;
using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;
using DaxSafety.Analyzers.Rules;
using DaxSafety.Analyzers.Rules.Durability;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>One compilation: its knowledge, its options, and the analyses that its bodies share. Thread safe.</summary>
internal sealed class CompilationSession
{
    private readonly SourceReach _reach;
    private readonly OptionsReader _options;
    private readonly LoweringContext _lowering;
    private readonly ConcurrentDictionary<AnalysisOptions, DurabilityModel> _models = new();
    private readonly ConcurrentBag<AnalyzedBody> _analyzed = new();
    private readonly ConcurrentBag<Undecided> _undecided = new();
    private readonly ConcurrentDictionary<Location, bool> _answered = new();

    public CompilationSession(Compilation compilation, AnalyzerOptions options, ImmutableArray<EffectRow> rows, SourceReach reach)
    {
        _options = new OptionsReader(options.AnalyzerConfigOptionsProvider);
        _reach = reach;
        _lowering = new LoweringContext(compilation, KnowledgeBase.BuiltIn.ForCompilation(compilation, rows), reach.Contains);
    }

    /// <summary>Called for every body, when the compiler has bound it: notes what it has to do with.</summary>
    public void Note(OperationBlockAnalysisContext context)
    {
        if (context.OperationBlocks.IsEmpty || !_reach.Contains(context.OperationBlocks[0].Syntax.SyntaxTree))
            return;
        // Attributes and default values hold nothing worth reading.
        var blocks = context.OperationBlocks.Where(block => block.Kind is not (OperationKind.Attribute or OperationKind.ParameterInitializer));
        _lowering.NoteOutline(context.OwningSymbol, blocks, context.CancellationToken);
    }

    /// <summary>
    /// Called for every file, when all of it has been bound: analyses the bodies in it. In a build the compiler has by then bound those of all files, so that
    /// no callee is bound ahead of its turn; in an editor what other files hold is bound when it is asked for. Needs nothing that <see cref="Note"/> has seen.
    /// </summary>
    /// <param name="context">The file, or the part of it that is asked for.</param>
    /// <param name="watch">Told of each body before it is analysed, and disposed of after that.</param>
    public void Analyze(SemanticModelAnalysisContext context, Func<ISymbol, IDisposable>? watch = null)
    {
        var file = context.SemanticModel;
        if (!_reach.Contains(file.SyntaxTree))
            return;
        var model = ModelFor(file.SyntaxTree);
        foreach (var owner in FileBodies.Of(file, context.FilterSpan, context.CancellationToken))
            using (watch?.Invoke(owner))
                foreach (var analyzed in model.WithNested(owner, context.CancellationToken))
                    Report(context, model, owner, analyzed);
    }

    /// <summary>Whether some member may carry a contract, so that declarations are worth a look.</summary>
    public bool HasContracts => _lowering.Contracts.AreInUse;

    /// <summary>DAX1009 for declarations.</summary>
    public void CheckContract(SymbolAnalysisContext context)
    {
        if (context.Symbol.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree is { } tree)
            ContractDeclared.Report(context.Symbol, ModelFor(tree), context.ReportDiagnostic, context.CancellationToken);
    }

    private DurabilityModel ModelFor(SyntaxTree tree) =>
        _models.GetOrAdd(_options.For(tree), options => new DurabilityModel(new DurabilityContext(_lowering, options)));

    /// <summary>DAX1002 for what other types can reach: only now has every body been seen. A write that its mapping's owner answers for is reported there.</summary>
    public void Finish(CompilationAnalysisContext context)
    {
        if (_undecided.IsEmpty)
            return;
        var ledger = _models.Values.First().NewLedger(context.CancellationToken);
        foreach (var body in _analyzed)
            ledger.Enter(body);
        foreach (var write in _undecided)
            if (!IsAnswered(write) && write.Holds(ledger))
                context.ReportDiagnostic(write.Diagnostic);
    }

    /// <summary>Where a helper of the type writes, the owner answers for what stands in the helper.</summary>
    private bool IsAnswered(Undecided write) =>
        _answered.ContainsKey(write.Diagnostic.Location) || (!write.OnFlush && write.Diagnostic.AdditionalLocations.Any(_answered.ContainsKey));

    private void Report(SemanticModelAnalysisContext context, DurabilityModel model, ISymbol owner, AnalyzedBody analyzed)
    {
        _analyzed.Add(analyzed);
        if (Outcome.Of(analyzed, model.Context.Options.ExceptionalPaths) is not { } outcome)
        {
            var reason = analyzed.Body.Failure ?? "its branches and calls took too many steps";
            context.ReportDiagnostic(Diagnostic.Create(RuleCatalog.MethodTooComplex, owner.Locations.FirstOrDefault(), owner.Name, reason));
            return;
        }
        var rules = new RuleContext(outcome, model, context.ReportDiagnostic, location => _answered[location] = true, context.CancellationToken);
        WriteNotFlushed.Report(rules);
        MappingNeverFlushed.Report(rules, _undecided.Add);
        FlushNotDurable.Report(rules, _undecided.Add);
        WriteBackNotFenced.Report(rules);
        WriteBackOfPageCache.Report(rules, _undecided.Add);
        FlushDoesNotCoverWrite.Report(rules);
        FlushFailureIgnored.Report(rules);
        FileNotDurable.Report(rules);
        ContractNotKept.Report(rules);
        FlushMissesTail.Report(rules, _undecided.Add);
        WriteNeverReachesFile.Report(rules);
    }
}
