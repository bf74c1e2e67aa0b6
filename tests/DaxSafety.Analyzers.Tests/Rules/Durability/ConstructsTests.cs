using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>What C# can wrap around a write and a flush: loops, patterns, async, iterators, delegates, wrappers, contracts.</summary>
public sealed class ConstructsTests
{
    private static string InProgram(string members) => $$"""
        using System;
        using System.Buffers.Binary;
        using System.Collections.Generic;
        using System.IO;
        using System.IO.MemoryMappedFiles;
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        using System.Text;
        using System.Threading;
        using System.Threading.Tasks;

        struct Header { public int Magic; public long Count; public int Version { get; set; } public void Reset() { Magic = 0; } }
        enum Mode { Fast, Safe }

        static unsafe class Program
        {
            static MemoryMappedViewAccessor Open(string path) => MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();
            static byte* Pointer(MemoryMappedViewAccessor view) { byte* p = null; view.SafeMemoryMappedViewHandle.AcquirePointer(ref p); return p + view.PointerOffset; }
        {{members}}
        }
        """;

    private static Task Reported(string members) => Verify.Analyzer(InProgram(members));

    private static Task Silent(string members) => Verify.Silent(InProgram(members));

    [Fact]
    public Task Factory_MakesAViewOfTheCaller() => Reported("static void Run() { var v = Open(\"a\"); {|DAX1001:v.Write(0, 1)|}; }");

    [Fact]
    public Task ReturnedPointer_NamesTheView() => Reported("static void Run() { var v = Open(\"a\"); var p = Pointer(v); {|DAX1001:p[3] = 1|}; }");

    [Fact]
    public Task ReturnedPointerFlushedView_IsSilent() => Silent("static void Run() { var v = Open(\"a\"); var p = Pointer(v); p[3] = 1; v.Flush(); }");

    [Fact]
    public Task StructThroughPointer_IsReported() => Reported("static void Run() { var p = (Header*)Pointer(Open(\"a\")); {|DAX1001:p->Magic = 1|}; }");

    [Fact]
    public Task StructMethodThroughPointer_IsReported() => Reported("static void Run() { var p = (Header*)Pointer(Open(\"a\")); {|DAX1001:p->Reset()|}; }");

    [Fact]
    public Task PropertySetterThroughPointer_IsReported() => Reported("static void Run() { var p = (Header*)Pointer(Open(\"a\")); {|DAX1001:p->Version = 1|}; }");

    [Fact]
    public Task RefLocal_IsReported() => Reported("static void Run() { ref var h = ref Unsafe.AsRef<Header>(Pointer(Open(\"a\"))); {|DAX1001:h.Count = 1|}; }");

    [Fact]
    public Task RefReturn_IsReported() => Reported("""
        static ref Header At(byte* p) => ref Unsafe.AsRef<Header>(p);
        static void Run() { var p = Pointer(Open("a")); {|DAX1001:At(p).Count = 1|}; }
        """);

    [Fact]
    public Task RefArgument_IsReported() => Reported("""
        static void Set(ref int x) => x = 1;
        static void Run() { var p = (int*)Pointer(Open("a")); {|DAX1001:Set(ref p[4])|}; }
        """);

    [Fact]
    public Task Volatile_And_Interlocked_AreWrites() => Reported("""
        static void A() { var p = (long*)Pointer(Open("a")); {|DAX1001:Volatile.Write(ref *p, 1)|}; }
        static void B() { var p = (long*)Pointer(Open("a")); {|DAX1001:Interlocked.Increment(ref p[1])|}; }
        """);

