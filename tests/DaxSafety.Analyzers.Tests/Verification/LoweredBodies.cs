using DaxSafety.Analyzers.Hosts;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>All bodies of a compilation as the analysis gets them, for tests of what lowering makes.</summary>
internal static class LoweredBodies
{
    public static LoweringContext ContextOf(Compilation compilation) => new(compilation, KnowledgeBase.BuiltIn.ForCompilation(compilation, []), _ => true);

    public static IEnumerable<(ISymbol Owner, LoweredBody Body)> Of(LoweringContext lowering, Compilation compilation)
    {
        foreach (var tree in compilation.SyntaxTrees)
            foreach (var owner in FileBodies.Of(compilation.GetSemanticModel(tree), null, CancellationToken.None))
                if (lowering.BodyOf(owner, CancellationToken.None) is { } body)
                    yield return (owner, body);
    }
}
