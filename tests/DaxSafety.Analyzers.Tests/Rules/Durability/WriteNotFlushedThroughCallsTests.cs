using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Writes and flushes behind delegates, local functions, members, interfaces and contracts.</summary>
public sealed class WriteNotFlushedThroughCallsTests
{
    private static readonly VerifyOptions Rules = DurabilityRules with { OnlyIds = ["DAX1001", "DAX1002", "DAX1009"] };

    [Theory]
    [InlineData("void Put() { view.Write(0, 1); } Put(); view.Flush();")]
    [InlineData("void Flush() { view.Flush(); } view.Write(0, 1); Flush();")]
    [InlineData("Action put = () => view.Write(0, 1); put(); view.Flush();")]
    [InlineData("Action flush = () => view.Flush(); view.Write(0, 1); flush();")]
    [InlineData("view.Write(0, 1); Task.Run(() => view.Flush()).Wait();")]
    [InlineData("Parallel.For(0, n, i => view.Write(i, 1)); view.Flush();")]
    [InlineData("data.ToList().ForEach(b => view.Write(b, 1)); view.Flush();")]
    [InlineData("Run(() => { view.Write(0, 1); view.Flush(); });")]
    [InlineData("Action flush = view.Flush; view.Write(0, 1); flush();")]
    public async Task LambdaOrLocalFunctionWithAFlush_IsSilent(string body) => await Verify.Silent(WithView(body, "static void Run(Action action) => action();"), Rules);

    [Theory]
    [InlineData("void Put() { [|view.Write(0, 1)|]; } Put();")]
    [InlineData("Action put = () => [|view.Write(0, 1)|]; put();")]
    [InlineData("Parallel.For(0, n, i => [|view.Write(i, 1)|]);")]
    [InlineData("Run(() => [|view.Write(0, 1)|]);")]
    [InlineData("Task.Run(() => { [|view.Write(0, 1)|]; }).Wait();")]
    [InlineData("view.Write(0, 1); view.Flush(); void Put() { [|view.Write(4, 1)|]; } Put();")]
    public async Task CapturedWriteWithoutAFlush_IsReportedOnTheInnerWrite(string body) =>
        await Verify.Analyzer(WithView(body, "static void Run(Action action) => action();"), Rules);

    [Theory]
    [InlineData("var page = new Page(view); page.Magic = 1;", false)]
    [InlineData("var page = new Page(view); page.Magic = 1; page.Flush();", true)]
    [InlineData("var page = new Page(view); page.Magic = 1; view.Flush();", true)]
    [InlineData("var page = new Page(view); page[3] = 1;", false)]
    [InlineData("var page = new Page(view); page[3] = 1; page.Dispose();", true)]
    [InlineData("using var page = new Page(view); page[3] = 1;", true)]
    [InlineData("var page = new Page(view); page.Header.Value = 1;", false)]
    [InlineData("var page = new Page(view); page.Header.Value = 1; page.Flush();", true)]
    [InlineData("var page = Page.Of(view); page.Put(1); page.Flush();", true)]
    [InlineData("var page = Page.Of(view); page.Put(1);", false)]
    public async Task WrapperOverAView_IsSeenThrough(string body, bool isSilent)
    {
        var source = WithView(body) + """
            struct PageHeader { public int Value; }
            unsafe sealed class Page : IDisposable
            {
                private readonly MemoryMappedViewAccessor _view;
                private readonly byte* _p;
                public Page(MemoryMappedViewAccessor view) { _view = view; view.SafeMemoryMappedViewHandle.AcquirePointer(ref _p); }
                public static Page Of(MemoryMappedViewAccessor view) => new(view);
                public int Magic { get => *(int*)_p; set => *(int*)_p = value; }
                public byte this[int index] { get => _p[index]; set => _p[index] = value; }
                public ref PageHeader Header => ref *(PageHeader*)_p;
                public void Put(int value) => _view.Write(0, value);
                public void Flush() => _view.Flush();
                public void Dispose() => _view.Dispose();
            }
            """;
        var run = await AnalysisRun.Of(TestCompilation.From(source, Rules));
        Assert.Equal(isSilent ? 0 : 1, run.Length);
        Assert.All(run, diagnostic => Assert.Equal(("DAX1001", 6), (diagnostic.Id, diagnostic.Location.GetLineSpan().StartLinePosition.Line)));
    }

    [Theory]
    [InlineData("store.Write(0, 1); log.Sync();", true)]
    [InlineData("log.Sync();", true)]
    public async Task InterfaceCall_TakesTheUnionOfImplementations(string body, bool isSilent)
    {
        var source = $$"""
            interface ILog { void Sync(); }
            sealed class MappedLog : ILog
            {
                private readonly MemoryMappedViewAccessor _view;
                public MappedLog(MemoryMappedFile map) { _view = map.CreateViewAccessor(); }
                public void Put() { _view.Write(0, 1); }
                public void Sync() { _view.Flush(); }
            }
            class Engine { void Run(MemoryMappedViewAccessor store, ILog log) { {{body}} } }
            """;
        Assert.Equal(isSilent, (await AnalysisRun.Of(TestCompilation.From(source, Rules))).IsEmpty);
    }

    [Theory]
    [InlineData("[|Library.Dirty(view)|];")]
    [InlineData("Library.Dirty(view); [|Library.Dirty(view)|];")]
    [InlineData("[|view.Write(0, 1)|]; Library.Unknown(1);")]
    public async Task CallOfAContractThatLeavesDirty_IsReported(string body) => await Verify.Analyzer(WithView(body) + Library, WithStubs);

    [Theory]
    [InlineData("Library.Dirty(view); view.Flush();")]
    [InlineData("Library.Clean(view);")]
    [InlineData("view.Write(0, 1); Library.Clean(view);")]
    public async Task CallOfAContractThatPersists_IsSilent(string body) => await Verify.Silent(WithView(body) + Library, WithStubs);

    [Theory]
    [InlineData("var p = Library.Address(); [|*p = 1|];")]
    [InlineData("var span = Library.Bytes(); [|span[0] = 1|];")]
    public async Task MappedReturnValue_IsAView(string body) =>
        await Verify.Analyzer($$"""unsafe class C { void M() { {{body}} } }""" + Library, WithStubs);

    private static readonly VerifyOptions WithStubs = Rules with { WithContractStubs = true, OnlyIds = ["DAX1001"] };

    private const string Library = """
        static unsafe class Library
        {
            [DllImport("acme"), DaxSafety.LeavesDirty] static extern void put(IntPtr address);
            public static void Dirty([DaxSafety.Mapped, DaxSafety.LeavesDirty] MemoryMappedViewAccessor view) => put(view.SafeMemoryMappedViewHandle.DangerousGetHandle());
            [DaxSafety.Persists] public static void Clean([DaxSafety.Mapped] MemoryMappedViewAccessor view) { view.Write(0, 1); view.Flush(); }
            public static void Unknown(int n) { }
            [DllImport("acme")] [return: DaxSafety.Mapped] public static extern byte* Address();
            [return: DaxSafety.Mapped] public static Span<byte> Bytes() => new Span<byte>(Address(), 8);
        }
        """;
}
