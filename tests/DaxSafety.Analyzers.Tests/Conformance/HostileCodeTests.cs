using System.Diagnostics;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Analyzers.Tests.Conformance;

/// <summary>Half-typed, endless, deep and concurrent code: the analyzer ends, does not throw, and says the same every time.</summary>
public sealed class HostileCodeTests
{
    private const string Sample = """
        sealed class Store : IDisposable
        {
            private readonly MemoryMappedViewAccessor _view;
            private unsafe byte* _base;
            public unsafe Store(MemoryMappedFile map) { _view = map.CreateViewAccessor(0, 4096); _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base); }
            public unsafe ref int this[int index] => ref *(int*)(_base + index);
            public unsafe void Put(int n, Span<byte> data)
            {
                try { data.CopyTo(new Span<byte>(_base + n, data.Length)); _base[0]++; }
                catch (IOException e) when (e.HResult > n) { return; }
                finally { if (n > 3) _view.Flush(); }
                (this[0], this[4]) = (n, n switch { 1 => 2, > 5 and < 9 => 3, _ => 4 });
                foreach (ref var b in data) { b = 1; Volatile.Write(ref *_base, b); }
            }
            public async Task Save(MemoryMappedFile map)
            {
                await using var stream = map.CreateViewStream();
                await stream.WriteAsync(new byte[8]);
                Action flush = () => { lock (map) { stream?.Flush(); } };
                flush();
            }
            public IEnumerable<int> Walk() { for (var i = 0; i < 8; i++) { yield return i; _view.Write(i, i); } }
            public void Dispose() => _view.Dispose();
        }
        """;

    /// <summary>Every other token is left out, every third doubled, and the file ends after every third.</summary>
    [Fact]
    public async Task HalfTypedCode_DoesNotThrow()
    {
        var tokens = CSharpSyntaxTree.ParseText(Sample).GetRoot().DescendantTokens().Select(token => token.FullSpan).ToArray();
        var mutants = Each(2).Select(span => Sample.Remove(span.Start, span.Length))
            .Concat(Each(3).Select(span => Sample.Insert(span.Start, Sample.Substring(span.Start, span.Length))))
            .Concat(Each(3).Select(span => Sample[..span.End]));
        var options = VerifyOptions.Default with { AllowErrors = true };
        await Parallel.ForEachAsync(mutants, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (mutant, _) =>
        {
            try
            {
                await AnalysisRun.Of(TestCompilation.From(mutant, options));
            }
            catch (VerificationFailure failure)
            {
                throw new VerificationFailure($"{failure.Message}\n\n{mutant}");
            }
        });

        IEnumerable<Microsoft.CodeAnalysis.Text.TextSpan> Each(int step) => tokens.Where((_, index) => index % step == 0);
    }

    /// <summary>Structures that hold themselves, by another or by a type argument that grows: they have no size.</summary>
    [Fact]
    public async Task StructuresWithoutEnd_DoNotThrow()
        => await AnalysisRun.Of(TestCompilation.From("""
            struct Node { public int Value; public Node Next; }
            struct Egg { public Hen By; public int Value; }
            struct Hen { public int Value; public Egg From; }
            struct Box<T> where T : unmanaged { public T Value; public Box<Box<T>> Inner; }
            class Store
            {
                unsafe void Save(MemoryMappedFile map)
                {
                    var view = map.CreateViewAccessor();
                    byte* p = null;
                    view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                    ((Node*)p)->Value = sizeof(Node);
                    ((Egg*)p)->By.Value = Unsafe.SizeOf<Hen>();
                    ((Box<int>*)p)->Value = sizeof(Box<int>);
                    view.Flush();
                }
            }
            """, VerifyOptions.Default with { AllowErrors = true }));

    /// <summary>Members of an extension block have no type of their own in documentation IDs.</summary>
    [Fact]
    public async Task ExtensionBlocks_DoNotThrow()
        => await AnalysisRun.Of(TestCompilation.From("""
            static class Extensions
            {
                extension(MemoryMappedViewAccessor view) { public void Write(int value) => view.Write(0, value); public void Flush(bool all) => view.Flush(); }
                extension<T>(Span<T> span) { public void Fill(int count, T value) => span.Slice(0, count).Fill(value); public void Reverse(int count) => span.Slice(0, count).Reverse(); }
            }
            class Store
            {
                void Save(MemoryMappedFile map, Span<byte> data, int[] all)
                {
                    var view = map.CreateViewAccessor();
                    view.Write(1);
                    view.Flush(true);
                    data.Fill(3, 1);
                    data.Reverse(2);
                    new Span<int>(all).Fill(2, 1);
                }
            }
            """, VerifyOptions.Default with { AllowErrors = true }));

