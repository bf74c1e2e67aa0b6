using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Engine;

/// <summary>
/// Which files and bodies are analysed. Only the first document names a mapping; what it hands out is used elsewhere under names of its own.
/// </summary>
public sealed class ReachTests
{
    private const string Store = """
        using System.IO.MemoryMappedFiles;
        public interface IStore { MemoryMappedViewAccessor Fresh(); }
        public abstract class StoreBase : IStore { public abstract MemoryMappedViewAccessor Fresh(); }
        public sealed class Store : StoreBase
        {
            public override MemoryMappedViewAccessor Fresh() => Open(MemoryMappedFile.CreateFromFile("store"));
            public static MemoryMappedViewAccessor Open(MemoryMappedFile map) => map.CreateViewAccessor();
        }
        public static class StoreExtensions
        {
            public static MemoryMappedViewAccessor ToMapping(this string path) => MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();
        }
        """;

    [Theory]
    [InlineData("class User { void Run(string path) { var all = path.ToMapping(); [|all.Write(0, 1)|]; } }")]
    [InlineData("class User { void Run() { var view = Store.Open(null); [|view.Write(0, 1)|]; } }")]
    [InlineData("class User { void Run(IStore store) { var view = store.Fresh(); [|view.Write(0, 1)|]; } }")]
    [InlineData("class User { void Run(StoreBase store) { var view = store.Fresh(); [|view.Write(0, 1)|]; } }")]
    [InlineData("using Kept = Store; class User { void Run(Kept kept) { var view = kept.Fresh(); [|view.Write(0, 1)|]; } }")]
    [InlineData("class User : Middle { void Run() { var inner = Open(); [|inner.Write(0, 1)|]; } }", "class Middle { protected System.IDisposable Kept; protected static Store Open2() => null; protected dynamic Any; protected static System.IO.MemoryMappedFiles.MemoryMappedViewAccessor Open() => Store.Open(null); }")]
    [InlineData("class User { void Run(Outer outer) { var view = outer.Inner.Fresh(); [|view.Write(0, 1)|]; } }", "class Outer { public Wrapped Inner; }", "class Wrapped { Store _store; public System.IO.UnmanagedMemoryAccessor Other; public System.IO.MemoryMappedFiles.MemoryMappedViewAccessor Fresh() => _store.Fresh(); }")]
    [InlineData("class User { void Run() { var view = Named.Fresh(); [|view.Write(0, 1)|]; } }", "global using Named = Deep.Down.Facade;", "namespace Deep.Down { static class Facade { static Store s_store; public static System.IO.MemoryMappedFiles.MemoryMappedViewAccessor Fresh() => s_store.Fresh(); } }")]
    [InlineData("class User { void Run(Face face) { var view = face.Fresh(); [|view.Write(0, 1)|]; } }", "using Kept = Face; class Implementation : Kept { public override System.IO.UnmanagedMemoryAccessor Fresh() => Store.Open(null); }", "abstract class Face { public abstract System.IO.UnmanagedMemoryAccessor Fresh(); }")]
    [InlineData("class User { void Run(Face face) { var view = face.Fresh(); [|view.Write(0, 1)|]; } }", "global using Kept = Face;", "class Implementation : Kept { public override System.IO.UnmanagedMemoryAccessor Fresh() => Store.Open(null); }", "abstract class Face { public abstract System.IO.UnmanagedMemoryAccessor Fresh(); }")]
    public async Task WhatAnotherFileNamesOnItsWay_IsAnalysed(string user, params string[] between) =>
        await Verify.Analyzer(user, VerifyOptions.Default with
        {
            OnlyIds = ["DAX1001"],
            Documents = [new TestFile("Store.cs", Store), .. between.Select((text, i) => new TestFile($"Between{i}.cs", text))],
        });

    /// <summary>A helper in a file that names nothing of the kind, and writes through what it is handed.</summary>
    [Theory]
    [InlineData("static class Bytes { public static unsafe void Put(byte* p, int value) => *(int*)p = value; }")]
    [InlineData("static class Bytes { public static unsafe void Put(byte* p, int value) => Inner.Put(ref *p, value); static class Inner { public static void Put(ref byte b, int value) => b = (byte)value; } }")]
    public async Task HelperElsewhere_IsFollowedWithWhatItIsHanded(string helper) =>
        await Verify.Analyzer("""
            using System.IO.MemoryMappedFiles;
            unsafe class User
            {
                void Run(MemoryMappedFile map)
                {
                    var view = map.CreateViewAccessor();
                    byte* p = null;
                    view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                    [|Bytes.Put(p, 1)|];
                }
            }
            """, VerifyOptions.Default with { OnlyIds = ["DAX1001"], Documents = [new TestFile("Bytes.cs", helper)] });

