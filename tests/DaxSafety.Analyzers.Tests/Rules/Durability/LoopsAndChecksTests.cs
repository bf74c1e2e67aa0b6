using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Paths that cannot be: two loops over one collection, all values of an enum, patterns that imply each other, other operating systems.</summary>
public sealed class LoopsAndChecksTests
{
    [Theory]
    [InlineData("foreach (var x in data) view.Write(x, 1); foreach (var x in data) view.Flush();")]
    [InlineData("foreach (var x in list) view.Write(x, 1); foreach (var x in list) view.Flush();")]
    [InlineData("foreach (var x in map2.Values) view.Write(x, 1); foreach (var x in map2.Values) { view.Flush(); }")]
    [InlineData("foreach (var x in list) { foreach (var y in data) view.Write(x, y); foreach (var y in data) view.Flush(); }")]
    [InlineData("for (var i = 0; i < n; i++) view.Write(0, i); for (var i = 0; i < n; i++) view.Flush();")]
    public async Task SecondLoopOverTheSame_RunsWhenTheFirstDid(string body) => await Verify.Silent(Store(body), Rules);

    [Theory]
    [InlineData("foreach (var x in data) [|view.Write(x, 1)|]; foreach (var x in list) view.Flush();")]
    [InlineData("[|view.Write(0, 1)|]; foreach (var x in list) view.Flush();")]
    [InlineData("foreach (var x in list) view.Flush(); foreach (var x in list) [|view.Write(x, 1)|];")]
    [InlineData("foreach (var x in list) { view.Flush(); [|view.Write(x, 1)|]; }")]
    public async Task OtherLoops_MayNotRun(string body) => await Verify.Analyzer(Store(body), Rules);

    [Fact]
    public async Task LoopThatFlushesAFieldsMapping_IsNoForgottenPath() => await Verify.Silent("""
        class Log
        {
            readonly MemoryMappedViewAccessor _view;
            public Log(MemoryMappedFile map) => _view = map.CreateViewAccessor();
            public void Append(List<int> values) { _view.Write(0, values.Count); foreach (var value in values) { _view.Write(value, 1); _view.Flush(); } }
        }
        """, Rules);

    [Theory]
    [InlineData("view.Write(0, 1); switch (mode) { case Mode.Sync: view.Flush(); break; case Mode.Async: view.Flush(); break; case Mode.None: view.Flush(); break; }")]
    [InlineData("if (mode != Mode.None) view.Write(0, 1); switch (mode) { case Mode.Sync: view.Flush(); break; case Mode.Async: view.Flush(); break; }")]
    [InlineData("view.Write(0, 1); if (mode == Mode.None) view.Flush(); else if (mode == Mode.Sync) view.Flush(); else if (mode == Mode.Async) view.Flush();")]
    [InlineData("if (number is int x) view.Write(0, x); if (number.HasValue) view.Flush();")]
    [InlineData("if (n is > 3 and < 10) view.Write(0, n); if (n > 3) view.Flush();")]
    [InlineData("if (!(n is < 3 or > 10)) view.Write(0, n); if (n >= 3) view.Flush();")]
    public async Task ConditionThatImpliesAnother_IsUnderstood(string body) => await Verify.Silent(Store(body), Rules);

    [Theory]
    [InlineData("_view?.Write(0, 1); _view?.Flush();")]
    [InlineData("if (_view == null) return; _view.Write(0, 1); _view?.Flush();")]
    [InlineData("_view?.Write(0, 1); if (_view != null) _view.Flush();")]
    [InlineData("View?.Write(0, 1); View?.Flush();")]
    [InlineData("other.View?.Write(0, 1); other.View?.Flush();")]
    [InlineData("other?.View?.Write(0, 1); other?.View?.Flush();")]
    [InlineData("var view = other?.View; view?.Write(0, 1); view?.Flush();")]
    public async Task NullConditionalFlush_Counts(string body) => await Verify.Silent($$"""
        class Store
        {
            private MemoryMappedViewAccessor _view;
            public Store(MemoryMappedFile map) { if (map != null) _view = map.CreateViewAccessor(); }
            public MemoryMappedViewAccessor View { get; set; }
            void Save(Store other) { {{body}} }
        }
        """, Rules);

    [Theory]
    [InlineData("[|view.Write(0, 1)|]; switch (mode) { case Mode.Sync: view.Flush(); break; case Mode.Async: view.Flush(); break; }")]
    [InlineData("[|view.Write(0, 1)|]; if (flags == Flags.A) view.Flush(); else if (flags == Flags.B) view.Flush();")]
    [InlineData("if (n is > 3 and < 10) [|view.Write(0, n)|]; if (n > 5) view.Flush();")]
    [InlineData("if (n is < 3 or > 10) [|view.Write(0, n)|]; if (n < 3) view.Flush();")]
    public async Task ConditionThatDoesNot_LeavesAPath(string body) => await Verify.Analyzer(Store(body), Rules);

    [Theory]
    [InlineData("OperatingSystem.IsWindows()")]
    [InlineData("RuntimeInformation.IsOSPlatform(OSPlatform.Windows)")]
    [InlineData("IsWindows")]
    [InlineData("OnWindows")]
    [InlineData("Ask()")]
    public async Task CodeForAnotherSystem_IsNotLookedAt(string check)
    {
        await Verify.Silent(Wrapper(check), For("linux"));
        await Verify.Analyzer(Wrapper(check).Replace("*p = 1", "[|*p = 1|]", StringComparison.Ordinal).Replace("msync(p, n, 4) == 0", "true", StringComparison.Ordinal), For("linux"));
    }

