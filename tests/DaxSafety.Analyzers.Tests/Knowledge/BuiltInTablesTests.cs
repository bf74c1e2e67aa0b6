using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>Our tables against the real thing: every row can be read, every member exists, every operand names something of it, and nothing that writes is forgotten.</summary>
public sealed class BuiltInTablesTests
{
    private static readonly Lazy<CSharpCompilation> Framework = new(() =>
        CSharpCompilation.Create("Framework", references: ReferenceSet.Net10.References));

    [Fact]
    public void EveryRow_CanBeRead() =>
        Assert.Empty(BuiltInTables.Read().SelectMany(table => table.Errors).Select(error => $"{error.Place.Path}({error.Place.Lines.Start.Line + 1}): {error.Message}"));

    [Theory]
    [InlineData("MemoryMappedFiles"), InlineData("SystemIo"), InlineData("Streams"), InlineData("Spans"), InlineData("Destinations"), InlineData("Collections")]
    [InlineData("Unsafe"), InlineData("Vectors"), InlineData("Libc"), InlineData("Kernel32"), InlineData("Pmem"), InlineData("MonoPosix"), InlineData("DaxRuntime")]
    public void EveryTable_IsShipped(string name) =>
        Assert.Contains(BuiltInTables.Read(), table => table.Rows.Length > 0 && table.Rows[0].Place.Path == $"{name}.effects.txt");

    [Fact]
    public void EveryFrameworkRow_Resolves() =>
        Assert.Empty(EffectTableCheck.Of(KnowledgeBase.BuiltIn.Rows.Where(IsFramework), Framework.Value)
            .Select(error => $"{error.Place.Path}({error.Place.Lines.Start.Line + 1}): {error.Message}"));

    /// <summary>The check above passes over rows about libraries that are not there.</summary>
    [Fact]
    public void EveryFrameworkRow_IsAboutSomething() =>
        Assert.Empty(KnowledgeBase.BuiltIn.Rows.Where(IsFramework)
            .Where(row => EffectTableCheck.MembersOf(row, Framework.Value).IsEmpty).Select(row => row.Member.Text));

    [Fact]
    public void NoMember_HasTwoRows() =>
        Assert.Empty(KnowledgeBase.BuiltIn.Rows.GroupBy(row => row.Member.Library + row.Member.Id + row.Member.Name + row.Member.EveryOverload)
            .Where(group => group.Count() > 1).Select(group => group.First().Member.Text));

    /// <summary>A framework method that takes a writable span or memory under one of these names fills it.</summary>
    [Fact]
    public void FrameworkMethodThatFillsASpan_HasARow()
    {
        string[] names = ["destination", "utf8Destination", "buffer", "bytesDestination"];
        var forgotten =
            from type in TypesOf(Framework.Value.GlobalNamespace)
            from method in type.GetMembers().OfType<IMethodSymbol>()
            where method is { DeclaredAccessibility: Accessibility.Public, IsOverride: false } && !IsPlumbing(type)
            from parameter in method.Parameters
            where names.Contains(parameter.Name) && parameter.Type is INamedTypeSymbol { Name: "Span" or "Memory", IsGenericType: true }
            where !KnowledgeBase.BuiltIn.EffectsOf(method).Any(effect => effect.Target == Operand.Parameter(parameter.Ordinal)
                || (effect.Kind == EffectKind.Derive && effect["from"]?.AsOperand == Operand.Parameter(parameter.Ordinal)))
            select method.GetDocumentationCommentId();
        Assert.Empty(forgotten);
    }

    /// <summary>Types that only generated code uses, and scratch space that is handed over.</summary>
    private static bool IsPlumbing(INamedTypeSymbol type) =>
        type.ToDisplayString().StartsWith("System.Runtime.InteropServices.Marshalling", StringComparison.Ordinal) || type.Name == "SocketAsyncEventArgs";

    private static bool IsFramework(EffectRow row) =>
        row.Member.Library is null && row.Place.Path is not ("MonoPosix.effects.txt" or "DaxRuntime.effects.txt");

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol container) =>
        container.GetMembers().OfType<INamespaceOrTypeSymbol>()
            .Where(member => member is INamespaceSymbol || member.DeclaredAccessibility == Accessibility.Public)
            .SelectMany(member => member is INamedTypeSymbol type ? TypesOf(type).Prepend(type) : TypesOf(member));
}
