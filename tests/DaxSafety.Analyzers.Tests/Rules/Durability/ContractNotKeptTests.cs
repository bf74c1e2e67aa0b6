using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1009: what a body does, held against its own contract or the one it inherits.</summary>
public sealed class ContractNotKeptTests
{
    [Theory]
    [InlineData("[Persists] public void {|DAX1009:Save|}(int v) { _view.Write(0, v); }")]
    [InlineData("[Persists] public void {|DAX1009:Save|}(int v, bool sync) { _view.Write(0, v); if (sync) _view.Flush(); }")]
    [InlineData("[Persists] public void {|DAX1009:Save|}(byte[] d) { _view.Write(0, 1); if (d.Length == 0) return; _view.Flush(); }")]
    [InlineData("[Persists] public void {|DAX1009:Save|}(int v) { _view.Flush(); _view.Write(0, v); }")]
    [InlineData("[Persists] public void {|DAX1009:Save|}(int v) { Put(v); }")]
    [InlineData("[Persists] public void {|DAX1009:Save|}(int v) => Put(v);")]
    [InlineData("[Persists] public static void {|DAX1009:Save|}(Store store) { store._view.Write(0, 1); }")]
    [InlineData("[Persists] public async Task {|DAX1009:Save|}(int v) { await Task.Yield(); _view.Write(0, v); await Task.Delay(1); }")]
    [InlineData("[Persists] public IEnumerable<int> {|DAX1009:Save|}(int v) { yield return 1; _view.Write(0, v); }")]
    [InlineData("[Persists] public int {|DAX1009:Magic|} { get => _view.ReadInt32(0); set => _view.Write(0, value); }")]
    [InlineData("[Persists] public int {|DAX1009:this|}[int i] { get => _view.ReadInt32(i); set => _view.Write(i, value); }")]
    [InlineData("public int Magic { get => 1; [Persists] set { _view.Write(0, value); } }", "Magic")]
    public async Task BodyThatReturnsDirty_IsReportedOnItsName(string member, string? accessor = null) =>
        await Verify.Analyzer(Store(accessor is null ? member : member.Replace($"int {accessor}", $"int {{|DAX1009:{accessor}|}}")), Rules);

    [Theory]
    [InlineData("[Persists] public void Save(int v) { _view.Write(0, v); _view.Flush(); }")]
    [InlineData("[Persists] public void Save(bool ok) { if (!ok) return; _view.Write(0, 1); _view.Flush(); }")]
    [InlineData("[Persists] public void Save(bool ok) { if (!ok) throw new InvalidOperationException(); _view.Write(0, 1); _view.Flush(); }")]
    [InlineData("[Persists] public void Save(int v) { _view.Write(0, v); if (v < 0) throw new ArgumentException(); _view.Flush(); }")]
    [InlineData("[Persists] public void Save(int v) { Put(v); Sync(); } void Sync() => Deep(_view); static void Deep(MemoryMappedViewAccessor v) => v.Flush();")]
    [InlineData("[Persists] public async Task Save(int v) { await Task.Yield(); _view.Write(0, v); await Task.Delay(1); _view.Flush(); }")]
    [InlineData("[Persists] public Task Save(int v) { _view.Write(0, v); return Task.Run(() => _view.Flush()); }")]
    [InlineData("[Persists] public int Magic { get => _view.ReadInt32(0); set { _view.Write(0, value); _view.Flush(); } }")]
    [InlineData("[Persists] public void CopyTo(Span<byte> destination, int[] count) { destination.Fill(1); count[0] = 1; _view.Flush(); }")]
    [InlineData("[Persists] public void Dispose() { _view.Dispose(); }")]
    [InlineData("[LeavesDirty] public void Save(int v) { _view.Write(0, v); }")]
    [InlineData("[LeavesDirty] public void Save(int v) { _view.Write(0, v); _view.Flush(); }")]
    [InlineData("[LeavesDirty] public void Save(byte[] d) { _view.Write(0, 1); if (d.Length == 0) return; _view.Flush(); }")]
    public async Task BodyThatKeepsItsWord_IsSilent(string member) => await Verify.Silent(Store(member), Rules);

    [Theory]
    [InlineData("[Persists] public void {|DAX1009:Commit|}() { }")]
    [InlineData("[Persists] public void {|DAX1009:Commit|}() { Inner(); } void Inner() => Deep(_view); static void Deep(MemoryMappedViewAccessor v) => _ = v.Capacity;")]
    [InlineData("[Persists] public Task {|DAX1009:CommitAsync|}() => Task.CompletedTask;")]
    [InlineData("FileStream _file; [Persists] public void {|DAX1009:Commit|}() { _file.Flush(); }")]
    public async Task BodyThatNeverFlushes_IsReported(string member) => await Verify.Analyzer(Store(member), Rules);