    [Fact]
    public async Task SystemThatIsNotNamed_IsEverySystem() =>
        await Verify.Analyzer(Wrapper("OperatingSystem.IsWindows()").Replace("Native.Sync(p, 4096)", "{|DAX1003:Native.Sync(p, 4096)|}", StringComparison.Ordinal), For("any"));

    [Theory]
    [InlineData("view.Write(0, 1); view.With(x => x.Flush());")]
    [InlineData("view.With(x => { x.Write(0, 1); x.Flush(); });")]
    public async Task ParameterOfADelegate_IsWhatElseWasGiven(string body) => await Verify.Silent(Store(body) + Extensions, Rules);

    [Theory]
    [InlineData("view.With(x => [|x.Write(0, 1)|]);")]
    public async Task WriteToTheParameterOfADelegate_Owes(string body) => await Verify.Analyzer(Store(body) + Extensions, Rules with { OnlyIds = ["DAX1001"] });

    [Theory]
    [InlineData("{|DAX1003:view.Flush()|};")]
    [InlineData("view.Flush(); file.Flush(true);")]
    public async Task DisposalAfterAFlush_IsNotReportedAsWell(string flush)
    {
        var source = $$"""
            class Store { void Save(FileStream file) { using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true); using var view = map.CreateViewAccessor(); view.Write(0, 1); {{flush}} } }
            """;
        await (flush.Contains("DAX", StringComparison.Ordinal) ? Verify.Analyzer(source, For("windows")) : Verify.Silent(source, For("windows")));
    }

    [Fact]
    public async Task AccessorGotFromAnother_MayBeFlushedThere() => await Verify.Silent("""
        class Manager
        {
            readonly Dictionary<int, MemoryMappedViewAccessor> _views = new();
            public (MemoryMappedViewAccessor View, long Offset) Get(int i) => (_views[i], 4);
            public void Flush() { foreach (var view in _views.Values) view.Flush(); }
        }
        class User
        {
            readonly Manager _manager = new(); MemoryMappedViewAccessor _current;
            void Open(int i) { var (view, offset) = _manager.Get(i); view.Write(offset, 1); _current = view; }
            void Put() { _current.Write(0, 1); }
        }
        """, Rules);

    [Fact]
    public async Task ViewThatIsExchanged_IsFlushedWhenItComesBack() => await Verify.Silent("""
        class Store
        {
            private MemoryMappedViewAccessor _view;
            public void Remap(MemoryMappedFile map) { var old = Interlocked.Exchange(ref _view, map.CreateViewAccessor()); old?.Flush(); }
            public void Put() => _view.Write(0, 1);
        }
        """, Rules);

    [Theory]
    [InlineData("unsafe readonly struct Cursor(byte* p) { readonly byte* _p = p; public void Put(int i) => _p[i] = 1; }")]
    [InlineData("unsafe readonly struct Cursor(byte* p) { public void Put(int i) => p[i] = 1; }")]
    [InlineData("unsafe sealed class Cursor(byte* p) { readonly Memory<byte> _other; readonly byte* _p = p + 8; public void Put(int i) { _p[i] = 1; } }")]
    [InlineData("unsafe ref struct Cursor(byte* p) { readonly Span<byte> _span = new Span<byte>(p, 100); public void Put(int i) => _span[i] = 1; }")]
    public async Task PrimaryConstructor_KeepsWhatItIsGiven(string cursor)
    {
        await Verify.Analyzer(WithPointer("var cursor = new Cursor(p); [|cursor.Put(1)|];") + cursor, Rules);
        await Verify.Silent(WithPointer("var cursor = new Cursor(p); cursor.Put(1); view.Flush();") + cursor, Rules);
    }

    private static readonly VerifyOptions Rules = DurabilityRules;

    private static VerifyOptions For(string os) => Rules with { EditorConfig = $"[*.cs]\ndax_safety.target_os = {os}", OnlyIds = ["DAX1001", "DAX1003"] };

    private const string Extensions = "static class Extensions { public static void With(this MemoryMappedViewAccessor view, Action<MemoryMappedViewAccessor> action) => action(view); }";

    private static string Store(string body) => $$"""
        enum Mode { None, Sync, Async }
        [Flags] enum Flags { A = 1, B = 2 }
        class Store
        {
            void Save(MemoryMappedFile map, byte[] data, List<int> list, Dictionary<int, int> map2, Mode mode, Flags flags, int? number, int n)
            {
                var view = map.CreateViewAccessor();
                {{body}}
            }
        }
        """;

    private static string Wrapper(string check) => $$"""
        unsafe static class Native
        {
            static readonly bool IsWindows = OperatingSystem.IsWindows();
            static bool OnWindows => RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
            static bool Ask() => OperatingSystem.IsWindows();
            [DllImport("kernel32", SetLastError = true)] static extern bool FlushViewOfFile(void* p, nuint n);
            [DllImport("libc", SetLastError = true)] static extern int msync(void* p, nuint n, int flags);
            public static bool Sync(void* p, nuint n) { if ({{check}}) return FlushViewOfFile(p, n); return msync(p, n, 4) == 0; }
        }
        unsafe class Store
        {
            void Save(MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                byte* p = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                *p = 1;
                if (!Native.Sync(p, 4096)) throw new IOException();
            }
        }
        """;
}
