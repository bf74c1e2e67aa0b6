using DaxSafety.Benchmarks.Analyzer;
using DaxSafety.Benchmarks.Ratios;

namespace DaxSafety.Benchmarks;

/// <summary>Measures what the documents claim. One command a question; each prints what it found and says so when it cannot measure.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<string[], int>> s_commands = new(StringComparer.Ordinal)
    {
        ["ratios"] = RatiosCommand.Run,
        ["analyzer"] = AnalyzerCommand.Run,
        ["diagnose"] = DiagnoseCommand.Run,
    };

    private static int Main(string[] args)
    {
        if (args.Length > 0 && s_commands.TryGetValue(args[0], out Func<string[], int>? command))
            return command(args[1..]);
        Console.Error.WriteLine($"usage: DaxSafety.Benchmarks {string.Join('|', s_commands.Keys)} [--json FILE] [--only PREFIX]");
        return 2;
    }
}