    [Theory]
    [InlineData("bool _dirty; [Persists] public void Commit() { if (!_dirty) return; _view.Flush(); _dirty = false; }")]
    [InlineData("[Persists] public void Commit() { throw new NotSupportedException(); }")]
    [InlineData("interface IFlusher { void Run(); } IFlusher _flusher; [Persists] public void Commit() => _flusher.Run();")]
    [InlineData("Action _flusher; [Persists] public void Commit() => _flusher();")]
    [InlineData("[DllImport(\"libc\")] static extern void sync(); [Persists] public void Commit() => sync();")]
    [InlineData("FileStream _file; [Persists] public void Commit() => _file.Flush(true);")]
    [InlineData("[Persists] public void Commit() => Store.Save(_view); [Persists] static void Save(MemoryMappedViewAccessor v) => v.Flush();")]
    [InlineData("[Persists] public Store() { }")]
    public async Task BodyThatMayFlush_IsSilent(string member) => await Verify.Silent(Store(member), Rules);

    [Fact]
    public async Task TypeThatNeverWritesItsMapping_HasNothingToFlush() => await Verify.Silent("""
        sealed class Reader
        {
            readonly MemoryMappedViewAccessor _view = MemoryMappedFile.CreateFromFile("x").CreateViewAccessor();
            public int Get() => _view.ReadInt32(0);
            [DaxSafety.Persists] public void Commit() { }
        }
        """, Rules);

    [Theory]
    [InlineData("[Persists] public static void {|DAX1009:Save|}(MemoryMappedViewAccessor v) { v.Write(0, 1); }")]
    [InlineData("[Persists] public static unsafe void {|DAX1009:Save|}(byte* p) { *p = 1; }")]
    [InlineData("public static void {|DAX1009:Save|}([Persists] MemoryMappedViewAccessor a, MemoryMappedViewAccessor b) { a.Write(0, 1); b.Write(0, 1); b.Flush(); }")]
    [InlineData("public static void {|DAX1009:Save|}([Persists] MemoryMappedViewAccessor a) { }")]
    [InlineData("[Persists] public static MemoryMappedViewAccessor {|DAX1009:Open|}(MemoryMappedFile map) { var v = map.CreateViewAccessor(); v.Write(0, 1); return v; }")]
    [InlineData("[Persists] public static void Save(MemoryMappedFile map) { var v = map.CreateViewAccessor(); {|DAX1001:v.Write(0, 1)|}; }")]
    [InlineData("void M(MemoryMappedFile map) { var v = map.CreateViewAccessor(); Put(); [Persists] void {|DAX1009:Put|}() { v.Write(0, 1); } }")]
    public async Task WithoutAReceiver_TheWordIsAboutWhatIsHanded(string member) => await Verify.Analyzer($$"""using DaxSafety; class C { {{member}} }""", Rules);

    [Theory]
    [InlineData("[Persists] public static void Save(MemoryMappedViewAccessor v) { v.Write(0, 1); v.Flush(); }")]
    [InlineData("[Persists] public static void Save(MemoryMappedViewAccessor v, Span<byte> result) { v.Write(0, 1); v.Flush(); result[0] = 1; }")]
    [InlineData("public static void Save([Persists] MemoryMappedViewAccessor a, MemoryMappedViewAccessor b) { a.Write(0, 1); b.Write(0, 1); a.Flush(); }")]
    [InlineData("[Persists] public static MemoryMappedViewAccessor Open(MemoryMappedFile map) { var v = map.CreateViewAccessor(); v.Write(0, 1); v.Flush(); return v; }")]
    [InlineData("void M(MemoryMappedFile map) { var v = map.CreateViewAccessor(); Put(); [Persists] void Put() { v.Write(0, 1); v.Flush(); } }")]
    public async Task WhatIsHandedAndFlushed_IsSilent(string member) => await Verify.Silent($$"""using DaxSafety; class C { {{member}} }""", Rules);

    [Theory]
    [InlineData("class Store { MemoryMappedViewAccessor _v; [Persists] public {|DAX1009:Store|}(MemoryMappedFile map) { _v = map.CreateViewAccessor(); _v.Write(0, 1); } public void Flush() => _v.Flush(); }")]
    [InlineData("partial class Store { MemoryMappedViewAccessor _v = MemoryMappedFile.CreateFromFile(\"x\").CreateViewAccessor(); [Persists] public partial void Save(); } partial class Store { public partial void {|DAX1009:Save|}() { _v.Write(0, 1); } }")]
    [InlineData("interface IStore { [Persists] void Commit(); } class Store : IStore { MemoryMappedViewAccessor _v; public void {|DAX1009:Commit|}() { _v.Write(0, 1); } }")]
    [InlineData("interface IStore { [Persists] void Commit(); } class Store : IStore { MemoryMappedViewAccessor _v; void IStore.{|DAX1009:Commit|}() { _v.Write(0, 1); } }")]
    [InlineData("abstract class Base { protected MemoryMappedViewAccessor View; [Persists] public abstract void Save(int v); } class Store : Base { public override void {|DAX1009:Save|}(int v) { View.Write(0, v); } }")]
    [InlineData("interface IStore { void Put([Persists] MemoryMappedViewAccessor v); } class Store : IStore { public void {|DAX1009:Put|}(MemoryMappedViewAccessor v) { v.Write(0, 1); } }")]
    public async Task ConstructorsPartsAndHeirs_AreHeldToIt(string source) => await Verify.Analyzer("using DaxSafety;\n" + source, Rules);