    [Fact]
    public Task SpanHelpers_AreWrites() => Reported("""
        static void A(byte[] s) { var m = new Span<byte>(Pointer(Open("a")), 64); {|DAX1001:s.CopyTo(m)|}; }
        static void B() { var m = new Span<byte>(Pointer(Open("a")), 64); {|DAX1001:BinaryPrimitives.WriteInt32LittleEndian(m[4..], 1)|}; }
        static void C(string s) { var m = new Span<byte>(Pointer(Open("a")), 64); {|DAX1001:Encoding.UTF8.GetBytes(s, m)|}; }
        static void D() { var m = new Span<byte>(Pointer(Open("a")), 64); {|DAX1001:MemoryMarshal.Cast<byte, int>(m)[^1] = 2|}; }
        static void E(Stream s) { var m = new Span<byte>(Pointer(Open("a")), 64); {|DAX1001:s.Read(m)|}; }
        static void F() { var m = new Span<byte>(Pointer(Open("a")), 64); {|DAX1001:m.Clear()|}; }
        static void G() { var m = new Span<byte>(Pointer(Open("a")), 64); foreach (ref var x in m) {|DAX1001:x = 1|}; }
        """);

    [Fact]
    public Task ManagedMemory_IsNobodysBusiness() => Silent("""
        static void A(byte[] a) { Span<byte> s = a; s[0] = 1; s.Fill(2); fixed (byte* p = a) p[0] = 1; }
        static void B() { Span<byte> s = stackalloc byte[16]; s[0] = 1; byte* p = stackalloc byte[4]; *p = 1; }
        static void C(int n) { var p = (byte*)NativeMemory.Alloc((nuint)n); *p = 1; NativeMemory.Free(p); }
        static void D(MemoryMappedViewAccessor v) { var x = v.ReadInt32(0); var a = new int[2]; v.ReadArray(0, a, 0, 2); a[0] = x; }
        static void E() { var p = Pointer(Open("a")); var copy = new Span<byte>(p, 16).ToArray(); copy[0] = 1; }
        """);

    private static string InSafeProgram(string members) => InProgram("}\nstatic class Async {\n static MemoryMappedViewAccessor Open(string path) => MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();\n" + members);

    [Fact]
    public Task Async_IsAnOrdinaryStep() => Verify.Analyzer(InSafeProgram("""
        static async Task Good(string p) { var v = Open(p); v.Write(0, 1); await Task.Yield(); v.Flush(); }
        static async Task Bad(string p, bool b) { var v = Open(p); {|DAX1001:v.Write(0, 1)|}; await Task.Delay(1); if (b) return; v.Flush(); }
        """));

    [Fact]
    public Task AsyncHelper_ThatFlushes_IsSilent() => Verify.Silent(InSafeProgram("""
        static async Task Commit(MemoryMappedViewAccessor v) { await Task.Yield(); v.Flush(); }
        static async Task Run(string p) { var v = Open(p); v.Write(0, 1); await Commit(v).ConfigureAwait(false); }
        """));

    [Fact]
    public Task Iterator_MayStopAtItsYield() => Reported("""
        static IEnumerable<int> Run(string p) { var v = Open(p); {|DAX1001:v.Write(0, 1)|}; yield return 1; v.Flush(); }
        static IEnumerable<int> Good(string p) { using var v = Open(p); v.Write(0, 1); yield return 1; }
        """);

    [Fact]
    public Task LocalFunctions_And_Lambdas_ShareTheView() => Reported("""
        static void A(string p) { var v = Open(p); void Put(int x) { {|DAX1001:v.Write(0, x)|}; } void Commit() => v.Flush(); Put(1); Commit(); Put(2); }
        static void B(string p) { var v = Open(p); Action<int> put = x => v.Write(0, x); put(1); v.Flush(); }
        static void C(string p) { var v = Open(p); Action<int> put = x => {|DAX1001:v.Write(0, x)|}; put(1); }
        static void D(string p) { var v = Open(p); v.Write(0, 1); Task.Run(() => v.Flush()).Wait(); }
        """);