    /// <summary>The compiler's own graph builder throws where the constructor of an interpolated string's handler is ambiguous.</summary>
    [Fact]
    public async Task CodeWithoutAGraph_DoesNotThrow()
    {
        var reported = await AnalysisRun.Of(TestCompilation.From("""
            [System.Runtime.CompilerServices.InterpolatedStringHandler]
            ref struct Text
            {
                public Text(int length, int count, Log log) { }
                public Text(int length, int count, Log log) { }
                public void AppendLiteral(string text) { }
                public void AppendFormatted<T>(T value) { }
            }
            [System.Runtime.CompilerServices.InterpolatedStringHandler]
            ref struct Line
            {
                public Line(int length, int count, out bool isOn) { isOn = true; }
                public Line(int length, int count, out bool isOn) { isOn = true; }
                public void AppendLiteral(string text) { }
                public void AppendFormatted(int value) { }
            }
            class Log
            {
                void Say([System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] Text text) { }
                void Say2(Line line) { }
                void First(MemoryMappedFile map, int x) { var view = map.CreateViewAccessor(); view.Write(0, 1); Say($"a{x}"); view.Flush(); }
                void Second(MemoryMappedFile map, int x) { var view = map.CreateViewAccessor(); view.Write(0, 1); Say2($"a{x}"); view.Flush(); }
                void Third(MemoryMappedFile map) { var view = map.CreateViewAccessor(); view.Write(0, 1); }
            }
            """, VerifyOptions.Default with { AllowErrors = true }));
        Assert.Equal("DAX1001", Assert.Single(reported).Id);
    }

    [Fact]
    public async Task TwentyRunsAtOnce_SayTheSame()
    {
        var runs = Enumerable.Range(0, 20).Select(_ => Task.Run(() => AnalysisRun.Of(TestCompilation.From(Sample, VerifyOptions.Default))));
        var said = (await Task.WhenAll(runs)).Select(run => DiagnosticText.List(run)).Distinct();
        Assert.Single(said);
    }

    /// <summary>A left-nested chain of operators overflows the stack of whoever evaluates it by recursion, and takes the compiler with it.</summary>
    [Fact]
    public async Task LongChainOfOperators_Ends()
    {
        var chain = "n" + string.Concat(Enumerable.Repeat(" + n", 20_000));
        Assert.Empty(await AnalysisRun.Of(TestCompilation.From($$"""
            class Store { void Save(MemoryMappedFile map, int n) { var view = map.CreateViewAccessor(); view.Write(0, {{chain}}); view.Flush(); } }
            """, VerifyOptions.Default)));
    }

    [Fact]
    public async Task DeepNesting_Ends()
    {
        var body = string.Concat(Enumerable.Repeat("if (Check(n)) { view.Write(n, 1); ", 100)) + string.Concat(Enumerable.Repeat("}", 100));
        await AnalysisRun.Of(TestCompilation.From($$"""
            class Store { void Save(MemoryMappedFile map, int n) { var view = map.CreateViewAccessor(); {{body}} view.Flush(); } bool Check(int n) => n > Environment.TickCount; }
            """, VerifyOptions.Default));
    }

