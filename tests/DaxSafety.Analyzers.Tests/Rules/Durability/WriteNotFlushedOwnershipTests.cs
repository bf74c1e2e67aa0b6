using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Whose mapping is it? Local ones owe here, a parameter's owes at its callers, a field's somewhere in its type.</summary>
public sealed class WriteNotFlushedOwnershipTests
{
    [Theory]
    [InlineData("public void Put(MemoryMappedViewAccessor view) { view.Write(0, 1); }")]
    [InlineData("public void Put(MemoryMappedViewStream view) { view.WriteByte(1); }")]
    [InlineData("public void Put(Stream view) { view.WriteByte(1); }")]
    [InlineData("public unsafe void Put(byte* p) { *p = 1; _ = typeof(MemoryMappedFile); }")]
    [InlineData("public void Put(Span<byte> span) { span.Clear(); _ = typeof(MemoryMappedFile); }")]
    [InlineData("public void Put(MemoryMappedViewAccessor view, bool ok) { if (ok) view.Write(0, 1); else view.Write(4, 1); }")]
    [InlineData("public void Put(MemoryMappedViewAccessor view, bool flush = false) { view.Write(0, 1); if (flush) view.Flush(); }")]
    [InlineData("public class Holder { public MemoryMappedViewAccessor View; public void Commit() => View.Flush(); } public void Put(Holder holder) { holder.View.Write(0, 1); }")]
    public async Task WriteToAParametersMapping_IsTheCallersBusiness(string members) =>
        await Verify.Silent($$"""public class Store { {{members}} }""", Rules);

    [Theory]
    [InlineData("public void Put(MemoryMappedViewAccessor view, byte[] data) { [|view.Write(0, 1)|]; if (data.Length == 0) return; view.WriteArray(4, data, 0, data.Length); view.Flush(); }")]
    [InlineData("public void Put(Span<byte> span, MemoryMappedViewAccessor view) { [|view.Write(0, 1)|]; if (span.Length < 8) return; view.Flush(); }")]
    public async Task ParametersMappingFlushedOnSomePathsOnly_IsReported(string members) =>
        await Verify.Analyzer($$"""public class Store { {{members}} }""", Rules);

    [Fact]
    public async Task CallerThatOwnsTheMapping_IsToldAtTheCall()
    {
        var found = await Verify.Analyzer("""
            class Store
            {
                void Save(MemoryMappedFile map)
                {
                    var view = map.CreateViewAccessor();
                    {|DAX1001#call:Put(view)|};
                }

                static void Put(MemoryMappedViewAccessor view) { {|#inner:view.Write(0, 1)|}; }
            }
            """, Rules);
        Assert.Contains(found["call"].Diagnostic.AdditionalLocations, location => location.SourceTree!.GetText().ToString(location.SourceSpan) == "view.Write(0, 1)");
    }

    [Theory]
    [InlineData("Put(view); view.Flush();")]
    [InlineData("PutAndFlush(view);")]
    [InlineData("Put(view); Commit(view);")]
    [InlineData("Put(view, flush: true);")]
    [InlineData("Deep(view); Commit(view);")]
    [InlineData("view.Put(); view.Flush();")]
    [InlineData("try { Put(view); } finally { Commit(view); }")]
    public async Task CallerThatFlushes_IsSilent(string body) => await Verify.Silent(WithCallees(body), Rules);

    [Theory]
    [InlineData("[|Put(view)|];")]
    [InlineData("Commit(view); [|Put(view)|];")]
    [InlineData("[|Put(view, flush: false)|];")]
    [InlineData("[|Put(view, 8)|];")]
    [InlineData("[|Deep(view)|];")]
    [InlineData("[|view.Put()|];")]
    [InlineData("PutAndFlush(view); [|Put(view)|];")]
    [InlineData("[|Put(view)|]; LooksLikeFlush(view);")]
    [InlineData("[|Recursive(view, n)|];")]
    [InlineData("[|Fill(MakeSpan(view))|];")]
    public async Task CallerThatDoesNotFlush_IsReported(string body) => await Verify.Analyzer(WithCallees(body), Rules);

    [Theory]
    [InlineData("private MemoryMappedViewAccessor _view; public void Put() { _view.Write(0, 1); } public void Commit() { _view.Flush(); }")]
    [InlineData("private MemoryMappedViewAccessor _view; public void Put() { _view.Write(0, 1); } public void Dispose() { _view.Dispose(); }")]
    [InlineData("private MemoryMappedViewAccessor _view; public void Put(bool sync) { _view.Write(0, 1); if (sync) _view.Flush(); }")]
    [InlineData("private MemoryMappedViewAccessor _view; private bool _sync; public void Put() { _view.Write(0, 1); if (_sync) _view.Flush(); }")]
    [InlineData("private MemoryMappedViewAccessor _view; private int _count; public void Put() { _view.Write(0, 1); if (++_count % 64 == 0) _view.Flush(); }")]
    [InlineData("public MemoryMappedViewAccessor View { get; } public void Put() { View.Write(0, 1); } public void Commit() { View.Flush(); }")]
    [InlineData("private unsafe byte* _p; private MemoryMappedViewAccessor _view; public unsafe void Open() { _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _p); } public unsafe void Put() { *_p = 1; } public void Commit() { _view.Flush(); }")]
    public async Task FieldsMappingFlushedElsewhere_IsSilent(string members) => await Verify.Silent($$"""public class Store { {{members}} }""", Rules);