    [Fact]
    public Task Switches_And_Patterns_AreCorrelated() => Reported("""
        static void A(string p, Mode m) { var v = Open(p); if (m == Mode.Safe) v.Write(0, 1); switch (m) { case Mode.Safe: v.Flush(); break; default: break; } }
        static void B(string p, Mode m) { var v = Open(p); {|DAX1001:v.Write(0, 1)|}; switch (m) { case Mode.Safe: v.Flush(); break; default: break; } }
        static void C(string p, object o) { var v = Open(p); if (o is string) v.Write(0, 1); if (o is string) v.Flush(); }
        static void D(string p, int n) { var v = Open(p); if (n > 0) v.Write(0, 1); if (n > 0) v.Flush(); }
        static void E(string p, int n) { var v = Open(p); if (n > 0) v.Write(0, 1); if (n <= 0) return; v.Flush(); }
        static void F(string p) { MemoryMappedViewAccessor? v = null; try { v = Open(p); v.Write(0, 1); } finally { if (v != null) v.Flush(); } }
        static void G(string p, int n) { var v = Open(p); if (n > 0) {|DAX1001:v.Write(0, 1)|}; n--; if (n > 0) v.Flush(); }
        """);

    [Fact]
    public Task Choice_OfTwoViews_IsFollowed() => Reported("""
        static void A(bool k) { var a = Open("a"); var b = Open("b"); var v = k ? a : b; v.Write(0, 1); v.Flush(); }
        static void B(bool k) { var a = Open("a"); var b = Open("b"); {|DAX1001:a.Write(0, 1)|}; (k ? a : b).Flush(); }
        static void C(bool k) { var a = Open("a"); var b = Open("b"); (k ? a : b).Write(0, 1); a.Flush(); b.Flush(); }
        """);

    [Fact]
    public Task SecondWriteAfterTheFlush_IsTheOneReported() => Reported("""
        static void Run(string p) { var v = Open(p); v.Write(0, 1); v.Flush(); v.Write(8, 2); {|DAX1001:v.Write(16, 3)|}; }
        """);

    [Fact]
    public Task Tuples_And_Outs_CarryTheView() => Reported("""
        static (MemoryMappedViewAccessor View, int N) Pair(string p) => (Open(p), 1);
        static bool Try(string p, out MemoryMappedViewAccessor v) { v = Open(p); return true; }
        static void A() { var (v, n) = Pair("a"); {|DAX1001:v.Write(0, n)|}; }
        static void B() { if (Try("a", out var v)) {|DAX1001:v.Write(0, 1)|}; }
        static void C() { var t = Pair("a"); t.View.Write(0, 1); t.View.Flush(); }
        """);

    [Fact]
    public Task ReturnValue_TellsEndingsApart() => Silent("""
        static bool TryPut(MemoryMappedViewAccessor v, int x) { if (x < 0) return false; v.Write(0, x); return true; }
        static void Run(int x) { var v = Open("a"); if (!TryPut(v, x)) return; v.Flush(); }
        """);

    [Fact]
    public Task ListOfViews_IsOutOfSight() => Silent("""
        static void Run(List<MemoryMappedViewAccessor> all) { var v = Open("a"); v.Write(0, 1); all.Add(v); }
        static void Walk(List<MemoryMappedViewAccessor> all) { foreach (var v in all) v.Write(0, 1); foreach (var v in all) v.Flush(); }
        """);

    [Fact]
    public Task CatchPath_OwesNothing() => Silent("""
        static void Run() { var v = Open("a"); try { v.Write(0, 1); File.ReadAllText("x"); v.Flush(); } catch (FileNotFoundException) { Console.WriteLine(); } }
        """);

    [Fact]
    public Task WriteInCatch_Owes() => Reported("""
        static void Run() { var v = Open("a"); try { File.ReadAllText("x"); } catch (FileNotFoundException) { {|DAX1001:v.Write(0, 1)|}; } }
        """);

    [Fact]
    public Task ReadOnlyView_IsSilent() => Silent("""
        static void Run(MemoryMappedFile m) { var v = m.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read); v.Write(0, 1); }
        """);

