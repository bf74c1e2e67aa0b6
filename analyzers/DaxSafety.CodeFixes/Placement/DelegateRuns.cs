using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>What has become of a function that was handed to a call, when the statement of the call is over.</summary>
internal enum DelegateRun
{
    /// <summary>It may not have run yet.</summary>
    Elsewhere,

    /// <summary>It has run to its end.</summary>
    ToItsEnd,

    /// <summary>It has run to its end for each of many, as the body of a loop does.</summary>
    ManyTimes,
}

/// <summary>Tells what runs within a statement: a parallel loop, and what the statement awaits or waits for.</summary>
internal static class DelegateRuns
{
    public static DelegateRun Of(AnonymousFunctionExpressionSyntax function, SemanticModel model)
    {
        if (function.Parent?.Parent?.Parent is not InvocationExpressionSyntax call || model.GetSymbolInfo(call).Symbol is not IMethodSymbol method)
            return DelegateRun.Elsewhere;
        var isWaitedFor = call.Ancestors().TakeWhile(node => node is not StatementSyntax and not AnonymousFunctionExpressionSyntax).Any(node =>
            node is AwaitExpressionSyntax or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait" or "Result" or "GetResult" });
        if (method.ContainingType.Name == "Parallel" && method.ContainingNamespace.ToDisplayString() == "System.Threading.Tasks")
            return method.Name != "ForEachAsync" || isWaitedFor ? DelegateRun.ManyTimes : DelegateRun.Elsewhere;
        if (method is { Name: "ForEach", ContainingType.Name: "Array" or "List" })
            return DelegateRun.ManyTimes;
        return isWaitedFor ? DelegateRun.ToItsEnd : DelegateRun.Elsewhere;
    }
}
