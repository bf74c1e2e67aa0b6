using System.Diagnostics;
using DaxSafety.Analyzers.Hosts;
using DaxSafety.Benchmarks.Analyzer.Corpus;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>
/// A sum of very many terms. Whoever recurses into it overflows the stack, which no handler sees and which takes the compiler down;
/// so it is tried in a process of its own.
/// </summary>
internal static class DeepChain
{
    public const string Argument = "--deep-chain";
    public const int Terms = 20_000;

    public static int Analyze()
    {
        AnalyzerRun run = AnalyzerRun.Of(CorpusCompilations.Of(GeneratedMethods.Chain(Terms)), [new DurabilityAnalyzer()]);
        return run.Diagnostics.IsEmpty ? 0 : 1;
    }

    public static bool FailsInChild()
    {
        string host = Environment.ProcessPath!;
        string[] program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(DeepChain).Assembly.Location] : [];
        using Process child = Process.Start(new ProcessStartInfo(host, [.. program, "analyzer", Argument]) { RedirectStandardError = true })!;
        child.StandardError.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode != 0;
    }
}