    [Fact]
    public Task OtherViewOfTheSameMap_Counts() => Reported("""
        static void A(MemoryMappedFile m) { var a = m.CreateViewAccessor(4096, 8); var b = m.CreateViewAccessor(); a.Write(0, 1); b.Flush(); }
        static void B(MemoryMappedFile m) { var a = m.CreateViewAccessor(); var b = m.CreateViewAccessor(0, 4096); {|DAX1001:a.Write(5000, 1)|}; b.Flush(); }
        """);

    [Fact]
    public Task HandleDisposedFirst_LeavesTheViewDirty() => Reported("""
        static void Run() { var v = Open("a"); {|DAX1001:v.Write(0, 1)|}; v.SafeMemoryMappedViewHandle.Dispose(); v.Dispose(); }
        """);

    [Fact]
    public Task Recursion_Ends() => Reported("""
        static void Put(MemoryMappedViewAccessor v, int n) { if (n == 0) return; v.Write(n, n); Put(v, n - 1); }
        static void Flush(MemoryMappedViewAccessor v, int n) { if (n > 0) Flush(v, n - 1); else v.Flush(); }
        static void A() { var v = Open("a"); {|DAX1001:Put(v, 3)|}; }
        static void B() { var v = Open("a"); Put(v, 3); Flush(v, 3); }
        """);

    [Fact]
    public Task DeepHelpers_AreFollowed() => Reported("""
        static void L1(MemoryMappedViewAccessor v) => L2(v);
        static void L2(MemoryMappedViewAccessor v) => L3(v);
        static void L3(MemoryMappedViewAccessor v) => v.Write(0, 1);
        static void F1(MemoryMappedViewAccessor v) => F2(v);
        static void F2(MemoryMappedViewAccessor v) => v.Flush();
        static void A() { var v = Open("a"); {|DAX1001:L1(v)|}; }
        static void B() { var v = Open("a"); L1(v); F1(v); }
        """);

    [Fact]
    public Task InterfaceCall_TakesTheImplementations() => Reported("""
        interface ISink { void Put(MemoryMappedViewAccessor v); }
        sealed class Dirty : ISink { public void Put(MemoryMappedViewAccessor v) => v.Write(0, 1); }
        static void A(ISink s) { var v = Open("a"); {|DAX1001:s.Put(v)|}; }
        """);

    [Fact]
    public Task ForEachView_InTheLoop_IsReported() => Reported("""
        static void Run(string[] paths) { foreach (var p in paths) { var v = Open(p); {|DAX1001:v.Write(0, 1)|}; } }
        static void Good(string[] paths) { foreach (var p in paths) { using var v = Open(p); v.Write(0, 1); } }
        static void Last(string[] paths) { foreach (var p in paths) { var v = Open(p); {|DAX1001:v.Write(0, 1)|}; if (p.Length > 3) { v.Flush(); break; } } }
        """);

    [Fact]
    public Task NintRoundTrip_KeepsTheView() => Reported("""
        static void Run() { var v = Open("a"); nint p = v.SafeMemoryMappedViewHandle.DangerousGetHandle(); {|DAX1001:Marshal.WriteInt32(p + 8, 1)|}; }
        """);

    [Fact]
    public Task ObjectInitializer_And_RefStruct_CarryThePointer() => Reported("""
        struct Cursor { public byte* P; public void Put(byte b) { *P = b; } }
        ref struct Window { public Span<byte> Bytes; }
        static void A() { var c = new Cursor { P = Pointer(Open("a")) }; {|DAX1001:c.Put(1)|}; }
        static void B() { var w = new Window { Bytes = new Span<byte>(Pointer(Open("a")), 8) }; {|DAX1001:w.Bytes[0] = 1|}; }
        """);

