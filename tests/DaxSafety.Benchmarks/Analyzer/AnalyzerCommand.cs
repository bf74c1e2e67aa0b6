using DaxSafety.Benchmarks.Analyzer.Corpus;
using DaxSafety.Benchmarks.Analyzer.Measurements;
using DaxSafety.Benchmarks.Ratios;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Benchmarks.Analyzer;

/// <summary>
/// <c>analyzer --corpus DIR [--json FILE] [--only PREFIX] [--rounds N]</c>: measures the analyzer against its peers on any folder of C# sources,
/// warm and in turn with them in this one process. Exit status as of <c>ratios</c>.
/// </summary>
internal static class AnalyzerCommand
{
    public static int Run(string[] args)
    {
        if (args.Contains(DeepChain.Argument))
            return DeepChain.Analyze();
        if (CommandLine.Option(args, "--corpus") is not { } root)
            return CommandLine.Usage("analyzer --corpus DIR [--json FILE] [--only PREFIX] [--rounds N]");
        if (int.TryParse(CommandLine.Option(args, "--rounds"), out int rounds))
            Samples.Rounds = rounds;
        RatioReport report = new(CommandLine.Option(args, "--only"));
        List<CSharpCompilation> corpus = [.. new CorpusCompilations(root).Load()
            .Select(entry => entry.Compilation.WithOptions(entry.Compilation.Options.WithConcurrentBuild(false)))];
        report.Add("lines", CorpusShares.LinesOf(corpus), null, $"{corpus.Count} projects");
        if (report.Wants("gate"))
            GateMeasurement.Run(report, CorpusShares.WithoutMaps(corpus));
        if (report.Wants("full") || report.Wants("p99"))
            FullMeasurement.Run(report, CorpusShares.PointerHeavy(corpus));
        if (report.Wants("growth"))
            GrowthMeasurement.Run(report);
        if (report.Wants("chain"))
            report.Add("chain.failures", DeepChain.FailsInChild() ? 1 : 0, 0, $"a sum of {DeepChain.Terms} terms, in a process of its own");
        if (report.Wants("outcomes"))
            RepeatMeasurement.Run(report, CorpusShares.WithMaps(corpus));
        if (CommandLine.Option(args, "--json") is { } path)
            report.Write(path);
        Console.WriteLine($"{report.OverLimit} over their limit, {report.Missing} not measured");
        return report.Missing > 0 ? 3 : report.OverLimit > 0 ? 1 : 0;
    }
}
