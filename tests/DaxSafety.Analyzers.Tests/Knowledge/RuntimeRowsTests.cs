using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>Our tables know our own runtime: every row is about a member it has, and no member that writes or persists is without one.</summary>
public sealed class RuntimeRowsTests
{
    private static readonly string[] Verbs = ["Persist", "Write", "Flush", "Copy", "Fill", "Fence"];

    private static readonly Lazy<CSharpCompilation> Runtime = new(() =>
        CSharpCompilation.Create("Runtime", references: [.. ReferenceSet.Net10.References, ReferenceSet.Runtime]));

    [Fact]
    public void EveryRow_IsAboutAMemberOfTheRuntime()
    {
        var rows = KnowledgeBase.BuiltIn.Rows.Where(row => row.Place.Path == "DaxRuntime.effects.txt").ToArray();
        Assert.Empty(EffectTableCheck.Of(rows, Runtime.Value).Select(error => error.Message));
        Assert.All(rows, row => Assert.NotEmpty(EffectTableCheck.MembersOf(row, Runtime.Value)));
    }

    [Theory]
    [InlineData("DaxSafety.PersistentMemory"), InlineData("DaxSafety.ViewExtensions"), InlineData("DaxSafety.DurableMap"), InlineData("DaxSafety.DurableFile"), InlineData("DaxSafety.DirtyTracker")]
    public void MemberThatWritesOrPersists_HasARow(string type)
    {
        var verbs = Runtime.Value.GetTypeByMetadataName(type)!.GetMembers().OfType<IMethodSymbol>()
            .Where(method => method is { DeclaredAccessibility: Accessibility.Public, AssociatedSymbol: null } && Verbs.Any(verb => method.Name.Contains(verb, StringComparison.Ordinal)))
            .ToArray();
        Assert.NotEmpty(verbs);
        Assert.Empty(verbs.Where(method => KnowledgeBase.BuiltIn.EffectsOf(method).IsEmpty).Select(method => method.ToDisplayString()));
    }
}
