namespace DaxSafety.Benchmarks.Ratios;

/// <summary>
/// <c>ratios [--json FILE] [--only PREFIX]</c>: runs every suite in this one process. Exit status 0 when everything was
/// measured and held its limit, 1 when something was over, 3 when something could not be measured.
/// </summary>
internal static class RatiosCommand
{
    public static int Run(string[] args)
    {
        RatioReport report = new(Option(args, "--only"));
        foreach (IRatioSuite suite in RatioSuites.All)
        {
            if (suite.Prefixes.Any(report.Wants))
                suite.Run(report);
        }

        if (Option(args, "--json") is { } path)
            report.Write(path);
        Console.WriteLine($"{report.OverLimit} over their limit, {report.Missing} not measured");
        return report.Missing > 0 ? 3 : report.OverLimit > 0 ? 1 : 0;
    }

    private static string? Option(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
