using System.Collections;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>
/// What the analyzers said about a test source, after it was found to be what the marks say. Lets a test ask more about
/// one diagnostic: <c>found["w"].Says("…").PointsAlsoAt("exit").Carries(key, value)</c>.
/// </summary>
internal sealed class Findings(IReadOnlyList<Diagnostic> diagnostics, IReadOnlyList<MarkedSpan> marks) : IReadOnlyList<Finding>
{
    public int Count => diagnostics.Count;

    public Finding this[int index] => new(diagnostics[index], marks);

    /// <summary>The diagnostic at the mark of that label.</summary>
    public Finding this[string label]
    {
        get
        {
            var mark = marks.SingleOrDefault(mark => mark.Label == label)
                ?? throw new VerificationFailure($"No mark in the source is called '#{label}'.");
            var diagnostic = diagnostics.FirstOrDefault(diagnostic => Finding.IsAt(diagnostic.Location, mark) && diagnostic.Id == mark.Id)
                ?? throw new VerificationFailure($"The mark '#{label}' is no diagnostic's place.");
            return new(diagnostic, marks);
        }
    }

    /// <summary>The only diagnostic there is.</summary>
    public Finding Only => Count == 1
        ? this[0]
        : throw new VerificationFailure($"One diagnostic was expected, there are {Count}:\n{DiagnosticText.List(diagnostics)}");

    public IEnumerator<Finding> GetEnumerator() => diagnostics.Select(diagnostic => new Finding(diagnostic, marks)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