    [Theory]
    [InlineData("private MemoryMappedViewAccessor _view; public void Put(byte[] data) { [|_view.Write(0, 1)|]; if (data.Length == 0) return; _view.WriteArray(4, data, 0, data.Length); _view.Flush(); }")]
    [InlineData("private MemoryMappedViewAccessor _view; public bool Put(byte[] data) { [|_view.Write(0, 1)|]; if (!Append(data)) return false; _view.Flush(); return true; } private bool Append(byte[] data) => data.Length > 3;")]
    public async Task FieldsMappingFlushedOnSomePathsOnly_IsReported(string members) => await Verify.Analyzer($$"""public class Store { {{members}} }""", Rules);

    [Theory]
    [InlineData("private readonly MemoryMappedViewAccessor _view; public Store(MemoryMappedFile map) { _view = map.CreateViewAccessor(); } public void Put() { {|DAX1002:_view.Write(0, 1)|}; } public void Add() { {|DAX1002:_view.Write(4, 1)|}; }")]
    [InlineData("private readonly MemoryMappedViewAccessor _view; public Store(MemoryMappedFile map) { _view = map.CreateViewAccessor(); {|DAX1002:_view.Write(0, 1)|}; }")]
    [InlineData("private MemoryMappedViewAccessor _view; public void Open(MemoryMappedFile map) { var view = map.CreateViewAccessor(); {|DAX1002:view.Write(0, 1)|}; _view = view; }")]
    public async Task FieldsMappingNeverFlushed_IsDax1002(string members) => await Verify.Analyzer($$"""public class Store { {{members}} }""", Rules);

    [Fact]
    public async Task FactoryThatWrites_LeavesTheFlushToItsCaller()
    {
        const string factory = """
            public static class Factory
            {
                public static MemoryMappedViewAccessor Open(MemoryMappedFile map) { var view = map.CreateViewAccessor(); view.Write(0, 1); return view; }
                public static (MemoryMappedViewAccessor View, int Size) Both(MemoryMappedFile map) { var view = map.CreateViewAccessor(); view.Write(0, 1); return (view, 8); }
                public static void Out(MemoryMappedFile map, out MemoryMappedViewAccessor view) { view = map.CreateViewAccessor(); view.Write(0, 1); }
            }
            """;
        await Verify.Silent(factory, Rules);
        await Verify.Silent(factory + "class C { void M(MemoryMappedFile map) { var view = Factory.Open(map); view.Flush(); } }", Rules);
        await Verify.Analyzer(factory + "class C { void M(MemoryMappedFile map) { var view = [|Factory.Open(map)|]; _ = view.ReadByte(0); } }", Rules);
        await Verify.Analyzer(factory + "class C { void M(MemoryMappedFile map) { [|Factory.Out(map, out var view)|]; _ = view.ReadByte(0); } }", Rules);
        await Verify.Silent(factory + "class C { void M(MemoryMappedFile map) { var (view, size) = Factory.Both(map); view.Flush(); } }", Rules);
    }

    [Theory]
    [InlineData("private readonly MemoryMappedFile _map; public Store(MemoryMappedFile map) => _map = map; public void Put() { var view = _map.CreateViewAccessor(); [|view.Write(0, 1)|]; }")]
    [InlineData("public void Put(MemoryMappedFile map) { var view = map.CreateViewAccessor(); [|view.Write(0, 1)|]; }")]
    public async Task LocalViewOfABorrowedMap_OwesHere(string members) => await Verify.Analyzer($$"""public class Store { {{members}} }""", Rules);

    private static readonly VerifyOptions Rules = DurabilityRules with { OnlyIds = ["DAX1001", "DAX1002"] };

    private static string WithCallees(string body) => WithView(body, """
        static void Put(MemoryMappedViewAccessor view) { view.Write(0, 1); }
        static void Put(MemoryMappedViewAccessor view, int value, bool flush = false) { view.Write(0, value); if (flush) view.Flush(); }
        static void Put(MemoryMappedViewAccessor view, bool flush) { view.Write(0, 1); if (flush) view.Flush(); }
        static void PutAndFlush(MemoryMappedViewAccessor view) { view.Write(0, 1); view.Flush(); }
        static void Commit(MemoryMappedViewAccessor view) { view.Flush(); }
        static void Deep(MemoryMappedViewAccessor view) { Deeper(view); }
        static void Deeper(MemoryMappedViewAccessor view) { Put(view); }
        static void LooksLikeFlush(MemoryMappedViewAccessor view) { _ = view.Capacity; }
        static void Recursive(MemoryMappedViewAccessor view, int n) { view.Write(n, 1); if (n > 0) Recursive(view, n - 1); }
        static Span<byte> MakeSpan(MemoryMappedViewAccessor view) { byte* p = null; view.SafeMemoryMappedViewHandle.AcquirePointer(ref p); return new Span<byte>(p, 8); }
        static void Fill(Span<byte> span) { span.Fill(1); }
        """) + "static class Extensions { public static void Put(this MemoryMappedViewAccessor view) { view.Write(0, 1); } }";
}
