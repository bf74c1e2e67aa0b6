using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>Compares what was reported with what is marked; both ways, each diagnostic and each mark used once.</summary>
internal static class Expectations
{
    public static void Require(TestCompilation test, IReadOnlyList<Diagnostic> reported, string what)
    {
        var unexpected = reported.ToList();
        var missing = new List<MarkedSpan>();
        foreach (var mark in test.Marks.Where(mark => mark.Id is not null))
        {
            var hit = unexpected.FindIndex(diagnostic => diagnostic.Id == mark.Id && Finding.IsAt(diagnostic.Location, mark));
            if (hit >= 0)
                unexpected.RemoveAt(hit);
            else
                missing.Add(mark);
        }

        if (unexpected.Count == 0 && missing.Count == 0)
            return;

        var sections = new List<string> { $"{what}: diagnostics differ from the marks." };
        if (missing.Count > 0)
            sections.Add("Marked, but not reported:\n" + string.Join("\n", missing.Select(mark => Describe(test, mark))));
        if (unexpected.Count > 0)
            sections.Add("Reported, but not marked:\n" + DiagnosticText.List(unexpected));
        sections.Add("Source:\n" + string.Join("\n", test.Documents.Select(Numbered)));
        throw new VerificationFailure(string.Join("\n\n", sections));
    }

    private static string Describe(TestCompilation test, MarkedSpan mark) =>
        DiagnosticText.Describe(mark.Id!, mark.Path, SourceText.From(test.Documents.First(document => document.Path == mark.Path).Text), mark.Span);

    private static string Numbered(Markup document) =>
        $"  {document.Path.TrimStart('/')}\n" + string.Join("\n", document.Text.Split('\n').Select((line, index) => $"{index + 1,5} {line}"));
}
