using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.CodeFixes.Fixes;

/// <summary>One diagnostic in the document it stands in, and what it carries for fixes.</summary>
internal sealed class FixSite(SyntaxNode root, SourceText text, SemanticModel model, Diagnostic diagnostic, IReadOnlyList<Diagnostic> fixedTogether, CancellationToken cancel)
{
    public SyntaxNode Root => root;

    public SourceText Text => text;

    public SemanticModel Model => model;

    public Diagnostic Diagnostic => diagnostic;

    public CancellationToken Cancel => cancel;

    public string? this[string key] => diagnostic.Properties.TryGetValue(key, out var value) ? value : null;

    /// <summary>What the diagnostic points at: the write, or the flush.</summary>
    public SyntaxNode? Node => NodeAt(diagnostic.Location);

    /// <summary>Further places in this document, without those that are fixed together with this one as diagnostics of their own.</summary>
    public IEnumerable<SyntaxNode> FurtherNodes => diagnostic.AdditionalLocations
        .Where(location => !fixedTogether.Any(other => other.Location == location)).Select(NodeAt).OfType<SyntaxNode>();

    /// <summary>The other diagnostics that a Fix All fixes with this one, if they are about the same thing and the same exit.</summary>
    public IEnumerable<Diagnostic> Companions => fixedTogether.Where(other => other != diagnostic && other.Location != diagnostic.Location
        && other.Properties.TryGetValue(DiagnosticKeys.Mapping, out var mapping) && mapping == this[DiagnosticKeys.Mapping]
        && other.AdditionalLocations.FirstOrDefault() == diagnostic.AdditionalLocations.FirstOrDefault());

    /// <summary>What the same member writes of the same thing beside, by the word of a diagnostic that is about no exit.</summary>
    public IEnumerable<SyntaxNode> OtherWrites => (this[DiagnosticKeys.OtherWrites]?.Split(',') ?? []).Select(span => span.Split('+'))
        .Select(parts => new TextSpan(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture)))
        .Select(span => NodeAt(Location.Create(root.SyntaxTree, span))).OfType<SyntaxNode>();

    public SyntaxNode? NodeAt(Location location) =>
        location.SourceTree == root.SyntaxTree && root.FullSpan.Contains(location.SourceSpan)
            ? root.FindNode(location.SourceSpan, getInnermostNodeForTie: true)
            : null;
}
