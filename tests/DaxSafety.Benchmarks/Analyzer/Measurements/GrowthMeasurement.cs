using System.Collections.Immutable;
using System.Diagnostics;
using DaxSafety.Benchmarks.Analyzer.Corpus;
using DaxSafety.Benchmarks.Ratios;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>Time for each statement of a long method over that of a short one: 1 is linear. Beside it the compiler's own graph of the same methods, which is part of it, and what is left without that.</summary>
internal static class GrowthMeasurement
{
    private static readonly ImmutableArray<int> s_sizes = [200, 2_000, 20_000];

    public static void Run(RatioReport report)
    {
        ImmutableArray<CSharpCompilation> methods = [.. s_sizes.Select(size => CorpusCompilations.Of(GeneratedMethods.OfStatements(size)))];
        double[] whole = Measure(methods, LongestBody);
        double[] graph = Measure(methods, GraphAlone);
        Add(report, "growth", 2, whole);
        Add(report, "growth.graph", null, graph);
        Add(report, "growth.own", null, [.. whole.Zip(graph, (all, compilers) => all - compilers)]);
        int abandoned = methods.Sum(method => AnalyzerRun.Of(method, [new TimedAnalyzer(null)]).Diagnostics.Count(found => found.Id == "DAX9002"));
        report.Add("growth.abandoned", abandoned, 0, "of the three (DAX9002)");
    }

    /// <summary>Microseconds for each statement, by size.</summary>
    private static double[] Measure(ImmutableArray<CSharpCompilation> methods, Func<CSharpCompilation, double> measure)
    {
        double[] least = Samples.Least([.. methods.Select<CSharpCompilation, Func<double>>(method => () => measure(method))]);
        return [.. least.Zip(s_sizes, (milliseconds, size) => milliseconds * 1000 / size)];
    }

    private static void Add(RatioReport report, string key, double? most, double[] microseconds) =>
        report.Add(key, microseconds[^1] / microseconds[0], most, string.Join(", ", s_sizes.Zip(microseconds, (size, time) => $"{size}: {time:0.0} us each")));

    private static double LongestBody(CSharpCompilation method)
    {
        MethodTimes times = new();
        AnalyzerRun.Of(method, [new TimedAnalyzer(times)]);
        return times.Slowest(1).First().Milliseconds;
    }

    /// <summary>Only <see cref="ControlFlowGraph.Create(IMethodBodyOperation, CancellationToken)"/>, of operations that are all bound already.</summary>
    private static double GraphAlone(CSharpCompilation compilation)
    {
        SyntaxTree tree = compilation.SyntaxTrees[0];
        MethodDeclarationSyntax method = tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().First();
        IMethodBodyOperation body = (IMethodBodyOperation)compilation.GetSemanticModel(tree).GetOperation(method)!;
        _ = OperationExtensions.Descendants(body).Count();
        long start = Stopwatch.GetTimestamp();
        ControlFlowGraph.Create(body);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
