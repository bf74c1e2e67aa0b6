using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>One diagnostic, and the questions a test may ask about it. Each answers itself, so that questions chain.</summary>
internal sealed class Finding(Diagnostic diagnostic, IReadOnlyList<MarkedSpan> marks)
{
    public Diagnostic Diagnostic => diagnostic;

    public string Message => diagnostic.GetMessage();

    public Finding Says(string message) =>
        Message == message ? this : throw Wrong($"The message should be\n      {message}");

    public Finding Mentions(params string[] parts)
    {
        var missing = parts.Where(part => !Message.Contains(part, StringComparison.Ordinal)).ToArray();
        return missing.Length == 0 ? this : throw Wrong($"The message should mention \"{string.Join("\", \"", missing)}\"");
    }

    /// <summary>The additional locations are exactly the marks of these labels, in this order.</summary>
    public Finding PointsAlsoAt(params string[] labels)
    {
        var expected = labels.Select(label => marks.SingleOrDefault(mark => mark.Label == label)
            ?? throw new VerificationFailure($"No mark in the source is called '#{label}'.")).ToArray();
        var same = expected.Length == diagnostic.AdditionalLocations.Count
            && expected.Zip(diagnostic.AdditionalLocations).All(pair => IsAt(pair.Second, pair.First));
        return same ? this : throw Wrong($"The additional locations should be {(labels.Length == 0 ? "none" : "#" + string.Join(", #", labels))}");
    }

    public Finding Carries(string key, string? value)
    {
        diagnostic.Properties.TryGetValue(key, out var actual);
        return actual == value ? this : throw Wrong($"The property {key} should be '{value ?? "(absent)"}', it is '{actual ?? "(absent)"}'");
    }

    public Finding Carries(string key) =>
        diagnostic.Properties.ContainsKey(key) ? this : throw Wrong($"The property {key} should be there");

    public Finding Has(DiagnosticSeverity severity) =>
        diagnostic.Severity == severity ? this : throw Wrong($"The severity should be {severity}, it is {diagnostic.Severity}");

    internal static bool IsAt(Location location, MarkedSpan mark) =>
        location.GetLineSpan().Path == mark.Path && location.SourceSpan == mark.Span;

    private VerificationFailure Wrong(string what) => new($"{what}:\n{DiagnosticText.Describe(diagnostic)}");
}
