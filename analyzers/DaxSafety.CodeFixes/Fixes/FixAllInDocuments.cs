using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DaxSafety.CodeFixes.Fixes;

/// <summary>
/// Fix All in a document, a project or a solution. All diagnostics of a document are fixed on the text they were found in, so
/// that writes which share a flush get one, and the outcome does not depend on an order.
/// </summary>
internal sealed class FixAllInDocuments : DocumentBasedFixAllProvider
{
    public static readonly FixAllInDocuments Instance = new();

    protected override async Task<Document?> FixAllAsync(FixAllContext context, Document document, ImmutableArray<Diagnostic> diagnostics) =>
        context.CodeFixProvider is DaxFix fix
            ? await fix.FixAllAsync(document, diagnostics, context.CodeActionEquivalenceKey, context.CancellationToken).ConfigureAwait(false)
            : document;
}
