namespace DaxSafety.Benchmarks.Analyzer;

/// <summary>The options of the analyzer's two commands.</summary>
internal static class CommandLine
{
    public static string? Option(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }

    public static int Usage(string text)
    {
        Console.Error.WriteLine($"usage: DaxSafety.Benchmarks {text}");
        return 2;
    }
}