    [Theory]
    [InlineData("class Store { MemoryMappedViewAccessor _v; [Persists] public Store(MemoryMappedFile map) { _v = map.CreateViewAccessor(); _v.Write(0, 1); _v.Flush(); } }")]
    [InlineData("abstract class Base { protected MemoryMappedViewAccessor View; [Persists] public abstract void Save(int v); } class Store : Base { public override void Save(int v) { View.Write(0, v); View.Flush(); } }")]
    [InlineData("interface IStore { [Persists] void Commit(); } class Memory : IStore { byte[] _data = new byte[8]; public void Commit() { _data[0] = 1; } }")]
    [InlineData("interface IStore { [LeavesDirty] void Put(); } class Store : IStore { MemoryMappedViewAccessor _v; [Persists] public void Put() { _v.Write(0, 1); _v.Flush(); } }")]
    [InlineData("abstract class Base { [Persists] public abstract void Commit(); } class Outer : Base { Base _inner; MemoryMappedViewAccessor _v; public void Put() => _v.Write(0, 1); public override void Commit() => _inner.Commit(); }")]
    public async Task HeirsThatKeepIt_AreSilent(string source) => await Verify.Silent("using DaxSafety;\n" + source, Rules);

    [Theory]
    [InlineData("_file.Flush()", "DAX1003", "linux")]
    [InlineData("_view.Flush()", "DAX1003", "windows")]
    public async Task WeakFlush_IsTheMoreExactRule(string flush, string id, string os) => await Verify.Analyzer($$"""
        using DaxSafety;
        sealed class Store
        {
            readonly FileStream _file;
            readonly MemoryMappedViewAccessor _view;
            public Store(FileStream file) { _file = file; _view = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true).CreateViewAccessor(); }
            [Persists] public void Save(int v) { _view.Write(0, v); {|{{id}}:{{flush}}|}; }
            public void Sync() { _view.Flush(); _file.Flush(true); }
        }
        """, Rules with { EditorConfig = $"[*.cs]\ndax_safety.target_os = {os}" });

    [Fact]
    public async Task WriteBackWithoutItsFence_IsTheMoreExactRule() => await Verify.Analyzer("""
        unsafe sealed class Store
        {
            [DaxSafety.Mapped] byte* _p;
            [DaxSafety.Persists] public void Save() { *_p = 1; {|DAX1004:DaxSafety.PersistentMemory.WriteBack(_p, 1)|}; }
            [DaxSafety.Persists] public void SaveWell() { *_p = 1; DaxSafety.PersistentMemory.WriteBack(_p, 1); DaxSafety.PersistentMemory.Fence(); }
        }
        """, Rules with { WithContractStubs = false, WithRuntime = true });

    [Theory]
    [InlineData("[Mapped] public byte[] {|DAX1009:Bytes|}() => new byte[8];")]
    [InlineData("[Mapped] public Span<byte> {|DAX1009:Bytes|}() { var a = new byte[8]; return new Span<byte>(a, 0, 4); }")]
    [InlineData("[return: Mapped] public MemoryMappedViewAccessor {|DAX1009:Bytes|}() => MemoryMappedFile.CreateNew(null, 8).CreateViewAccessor();")]
    [InlineData("[Mapped] public byte[] {|DAX1009:Bytes|} => new byte[8];")]
    public async Task MappedResultThatIsNone_IsReported(string member) => await Verify.Analyzer(Store(member), Rules);

    [Theory]
    [InlineData("[Mapped] public unsafe Span<byte> Bytes() => new Span<byte>(_p, 8);")]
    [InlineData("[Mapped] public Span<byte> Bytes() => default;")]
    [InlineData("[Mapped] public unsafe byte* Bytes() => null;")]
    [InlineData("[Mapped] public unsafe Span<byte> Bytes(bool heap) { if (heap) return new Span<byte>(new byte[8], 0, 8); return new Span<byte>(_p, 8); }")]
    [InlineData("[Mapped] public Span<byte> Bytes() => throw new NotSupportedException();")]
    [InlineData("[Mapped] public MemoryMappedViewAccessor Bytes() => _view;")]
    public async Task MappedResultThatMayBeOne_IsSilent(string member) => await Verify.Silent(Store(member), Rules);

    internal static readonly VerifyOptions Rules = DurabilityScenario.DurabilityRules with { WithContractStubs = true };

    private static string Store(string member) => $$"""
        using DaxSafety;
        partial class Store
        {
            private unsafe byte* _p;
            private readonly MemoryMappedViewAccessor _view = MemoryMappedFile.CreateFromFile("x").CreateViewAccessor();
            public void Put(int v) { _view.Write(0, v); }
            public void Finish() { _view.Flush(); }
            {{member}}
        }
        """;
}
