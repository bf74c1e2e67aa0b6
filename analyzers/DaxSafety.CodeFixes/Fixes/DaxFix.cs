using System.Collections.Immutable;
using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DaxSafety.CodeFixes.Fixes;

/// <summary>
/// What all our fixes share: a diagnostic becomes offers, an offer becomes text edits, and the edits of many diagnostics are made in
/// one go. Text and not syntax, so that every comment, directive and line break stays what it was.
/// </summary>
internal abstract class DaxFix : CodeFixProvider
{
    public sealed override FixAllProvider GetFixAllProvider() => FixAllInDocuments.Instance;

    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
            foreach (var offer in await OffersAsync(context.Document, [diagnostic], context.CancellationToken).ConfigureAwait(false))
                context.RegisterCodeFix(
                    CodeAction.Create(offer.Title, cancel => ApplyAsync(context.Document, [offer], cancel), offer.Key), diagnostic);
    }

    /// <summary>Fixes every diagnostic that can be fixed with the action of that key, and the others with their first action.</summary>
    /// <remarks>The key is a preference: whoever asked for a view flush everywhere wants the write through a bare pointer durable too.</remarks>
    public async Task<Document> FixAllAsync(Document document, ImmutableArray<Diagnostic> diagnostics, string? key, CancellationToken cancel)
    {
        var chosen = new List<Offer>();
        var all = diagnostics.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start).ThenBy(diagnostic => diagnostic.Location.SourceSpan.Length).ToArray();
        foreach (var group in await OffersByDiagnosticAsync(document, all, cancel).ConfigureAwait(false))
            if ((group.FirstOrDefault(offer => offer.Key == key) ?? group.FirstOrDefault()) is { } offer)
                chosen.Add(offer);
        return chosen.Count == 0 ? document : await ApplyAsync(document, chosen, cancel).ConfigureAwait(false);
    }

    /// <summary>The actions for one diagnostic, the one that <c>dotnet format</c> takes first. None if it cannot be fixed well.</summary>
    protected abstract IEnumerable<Offer> OffersFor(FixSite site);

    private async Task<IEnumerable<Offer>> OffersAsync(Document document, Diagnostic[] diagnostics, CancellationToken cancel) =>
        (await OffersByDiagnosticAsync(document, diagnostics, cancel).ConfigureAwait(false)).SelectMany(offers => offers);

    private async Task<List<IReadOnlyList<Offer>>> OffersByDiagnosticAsync(Document document, Diagnostic[] diagnostics, CancellationToken cancel)
    {
        var offers = new List<IReadOnlyList<Offer>>();
        if (await document.GetSyntaxRootAsync(cancel).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancel).ConfigureAwait(false) is not { } model)
            return offers;
        var text = await document.GetTextAsync(cancel).ConfigureAwait(false);
        foreach (var diagnostic in diagnostics)
            offers.Add(OffersOrNone(new FixSite(root, text, model, diagnostic, diagnostics, cancel)));
        return offers;
    }

    /// <summary>
    /// Nothing that goes wrong in here may get out: one throwing fix makes <c>dotnet format</c> change no file at all, and exit
    /// with 0. What cannot be fixed is not offered.
    /// </summary>
    private IReadOnlyList<Offer> OffersOrNone(FixSite site)
    {
        try
        {
            return OffersFor(site).ToArray();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return [];
        }
    }

    private static async Task<Document> ApplyAsync(Document document, IReadOnlyList<Offer> offers, CancellationToken cancel)
    {
        if (await document.GetSyntaxRootAsync(cancel).ConfigureAwait(false) is not { } root)
            return document;
        var edits = new DocumentEdits(root, await document.GetTextAsync(cancel).ConfigureAwait(false));
        foreach (var offer in offers)
            offer.Apply(edits);
        return document.WithText(edits.Apply());
    }
}