    [Fact]
    public Task LambdaInATry_HasItsOwnGraph() => Reported("""
        static void Run(string p) { try { var v = Open(p); Action<int> put = x => { if (x > 0) {|DAX1001:v.Write(0, x)|}; }; put(1); } catch (IOException) { } }
        """);

    [Fact]
    public Task CallWithManyEndings_InAnExpression_IsFollowed() => Reported("""
        static int Put(MemoryMappedViewAccessor v, int x) { switch (x) { case 0: v.Write(0, 1); return 0; case 1: v.Write(4, 1); return 1; case 2: v.Write(8, 1); return 2; case 3: return 3; case 4: v.Write(12, 1); return 4; case 5: v.Write(16, 1); return 5; case 6: v.Write(20, 1); return 6; default: return 7; } }
        static int Run(string p, int x) { var v = Open(p); return {|DAX1001:Put(v, x)|} + x * 2; }
        """);

    [Fact]
    public Task TwoBranchesThatLeaveTogether_AreOneMistake() => Reported("""
        static void Run(string p, bool ok) { var v = Open(p); if (ok) v.Write(0, 1); else {|DAX1001:v.Write(8, 2)|}; }
        """);

    [Fact]
    public Task LocalOfTheCallee_IsReportedThereOnly() => Reported("""
        static void Create(string p) { using var f = MemoryMappedFile.CreateFromFile(p); var v = f.CreateViewAccessor(); {|DAX1001:v.Write(0, 1)|}; }
        static void B(string p) { Create(p); }
        """);

    [Fact]
    public Task DisposalThroughAnOwner_IsAFlush() => Silent("""
        sealed class Store : IDisposable
        {
            readonly MemoryMappedViewAccessor _view;
            public Store(string p) => _view = MemoryMappedFile.CreateFromFile(p).CreateViewAccessor();
            public void Put(int x) => _view.Write(0, x);
            public void Dispose() => _view.Dispose();
        }
        sealed class Ledger : IDisposable
        {
            readonly Store _store;
            private Ledger(string p) => _store = new Store(p);
            public static Ledger Open(string p) => new Ledger(p);
            public void Add(int x) => _store.Put(x);
            public void Dispose() => _store.Dispose();
        }
        static void Run(string p) { using var ledger = Ledger.Open(p); for (var i = 0; i < 10; i++) ledger.Add(i); }
        """);

    [Fact]
    public Task ManyCallsWithManyEndings_EndInTime() => Silent("""
        sealed class Maps : IDisposable
        {
            MemoryMappedFile? _a, _b, _c, _d, _e, _f, _g, _h, _i, _j, _k, _l, _m;
            public void Dispose()
            {
                Close(_a); Close(_b); Close(_c); Close(_d); Close(_e); Close(_f); Close(_g); Close(_h); Close(_i); Close(_j); Close(_k); Close(_l); Close(_m);
            }
            void Close(IDisposable? it)
            {
                try { if (it != null) it.Dispose(); }
                catch (Exception e) { Console.WriteLine("failed " + (it?.GetType().Name ?? "unknown") + e.Message); }
            }
        }
        """);

    [Fact]
    public Task ProjectReference_IsKnownByContractOnly()
    {
        var library = Microsoft.CodeAnalysis.CSharp.CSharpCompilation.Create(
            "Library",
            [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText("""
                using System.IO.MemoryMappedFiles;
                public class Filler
                {
                    private readonly MemoryMappedViewAccessor? _view = null;
                    public MemoryMappedViewAccessor? View => _view;
                    public static void Fill(MemoryMappedViewAccessor view) => view.Write(0, 1);
                }
                """)],
            ReferenceSet.Net10.References,
            new(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary));
        return Verify.Silent(InProgram("""
            static void Run(Filler filler) { var v = Open("a"); Filler.Fill(v); filler.View?.Flush(); }
            """), new VerifyOptions { MoreReferences = [library.ToMetadataReference()] });
    }
}
