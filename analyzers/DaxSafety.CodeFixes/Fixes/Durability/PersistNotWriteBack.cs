using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>DAX1005: a cache-line write-back of a page-cache mapping becomes a Persist of the same range, which knows what backs the address.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PersistNotWriteBack))]
internal sealed class PersistNotWriteBack : DaxFix
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.WriteBackOfPageCache);

    protected override IEnumerable<Offer> OffersFor(FixSite site)
    {
        if (site.Node is not InvocationExpressionSyntax call || site.Model.GetSymbolInfo(call).Symbol is not IMethodSymbol { ReturnsVoid: true } method)
            yield break;
        if (method is { Name: "WriteBack", ContainingType.Name: "PersistentMemory" } && NameOf(call) is { } name)
        {
            yield return new Offer(FixKeys.Persist, "Persist the range", edits => edits.Replace(name.Span, "Persist"));
            yield break;
        }
        if (!TakesARange(method, call, site.Model) || !RuntimeLibrary.HasPersistentMemory(site, call.SpanStart, out var import))
            yield break;
        yield return new Offer(FixKeys.Persist, "Persist the range", edits =>
        {
            edits.Replace(call.Expression.Span, "PersistentMemory.Persist");
            if (import)
                edits.ImportRuntime();
        });
    }

    /// <summary>Address and length, as the runtime's method takes them: <c>pmem_flush(void*, nuint)</c> as people declare it.</summary>
    private static bool TakesARange(IMethodSymbol method, InvocationExpressionSyntax call, SemanticModel model) =>
        method.IsExtern && method.Parameters.Length == 2 && call.ArgumentList.Arguments is { Count: 2 } arguments
        && arguments.All(argument => argument.NameColon is null && argument.RefKindKeyword.IsKind(SyntaxKind.None))
        && method.Parameters[0].Type is IPointerTypeSymbol
        && method.Parameters[1].Type.SpecialType is SpecialType.System_UIntPtr or SpecialType.System_UInt32
        && model.GetTypeInfo(arguments[0].Expression).Type is IPointerTypeSymbol;

    private static SimpleNameSyntax? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        SimpleNameSyntax name => name,
        _ => null,
    };
}
