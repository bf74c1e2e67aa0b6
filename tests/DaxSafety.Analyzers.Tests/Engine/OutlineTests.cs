using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;
using DaxSafety.Analyzers.Tests.Programs;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Engine;

/// <summary>
/// A body whose outline says that it is of no concern is never lowered, so an outline must hold at least what lowering finds: checked body by body, over all programs.
/// </summary>
public sealed class OutlineTests
{
    public static TheoryData<string> Programs => ProgramTests.Names;

    [Theory]
    [MemberData(nameof(Programs))]
    public void Outline_HoldsWhatLoweringFinds(string program)
    {
        var compilation = ProgramTests.CompilationOf(program).Compile(EditorConfig.Parse(""));
        Assert.Empty(Missing(compilation));
    }

    [Theory]
    [InlineData("class C { int Read() => 1; Func<int> Hand() => Read; }")]
    [InlineData("class C : IDisposable { object _o; public void Dispose() { } void Use(string path) { using (Unknown.Open(path)) { } } }")]
    [InlineData("class C : IDisposable { object _o; public void Dispose() { } void Use(string path) { using var one = Unknown.Open(path); } }")]
    [InlineData("class C : IDisposable { object _o; public void Dispose() { } void Use(string path) { foreach (var one in Unknown.Open(path)) { } } }")]
    [InlineData("unsafe class C : System.Collections.IEnumerable { public System.Collections.IEnumerator GetEnumerator() => null; MemoryMappedViewAccessor _v; void Walk(byte*[] all) { foreach (var one in all) *one = 0; } }")]
    [InlineData("struct Both { public object A; public void Deconstruct(out object a, out object b) => (a, b) = (A, A); } class C { void Use(Both both) { var (a, b) = both; foreach (var (x, y) in new[] { both }) { } } }")]
    [InlineData("class Own : IAsyncDisposable { object _o; public ValueTask DisposeAsync() => default; } class C { async Task Use(Own own) { await using (own.ConfigureAwait(false)) { } await using var two = own; } }")]
    [InlineData("class Items { object _o; public Walk GetEnumerator() => new(); public struct Walk { object _o; public object Current => _o; public bool MoveNext() => false; public void Dispose() { } } } class C { void Use(Items items) { foreach (var item in items) { } } }")]
    [InlineData("struct Guard : IDisposable { object _o; public void Dispose() { } } class C { C _next; Guard Begin() => default; void Use() { using (_next?.Begin()) { } } }")]
    [InlineData("struct Inner { public object A; public void Deconstruct(out object a, out object b) => (a, b) = (A, A); } struct Outer { public Inner I; public void Deconstruct(out Inner i, out object o) => (i, o) = (I, null); } class C { void Use(Outer outer, Dictionary<int, Inner> all) { var ((a, b), c) = outer; foreach (var (key, (x, y)) in all) { } } }")]
    [InlineData("unsafe class Page { byte* _p; public ref byte GetPinnableReference() => ref *_p; } class C { unsafe void Use(Page page) { fixed (byte* p = page) *p = 1; } }")]
    public void CallsThatTheCompilerMakes_AreHeld(string source) =>
        Assert.Empty(Missing(TestCompilation.From(source, VerifyOptions.Default).Compile(EditorConfig.Parse(""))));

    private static List<string> Missing(Compilation compilation)
    {
        var lowering = LoweredBodies.ContextOf(compilation);
        DurabilityContext context = new(lowering, AnalysisOptions.Default);
        Concern concern = new(context, new FieldOriginStore(context));
        List<string> missing = [];
        foreach (var (owner, body) in LoweredBodies.Of(lowering, compilation))
            if (lowering.OutlineOf(owner, CancellationToken.None) is { NamesMapping: false } outline)
                missing.AddRange(MissingIn(body, outline, concern).Select(what => $"{owner.ToDisplayString()}: {what}"));
        return missing;
    }

    private static IEnumerable<string> MissingIn(LoweredBody body, BodyOutline outline, Concern concern)
    {
        foreach (var callee in body.Callees)
            if (callee.Symbol is { } symbol and not IMethodSymbol { MethodKind: MethodKind.DelegateInvoke } && !outline.Callees.Contains(callee))
                yield return $"calls {symbol.ToDisplayString()}";
        if (concern.Names(body, CancellationToken.None) && !concern.MayName(outline, CancellationToken.None))
            yield return "names a mapping";
        foreach (var missing in body.Nested.SelectMany(nested => MissingIn(nested, outline, concern)))
            yield return missing;
    }
}