    [Fact]
    public async Task HugeMethod_EndsInTime()
    {
        var statements = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"if (n == {i}) view.Write({i}, n); else n += {i};\n"));
        var source = $$"""
            class Store { void Save(MemoryMappedFile map, int n) { var view = map.CreateViewAccessor(); {{statements}} view.Flush(); } }
            """;
        var watch = Stopwatch.StartNew();
        await AnalysisRun.Of(TestCompilation.From(source, VerifyOptions.Default));
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"It took {watch.Elapsed}.");
    }

    /// <summary>What could not be lowered is not analysed: it may flush what it names, and whatever it is handed.</summary>
    [Theory]
    [InlineData("private MemoryMappedViewAccessor _view;", "_view")]
    [InlineData("private MemoryMappedViewAccessor _view; public MemoryMappedViewAccessor View => _view;", "View")]
    [InlineData("internal MemoryMappedViewAccessor _view;", "_view")]
    public async Task BodyThatCannotBeLowered_MayFlushWhatItNames(string field, string flushed)
    {
        var knot = "Work();";
        for (var depth = 0; depth < 8; depth++)
            knot = $"while (Check()) {{ try {{ if (Check()) break; if (Check()) continue; Work(); }} finally {{ {knot} }} }}";
        var reported = await AnalysisRun.Of(TestCompilation.From($$"""
            class Store
            {
                {{field}}
                public Store(MemoryMappedFile map) => _view = map.CreateViewAccessor();
                public void Put(int x) => _view.Write(0, x);
                public void Commit() { {{knot}} {{flushed}}.Flush(); }
                static bool Check() => Environment.TickCount > 3;
                static void Work() { }
            }
            """, VerifyOptions.Default));
        Assert.Equal(["DAX9002"], reported.Select(diagnostic => diagnostic.Id));
    }

    /// <summary>Bindings to a library: thousands of delegates, all fetched by one constructor without a branch, each called by a method of its own.</summary>
    [Fact]
    public async Task BindingsOfManyDelegates_AreNotGivenUp()
    {
        string Each(Func<int, string> text) => string.Concat(Enumerable.Range(0, 2500).Select(text));
        var reported = await AnalysisRun.Of(TestCompilation.From($$"""
            unsafe class Bindings
            {
                private readonly MemoryMappedViewAccessor _view;
                {{Each(i => $"delegate void F{i}(byte* data, int count); private readonly F{i} _f{i};\n")}}
                public Bindings(MemoryMappedFile map, Func<string, Delegate> load)
                {
                    _view = map.CreateViewAccessor();
                    {{Each(i => $"_f{i} = (F{i})load(\"f{i}\");\n")}}
                }
                {{Each(i => $"public void Call{i}(byte* data, int count) {{ if (count > 0) _f{i}(data, count); }}\n")}}
                public void Put(long x) => _view.Write(0, x);
            }
            """, VerifyOptions.Default));
        Assert.Equal(["DAX1002"], reported.Select(diagnostic => diagnostic.Id));
    }

    [Fact]
    public async Task PatternOfManyAlternatives_EndsInTime()
    {
        var alternatives = string.Join(", ", Enumerable.Range(0, 24).Select(i => $"P{i}: 1 or 2 or 3"));
        var numbers = string.Join(" or ", Enumerable.Range(0, 600).Select(i => i * 3));
        var properties = string.Concat(Enumerable.Range(0, 24).Select(i => $"public int P{i}; "));
        var reported = await AnalysisRun.Of(TestCompilation.From($$"""
            class Shape { {{properties}} }
            class Puzzle
            {
                void Fill(MemoryMappedFile map, Shape shape, int n)
                {
                    var view = map.CreateViewAccessor();
                    if (shape is { {{alternatives}} }) view.Write(0, 1);
                    if (n is {{numbers}}) view.Write(8, 1);
                    if (shape is not ({ {{alternatives}} } or { P0: 7 }) && n is not ({{numbers}})) view.Flush();
                }
            }
            """, VerifyOptions.Default));
        Assert.DoesNotContain(reported, diagnostic => diagnostic.Id is "DAX9002" or "AD0001");
    }

    /// <summary>Twelve bodies with four endings each are forty-eight ways on from every call: not all can be followed, and all that matters is kept.</summary>
    [Fact]
    public async Task CallsOfManyImplementations_AreNotGivenUp()
    {
        var sinks = string.Concat(Enumerable.Range(0, 12).Select(i => $$"""
            sealed class Sink{{i}} : ISink
            {
                private int _last, _count;
                public int Put(MemoryMappedViewAccessor view, int n)
                {
                    if (n < {{i}}) { view.Write(0, n); _last = n; return 1; }
                    if (n > {{100 + i}}) { view.Write({{i}}, n); _count = n; return 2; }
                    if (n == 50) return 0;
                    view.Write(8, n); view.Write(16, _last); return 3;
                }
            }

            """));
        var puts = string.Concat(Enumerable.Repeat("foreach (var n in more) { if (sink.Put(view, n) == 0) continue; while (sink.Put(view, n + 1) == 1) sink.Put(view, n + 2); }\n", 10));
        var reported = await AnalysisRun.Of(TestCompilation.From($$"""
            interface ISink { int Put(MemoryMappedViewAccessor view, int n); }
            {{sinks}}
            static class Store
            {
                public static void Save(MemoryMappedFile map, ISink sink, int[] more) { var view = map.CreateViewAccessor(); {{puts}} view.Flush(); }
                public static void Lose(MemoryMappedFile map, ISink sink, int[] more) { var view = map.CreateViewAccessor(); {{puts}} }
            }
            """, VerifyOptions.Default));
        Assert.NotEmpty(reported);
        Assert.All(reported, diagnostic => Assert.Equal("DAX1001", diagnostic.Id));
    }

    [Fact]
    public async Task MutualRecursion_Ends() => await AnalysisRun.Of(TestCompilation.From("""
        static class Store
        {
            static void A(MemoryMappedViewAccessor view, int n) { view.Write(0, n); if (n > 0) B(view, n - 1); }
            static void B(MemoryMappedViewAccessor view, int n) { if (n > 3) C(view, n); else A(view, n); view.Flush(); }
            static void C(MemoryMappedViewAccessor view, int n) { A(view, n); B(view, n); C(view, n - 1); }
            static void Save(MemoryMappedFile map) { var view = map.CreateViewAccessor(); A(view, 8); C(view, 8); }
        }
        """, VerifyOptions.Default));
}
