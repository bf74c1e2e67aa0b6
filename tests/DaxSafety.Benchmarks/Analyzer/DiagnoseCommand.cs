using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using DaxSafety.Benchmarks.Analyzer.Corpus;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Benchmarks.Analyzer;

/// <summary>
/// <c>diagnose --corpus DIR [--only TEXT] [--open] [--errors] [--patience SECONDS]</c>: prints every diagnostic of ours with its source line, so that a person can
/// judge each; then the crashes, the bodies that were given up, and the methods that took longest. With <c>--open</c> every body is analysed, also where nothing
/// can be mapped: that is where crashes hide.
/// </summary>
internal static class DiagnoseCommand
{
    public static int Run(string[] args)
    {
        if (CommandLine.Option(args, "--corpus") is not { } root)
            return CommandLine.Usage("diagnose --corpus DIR [--only TEXT] [--open] [--errors] [--patience SECONDS]");
        string only = CommandLine.Option(args, "--only") ?? "";
        MethodTimes times = new();
        using Timer watch = new(_ => PrintStuck(times), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));
        List<Diagnostic> all = [];
        long lines = 0;
        TimeSpan patience = double.TryParse(CommandLine.Option(args, "--patience"), out double seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromMinutes(10);
        foreach ((SourceProject project, CSharpCompilation compilation) in new CorpusCompilations(root).Load())
        {
            if (!project.Name.Contains(only, StringComparison.OrdinalIgnoreCase))
                continue;
            long start = Stopwatch.GetTimestamp();
            if (Analyze(compilation, new TimedAnalyzer(times, args.Contains("--open")), patience) is not { } found)
            {
                Console.WriteLine($"== {project.Name}: GIVEN UP after {patience.TotalSeconds:0} s");
                continue;
            }

            double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            int projectLines = compilation.SyntaxTrees.Sum(tree => tree.GetText().Lines.Count);
            lines += projectLines;
            all.AddRange(found);
            string errors = args.Contains("--errors") ? $", {compilation.GetDiagnostics().Count(d => d.Severity == DiagnosticSeverity.Error)} errors" : "";
            Console.WriteLine($"== {project.Name}: {project.Files.Count} files, {projectLines} lines, {elapsed:0.0} s, {found.Length} diagnostics{errors}");
            Print(root, found);
        }

        PrintTotals(all, lines, times);
        return all.Any(diagnostic => diagnostic.Id.StartsWith("AD", StringComparison.Ordinal)) ? 1 : 0;
    }

    /// <summary>Null when a project takes too long: one body that never ends must not hide what there is to say about all others.</summary>
    private static ImmutableArray<Diagnostic>? Analyze(CSharpCompilation compilation, TimedAnalyzer analyzer, TimeSpan patience)
    {
        using CancellationTokenSource enough = new(patience);
        Task<ImmutableArray<Diagnostic>> run = Task.Run(() => compilation
            .WithAnalyzers([analyzer], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, true, false))
            .GetAnalyzerDiagnosticsAsync(enough.Token));
        try
        {
            return run.Wait(patience + TimeSpan.FromSeconds(5), CancellationToken.None) ? run.Result : null;
        }
        catch (AggregateException canceled) when (canceled.InnerException is OperationCanceledException)
        {
            return null;
        }
    }

    private static void PrintStuck(MethodTimes times)
    {
        foreach ((string method, double seconds) in times.Stuck(TimeSpan.FromSeconds(5)))
            Console.WriteLine($"!! {seconds:0} s and still in {method}");
    }

    private static void Print(string root, ImmutableArray<Diagnostic> found)
    {
        foreach (Diagnostic diagnostic in found.OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan.Start))
        {
            FileLinePositionSpan place = diagnostic.Location.GetLineSpan();
            string file = diagnostic.Location.IsInSource ? Path.GetRelativePath(root, place.Path) : "(no file)";
            string line = diagnostic.Location.SourceTree?.GetText().Lines[place.StartLinePosition.Line].ToString().Trim() ?? "";
            string also = string.Join(", ", diagnostic.AdditionalLocations.Select(location => location.GetLineSpan().StartLinePosition.Line + 1));
            if (diagnostic.Id == "AD0001")
            {
                PrintCrash(diagnostic);
                continue;
            }

            Console.WriteLine($"{file}({place.StartLinePosition.Line + 1}): {diagnostic.Id} {diagnostic.GetMessage()}");
            Console.WriteLine($"    | {line}{(also.Length > 0 ? $"    [also {also}]" : "")}");
        }
    }

    /// <summary>A crash in short: which body, what, and where in our own code.</summary>
    private static void PrintCrash(Diagnostic crash)
    {
        string[] lines = crash.GetMessage(CultureInfo.InvariantCulture).Split('\n');
        string body = lines.FirstOrDefault(line => line.StartsWith("ISymbol", StringComparison.Ordinal)) ?? "";
        Console.WriteLine($"AD0001 in {body.Trim()}: {lines[0].Trim()}");
        foreach (string frame in lines.Where(line => line.Contains("at DaxSafety.Analyzers", StringComparison.Ordinal)).Take(4))
            Console.WriteLine($"    | {frame.Trim()}");
    }

    private static void PrintTotals(List<Diagnostic> all, long lines, MethodTimes times)
    {
        Console.WriteLine();
        Console.WriteLine($"{lines} lines, {all.Count} diagnostics");
        foreach (IGrouping<string, Diagnostic> rule in all.GroupBy(diagnostic => diagnostic.Id).OrderBy(rule => rule.Key, StringComparer.Ordinal))
            Console.WriteLine($"  {rule.Key}: {rule.Count()}");
        Console.WriteLine($"bodies analysed: {times.Count}; p50 {times.Percentile(0.5):0.00} ms, p99 {times.Percentile(0.99):0.00} ms");
        foreach ((string method, double milliseconds) in times.Slowest(10))
            Console.WriteLine($"  {milliseconds,8:0.0} ms  {method}");
    }
}
