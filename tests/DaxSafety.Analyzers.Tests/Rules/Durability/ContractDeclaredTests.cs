using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1009: contracts that contradict each other or what a member overrides, and contracts about what can never be mapped.</summary>
public sealed class ContractDeclaredTests
{
    [Theory]
    [InlineData("[Persists, LeavesDirty] public void {|DAX1009:A|}() { _view.Write(0, 1); }")]
    [InlineData("public void {|DAX1009:A|}([Persists, LeavesDirty] MemoryMappedViewAccessor v) { v.Flush(); }")]
    [InlineData("public void {|DAX1009:A|}([Persists] bool b) { }")]
    [InlineData("public void {|DAX1009:A|}([Mapped] DateTime t) { }")]
    [InlineData("[Mapped] public void {|DAX1009:A|}() { }")]
    [InlineData("[return: Mapped] public char {|DAX1009:A|}() => 'x';")]
    [InlineData("[Mapped] bool {|DAX1009:_flag|};")]
    [InlineData("[Mapped] public string {|DAX1009:Name|} => \"\";")]
    [InlineData("[Persists] public bool {|DAX1009:Flag|} { get; set; }")]
    public async Task WordsThatMeanNothing_AreReported(string member) => await Verify.Analyzer(Store(member), ContractNotKeptTests.Rules);

    [Theory]
    [InlineData("[LeavesDirty] public void A([Persists] MemoryMappedViewAccessor v) { v.Flush(); _view.Write(0, 1); }")]
    [InlineData("public void A([Mapped] ref byte b, [Mapped] long address) { b = 1; }")]
    [InlineData("[DllImport(\"libc\")] static extern int fsync(int fd); public static void A([Persists] int fd) { if (fsync(fd) < 0) throw new IOException(); }")]
    [InlineData("[Mapped] long _address;")]
    [InlineData("[Mapped] public ref bool Flag => ref System.Runtime.CompilerServices.Unsafe.NullRef<bool>();")]
    [InlineData("[DllImport(\"acme\"), Persists] static extern void sync();")]
    public async Task WordsThatMaySaySomething_AreSilent(string member) => await Verify.Silent(Store(member), ContractNotKeptTests.Rules);

    [Theory]
    [InlineData("interface I { [Persists] void Save(); } class C : I { MemoryMappedViewAccessor _v; [LeavesDirty] public void {|DAX1009:Save|}() { _v.Write(0, 1); } }")]
    [InlineData("abstract class B { [Persists] public abstract void Save(); } abstract class C : B { [LeavesDirty] public abstract override void {|DAX1009:Save|}(); }")]
    [InlineData("interface I { void Put([Persists] MemoryMappedViewAccessor v); } abstract class C : I { public abstract void {|DAX1009:Put|}([LeavesDirty] MemoryMappedViewAccessor v); }")]
    public async Task HeirThatWeakens_IsReported(string source) => await Verify.Analyzer("using DaxSafety;\n" + source, ContractNotKeptTests.Rules);

    [Theory]
    [InlineData("class Counter { int _n; [Persists] public void {|DAX1009:Add|}() { _n++; } }")]
    [InlineData("class Counter { [LeavesDirty] public static int {|DAX1009:Sum|}(int a, int b) => a + b; }")]
    public async Task MemberWithoutAnyMapping_IsReported(string source) => await Verify.Analyzer("using DaxSafety;\n" + source, ContractNotKeptTests.Rules);

    [Theory]
    [InlineData("class File2 { int _fd; [DllImport(\"libc\")] static extern int fsync(int fd); [Persists] public void Sync() { if (fsync(_fd) < 0) throw new IOException(); } }")]
    [InlineData("class File2 { [DllImport(\"libc\")] static extern void sync(); [Persists] public void Sync() { sync(); } }")]
    [InlineData("class File2 { [Persists] public void Sync(string path) { using var f = File.Open(path, FileMode.Open); f.Flush(true); } }")]
    [InlineData("class File2 { int _n; [Persists] public virtual void Sync() { _n++; } }")]
    [InlineData("class File2 { [Persists] public void Sync() => throw new NotImplementedException(); }")]
    public async Task MemberThatMayReachOne_IsSilent(string source) => await Verify.Silent("using DaxSafety;\n" + source, ContractNotKeptTests.Rules);

    private static string Store(string member) => $$"""
        using DaxSafety;
        unsafe class Store
        {
            private readonly MemoryMappedViewAccessor _view = MemoryMappedFile.CreateFromFile("x").CreateViewAccessor();
            public void Finish() { _view.Flush(); }
            {{member}}
        }
        """;
}