    /// <summary>Bodies that call each other in circles are analysed together; which of them is asked for first must not matter.</summary>
    [Fact]
    public async Task KnotsOfCalls_SayTheSameWhoeverAsksFirst()
    {
        var knot = string.Join("\n", Enumerable.Range(0, 14).Select(i => $$"""
            public static bool F{{i}}(MemoryMappedViewAccessor v, int n)
            {
                if (n == {{i}}) { v.Write({{i * 8}}, n); return F{{(i + 5) % 14}}(v, n - 1); }
                if (n < 0) { v.Flush(); return true; }
                return F{{(i + 1) % 14}}(v, n - 1) || F{{(i * 3 + 2) % 14}}(v, n - 2);
            }
            public static void G{{i}}(MemoryMappedFile map, int n) { var v = map.CreateViewAccessor(); v.Write(1, n); if (F{{i}}(v, n)) v.Write(2, n); H{{i}}(v); }
            static void H{{i}}(MemoryMappedViewAccessor v) { var p = v; p.Write(3, 1); if (p.Capacity > 9) p.Flush(); }
            """));
        var runs = Enumerable.Range(0, 12).Select(_ => Task.Run(() => AnalysisRun.Of(TestCompilation.From($"static class Knot {{ {knot} }}", VerifyOptions.Default))));
        var said = (await Task.WhenAll(runs)).Select(run => DiagnosticText.List(run)).Distinct();
        Assert.NotEmpty(Assert.Single(said));
    }

    /// <summary>Thousands of statements do not exhaust the budget, and the last of them is judged like the first.</summary>
    [Fact]
    public async Task LongMethod_IsJudgedToItsEnd()
    {
        var statements = string.Join("\n", Enumerable.Range(0, 1500).Select(i =>
            $"view.Write({i}, a); x = a > b ? x + {i} : b; if (a == {i}) {{ x -= b; }} else {{ x += b; }} for (var k = 0; k < {i % 7}; k++) x += k; var o{i} = x > 2 ? map : null; o{i}?.GetHashCode(); view.Flush();"));
        await Verify.Analyzer($$"""
            class Long
            {
                void Run(MemoryMappedFile map, MemoryMappedFile other, int a, int b)
                {
                    using var view = other.CreateViewAccessor();
                    var x = 0;
                    {{statements}}
                    var last = map.CreateViewAccessor();
                    [|last.Write(0, x)|];
                }
            }
            """, VerifyOptions.Default with { OnlyIds = ["DAX1001", "DAX9002"] });
    }

    /// <summary>One of several implementations maps a file of its own; whoever writes through the interface cannot owe for it.</summary>
    [Fact]
    public async Task WhatOneOfSeveralImplementationsMaps_IsItsOwnBusiness() => await Verify.Silent("""
        unsafe interface ISink { void Init(ref Writer writer); }
        unsafe struct Writer
        {
            public byte* Current;
            public ISink Sink;
            public Writer(ISink sink) { Sink = sink; if (sink != null) sink.Init(ref this); }
            public void Put(byte value) { if (Sink is ISink sink) sink.Init(ref this); *Current = value; Current++; }
        }
        unsafe sealed class MappedSink(MemoryMappedFile map) : ISink
        {
            private MemoryMappedViewAccessor _view;
            public void Init(ref Writer writer)
            {
                _view = map.CreateViewAccessor();
                byte* p = null;
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                writer.Current = p;
            }
            public void Commit() => _view.Flush();
        }
        unsafe sealed class HeapSink : ISink { public void Init(ref Writer writer) => writer.Current = (byte*)NativeMemory.Alloc(100); }
        unsafe class User
        {
            void Run() { var writer = new Writer(); writer.Put(1); writer.Put(2); }
            void Run(ISink sink) { var writer = new Writer(sink); writer.Put(1); }
        }
        """, VerifyOptions.Default with { OnlyIds = ["DAX1001", "DAX1002"] });

    /// <summary>A body over its budget says so and nothing else, and what it might flush is not held against others.</summary>
    [Fact]
    public async Task BodyThatIsGivenUp_IsReportedAsSuchAndMayFlush()
    {
        const int depth = 64;
        var body = "_view.Flush();";
        for (var i = 0; i < depth; i++)
        {
            body = $$"""
                for (var k{{i}} = 0; k{{i}} < n; k{{i}}++)
                {
                    try
                    {
                        if (f(x{{i}})) { x{{(i + 1) % depth}} = x{{i}} + k{{i}}; continue; }
                        if (f(k{{i}})) break;
                        if (f({{i}})) return;
                        {{body}}
                        x{{i}} = x{{(i + 2) % depth}};
                    }
                    finally { f({{i}}); }
                }
                """;
        }
        await Verify.Analyzer($$"""
            sealed class Log(MemoryMappedFile map)
            {
                private readonly MemoryMappedViewAccessor _view = map.CreateViewAccessor();
                public void Put(int value) => _view.Write(0, value);
                public void {|DAX9002:Commit|}(int n, Func<int, bool> f)
                {
                    {{string.Concat(Enumerable.Range(0, depth).Select(i => $"int x{i} = n; "))}}
                    {{body}}
                }
            }
            """, VerifyOptions.Default);
    }
}
