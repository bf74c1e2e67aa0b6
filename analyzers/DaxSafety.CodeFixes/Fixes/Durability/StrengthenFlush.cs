using System.Collections.Immutable;
using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>
/// DAX1003 and DAX1010: makes a flush that falls short do what it is there for, by its own arguments, by the runtime, or by the
/// flush of the file that has to go with it.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(StrengthenFlush))]
internal sealed class StrengthenFlush : DaxFix
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.FlushNotDurable, RuleIds.FlushMissesTail);

    protected override IEnumerable<Offer> OffersFor(FixSite site)
    {
        var system = site[DiagnosticKeys.TargetOs] ?? "linux";
        var weakness = site.Diagnostic.Id == RuleIds.FlushMissesTail ? "tail" : site[DiagnosticKeys.Weakness];
        if (weakness is "dispose" or "tail" && site.Node is VariableDeclaratorSyntax or InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Dispose" } }
            && AfterTheWrites(site) is { Length: > 0 } offers)
            return offers;
        if (site.Node is not InvocationExpressionSyntax flush)
            return [];
        var offer = weakness switch
        {
            "ms-async" or "msync-flags" when system is "linux" => Synchronous(site, flush),
            "stream-flush" when system is "linux" or "macos" => FlushToDisk(site, flush),
            _ => null,
        };
        if (offer is not null)
            return [offer];
        return MappingName.Of(site.Model, site[DiagnosticKeys.Mapping], flush) is { } mapping
            ? OnTheView(site, mapping, flush, weakness, system).OfType<Offer>()
            : [];
    }

    private static IEnumerable<Offer?> OnTheView(FixSite site, MappingName mapping, InvocationExpressionSyntax flush, string? weakness, string system)
    {
        switch (weakness)
        {
            case "view-flush" or "tail":
                yield return Persist(site, mapping, flush, system);
                yield return FlushFileAfter(site, mapping, flush, weakness, system);
                break;
            case "dispose":
                yield return PersistBefore(site, mapping, flush);
                break;
            case "stream-flush" or "view-not-flushed-first":
                yield return FlushViewBefore(site, mapping, flush);
                break;
        }
    }

    /// <summary>What is to end in the disposal alone is made durable before, where it was written.</summary>
    private static Offer[] AfterTheWrites(FixSite site)
    {
        var named = site.FurtherNodes.OfType<ExpressionSyntax>().Where(write => Slot.FunctionOf(write) == Slot.FunctionOf(site.Node!)).ToArray();
        if (named.Length == 0 || MappingName.Of(site.Model, site[DiagnosticKeys.Mapping], named[0]) is not { } mapping || !IsDisposalOf(site.Node!, mapping)
            || Slot.FunctionOf(site.Node!) is not { } function)
            return [];
        // The diagnostic names one of the writes; what else may be one is in the text.
        var writes = Jumps.OwnNodes(function).OfType<InvocationExpressionSyntax>().Where(mapping.MayBeWrittenBy).Concat(named).Distinct().OrderBy(write => write.SpanStart).ToArray();
        return writes.LastOrDefault() is { } last && !Jumps.OwnNodes(function).Any(mapping.IsHandleOf)
            ? FlushAfterWrites.Offers(site, mapping, last, writes.Where(write => write != last).ToArray(), Exits.Unknown).ToArray()
            : [];
    }

    /// <summary>Not that of a writer over it.</summary>
    private static bool IsDisposalOf(SyntaxNode node, MappingName mapping) => node switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText == mapping.Text,
        InvocationExpressionSyntax call => IsOn(call, mapping),
        _ => false,
    };

    /// <summary><c>MS_ASYNC</c> becomes <c>MS_SYNC</c>, by the name that stands beside it; a bare number as Linux numbers them.</summary>
    private static Offer? Synchronous(FixSite site, InvocationExpressionSyntax flush)
    {
        // A helper of the program's own takes other arguments.
        if (flush.ArgumentList.Arguments.LastOrDefault()?.Expression is not { } flags
            || site.Model.GetSymbolInfo(flush).Symbol is IMethodSymbol { IsExtern: false, IsPartialDefinition: false, DeclaringSyntaxReferences.IsEmpty: false })
            return null;
        string? better = null;
        if (flags is LiteralExpressionSyntax && EntryPoint(site.Model.GetSymbolInfo(flush).Symbol) == "msync")
            better = "4";
        else if (flags is IdentifierNameSyntax or MemberAccessExpressionSyntax && SynchronousName(flags.ToString()) is { } name
            && site.Model.GetSpeculativeSymbolInfo(flags.SpanStart, SyntaxFactory.ParseExpression(name), SpeculativeBindingOption.BindAsExpression).Symbol is IFieldSymbol { HasConstantValue: true } or ILocalSymbol { HasConstantValue: true })
            better = name;
        return better is null ? null : new Offer(FixKeys.Strengthen, $"Wait for the medium: '{better}'", edits => edits.Replace(flags.Span, better));
    }

    /// <summary>What an import is called where it comes from: another library's flags have other numbers.</summary>
    private static string? EntryPoint(ISymbol? import) => import is not IMethodSymbol method ? null
        : method.GetDllImportData()?.EntryPointName
            ?? method.GetAttributes().SelectMany(attribute => attribute.NamedArguments).FirstOrDefault(argument => argument.Key == "EntryPoint").Value.Value as string
            ?? method.Name;

    private static string? SynchronousName(string name)
    {
        foreach (var (weak, strong) in new[] { ("ASYNC", "SYNC"), ("Async", "Sync"), ("async", "sync") })
            if (name.LastIndexOf(weak, StringComparison.Ordinal) is var at and >= 0)
                return name.Substring(0, at) + strong + name.Substring(at + weak.Length);
        return null;
    }

    private static Offer? FlushToDisk(FixSite site, InvocationExpressionSyntax flush)
    {
        if (site.Model.GetSymbolInfo(flush).Symbol is IMethodSymbol { Name: "FlushAsync" })
            return FlushToDiskAfter(site, flush);
        if (site.Model.GetSymbolInfo(flush).Symbol is not IMethodSymbol { Name: "Flush", ContainingType.Name: "FileStream" }
            || DecidesByFlag(flush))
            return null;
        return new Offer(FixKeys.Strengthen, "Flush to the disk: 'Flush(true)'", edits => edits.Replace(flush.ArgumentList.Span, "(true)"));
    }

    private static bool DecidesByFlag(InvocationExpressionSyntax flush) => flush.ArgumentList.Arguments is { Count: 1 } arguments && arguments[0].Expression is not LiteralExpressionSyntax;

    /// <summary>There is no <c>FlushAsync(true)</c>.</summary>
    private static Offer? FlushToDiskAfter(FixSite site, InvocationExpressionSyntax flush)
    {
        if (flush.Expression is not MemberAccessExpressionSyntax access || MappingName.Bind(site.Model, access.Expression.ToString(), flush) is not { Type.Name: "FileStream" } file
            || new FlushPlacement(site.Model, file, Exits.Unknown).NextTo(flush) is not { } slot || slot.IsFollowedBy($"{file.Text}.Flush(true);"))
            return null;
        return new Offer(FixKeys.Strengthen, "Flush to the disk too: 'Flush(true)'", edits => edits.Insert(slot, $"{file.Text}.Flush(true);"));
    }

    /// <summary>The view's own flush becomes a Persist; after one that goes through something else, a writer, comes a Persist.</summary>
    private static Offer? Persist(FixSite site, MappingName mapping, InvocationExpressionSyntax flush, string system)
    {
        if (!RuntimeLibrary.HasPersist(site, mapping.Type, flush.SpanStart, out var import))
            return null;
        var file = system is "windows" or "any" ? MappedFile.Of(site.Model, mapping, flush) : null;
        var argument = file is not null && Slot.After(flush) is { } slot && file.IsUsableAfter(slot) ? file.Handle : "";
        Action<DocumentEdits>? edit = null;
        if (NameOf(flush) is { Identifier.ValueText: "Flush" } name && flush.ArgumentList.Arguments.Count == 0 && IsOn(flush, mapping))
            edit = edits =>
            {
                edits.Replace(name.Span, "Persist");
                edits.Replace(flush.ArgumentList.Span, $"({argument})");
            };
        else if (flush.Parent is ExpressionStatementSyntax && new FlushPlacement(site.Model, mapping, Exits.Unknown).NextTo(flush) is { } after)
            edit = edits => edits.Insert(after, $"{mapping.Text}.Persist({argument});");
        return edit is null ? null : new Offer(FixKeys.Persist, $"Persist '{mapping.Text}'", edits =>
        {
            edit(edits);
            if (import)
                edits.ImportRuntime();
        });
    }

    /// <summary>After the view the file, where the code has it open. On Windows a tail that the view's flush missed stays missed.</summary>
    private static Offer? FlushFileAfter(FixSite site, MappingName mapping, InvocationExpressionSyntax flush, string weakness, string system)
    {
        if (weakness == "tail" && system is "windows" or "any" || MappedFile.Of(site.Model, mapping, flush) is not { } file
            || new FlushPlacement(site.Model, mapping, Exits.Unknown).NextTo(flush) is not { } slot || !file.IsUsableAfter(slot) || slot.IsFollowedBy(file.FlushStatement))
            return null;
        return new Offer(FixKeys.Flush, $"Flush the file of '{mapping.Text}' too", edits => edits.Insert(slot, file.FlushStatement));
    }

    private static Offer? PersistBefore(FixSite site, MappingName mapping, InvocationExpressionSyntax dispose) =>
        dispose.Parent is ExpressionStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax } statement && IsOn(dispose, mapping)
            && RuntimeLibrary.HasPersist(site, mapping.Type, dispose.SpanStart, out var import)
            ? new Offer(FixKeys.Persist, $"Persist '{mapping.Text}' first", edits =>
            {
                edits.InsertBefore(statement, $"{mapping.Text}.Persist();");
                if (import)
                    edits.ImportRuntime();
            })
            : null;

    /// <summary>Where the file's flush counts only after the view's: both, in that order.</summary>
    private static Offer? FlushViewBefore(FixSite site, MappingName mapping, InvocationExpressionSyntax flush)
    {
        if (flush.Parent is not ExpressionStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax } statement
            || mapping.Type.Name is not ("MemoryMappedViewAccessor" or "MemoryMappedViewStream") || site[DiagnosticKeys.MissesTail] is not null)
            return null;
        var isFile = site.Model.GetSymbolInfo(flush).Symbol is IMethodSymbol { Name: "Flush", ContainingType.Name: "FileStream" };
        // A helper of the program's own stays as weak as it is.
        if (!isFile && site[DiagnosticKeys.Weakness] == "stream-flush")
            return null;
        // A flag that decides is somebody's decision: the view's flush is enough by itself, or the two are not ours to mend.
        var isDecided = isFile && DecidesByFlag(flush);
        if (isDecided && (site[DiagnosticKeys.TargetOs] ?? "linux") != "linux")
            return null;
        var isWeak = isFile && !isDecided && flush.ArgumentList.ToString() != "(true)";
        return new Offer(FixKeys.Flush, $"Flush '{mapping.Text}' first", edits =>
        {
            edits.InsertBefore(statement, $"{mapping.Text}.Flush();");
            if (isWeak)
                edits.Replace(flush.ArgumentList.Span, "(true)");
        });
    }

    private static bool IsOn(InvocationExpressionSyntax call, MappingName mapping) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => mapping.IsMapping(access.Expression),
        MemberBindingExpressionSyntax => mapping.IsConditionalAt(call),
        _ => false,
    };

    private static SimpleNameSyntax? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        _ => null,
    };
}
