using System.Collections.Immutable;
using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>DAX1007: looks at the result of a native flush and throws when it failed; lets a <c>catch</c> that swallowed the failure throw on.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ThrowOnFlushFailure))]
internal sealed class ThrowOnFlushFailure : DaxFix
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(RuleIds.FlushFailureIgnored);

    protected override IEnumerable<Offer> OffersFor(FixSite site) => IsOfACatch(site) ? new[] { Rethrow.Of(site) }.OfType<Offer>() : OfAResult(site);

    private static bool IsOfACatch(FixSite site) => site[DiagnosticKeys.Swallowed] is not null;

    private static IEnumerable<Offer> OfAResult(FixSite site)
    {
        if (site.Node is not InvocationExpressionSyntax { Parent: ExpressionStatementSyntax statement } call || !CanBecomeIf(statement)
            || site.Model.GetSymbolInfo(call).Symbol is not IMethodSymbol method || FailureTest(method) is not var (before, after))
            yield break;
        var position = call.SpanStart;
        var exception = ShortName.Of(site.Model, position, "System.IO", "IOException");
        var error = method.GetDllImportData() is { SetLastError: true } && LastError(site.Model.Compilation) is { } last
            ? $"$\"{method.Name} failed: error {{{ShortName.Of(site.Model, position, "System.Runtime.InteropServices", "Marshal")}.{last}()}}\""
            : $"\"{method.Name} failed\"";
        yield return new Offer(FixKeys.ThrowOnFailure, $"Throw when '{method.Name}' fails", edits =>
        {
            edits.Replace(new(call.SpanStart, 0), before);
            edits.Replace(statement.SemicolonToken.Span, after);
            edits.Append(statement, $"throw new {exception}({error});", isBranch: statement.Parent is ElseClauseSyntax or IfStatementSyntax { Else: not null });
        });
    }

    /// <summary>Not somewhere between <c>if</c> and <c>else</c>, where the new <c>if</c> would take the <c>else</c>; the branch itself gets braces.</summary>
    private static bool CanBecomeIf(ExpressionStatementSyntax statement) =>
        !statement.SemicolonToken.IsMissing && (statement.Parent is ElseClauseSyntax or IfStatementSyntax { Else: not null }
            || !statement.Ancestors().TakeWhile(node => node is not BlockSyntax).Any(node => node is IfStatementSyntax { Else: not null }));

    /// <summary>The C library says 0 for success, Windows says 0 for failure.</summary>
    private static (string Before, string After)? FailureTest(IMethodSymbol method)
    {
        var name = method.GetDllImportData()?.EntryPointName ?? method.Name;
        return (name, method.ReturnType.SpecialType) switch
        {
            (_, SpecialType.System_Boolean) => ("if (!", ")"),
            ("FlushViewOfFile" or "FlushFileBuffers", SpecialType.System_Int32 or SpecialType.System_UInt32) => ("if (", " == 0)"),
            ("msync" or "fsync" or "fdatasync", SpecialType.System_Int32) => ("if (", " != 0)"),
            _ => null,
        };
    }

    private static string? LastError(Compilation compilation)
    {
        var marshal = compilation.GetTypeByMetadataName("System.Runtime.InteropServices.Marshal");
        return new[] { "GetLastPInvokeError", "GetLastWin32Error" }.FirstOrDefault(name => marshal?.GetMembers(name).IsEmpty == false);
    }
}
