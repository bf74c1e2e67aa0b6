using System.Text.RegularExpressions;
using DaxSafety.Analyzers.Hosts;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>
/// Which part of a corpus answers which question: projects without maps for the gate, pointer-heavy ones for the engine, those that
/// map for determinism. Bounded, because the peers are run over the same code many times.
/// </summary>
internal static partial class CorpusShares
{
    private const int MostLines = 160_000;
    private const int FewestLines = 1_000;
    private const double PointersInHundredLines = 0.4;

    public static int LinesOf(IEnumerable<CSharpCompilation> compilations)
        => compilations.Sum(compilation => compilation.SyntaxTrees.Sum(tree => tree.GetText().Lines.Count));

    public static IReadOnlyList<CSharpCompilation> WithoutMaps(IEnumerable<CSharpCompilation> all)
        => Bounded(all.Where(compilation => !Maps(compilation)).OrderByDescending(compilation => LinesOf([compilation])));

    public static IReadOnlyList<CSharpCompilation> PointerHeavy(IEnumerable<CSharpCompilation> all)
        => Bounded(all.Select(compilation => (compilation, Density: Density(compilation))).Where(entry => entry.Density >= PointersInHundredLines)
            .OrderByDescending(entry => LinesOf([entry.compilation])).Select(entry => entry.compilation));

    public static IReadOnlyList<CSharpCompilation> WithMaps(IEnumerable<CSharpCompilation> all)
        => Bounded(all.Where(Maps).OrderBy(compilation => LinesOf([compilation])), 40_000);

    private static bool Maps(CSharpCompilation compilation)
        => SourceGate.Passes(compilation, [], CancellationToken.None);

    private static List<CSharpCompilation> Bounded(IEnumerable<CSharpCompilation> ordered, int most = MostLines)
    {
        List<CSharpCompilation> kept = [];
        int lines = 0;
        foreach (CSharpCompilation compilation in ordered)
        {
            int own = LinesOf([compilation]);
            if (own < FewestLines || (lines > 0 && lines + own > most))
                continue;
            lines += own;
            kept.Add(compilation);
        }

        return kept;
    }

    /// <summary>Lines that say a pointer is meant, in a hundred.</summary>
    private static double Density(CSharpCompilation compilation)
        => 100.0 * compilation.SyntaxTrees.Sum(tree => PointerWord().Count(tree.GetText().ToString())) / Math.Max(1, LinesOf([compilation]));

    [GeneratedRegex(@"\b(byte|int|long|uint|ulong|void|char)\*|\bUnsafe\.|\bfixed\s*\(")]
    private static partial Regex PointerWord();
}
