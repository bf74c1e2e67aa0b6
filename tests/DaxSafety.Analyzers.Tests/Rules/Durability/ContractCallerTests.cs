using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Callers take a contract at its word: over the body in the same compilation, and from the metadata of another.</summary>
public sealed class ContractCallerTests
{
    [Theory]
    [InlineData("var a = new Acme(); [|a.Put(1, new byte[4])|];")]
    [InlineData("var a = new Acme(); [|a.Bytes()[0] = 1|];")]
    [InlineData("var a = new Acme(); [|a.Put(1, null)|]; if (ok) return; a.Commit();")]
    [InlineData("var a = new Acme(); [|Helper(a)|];")]
    [InlineData("var p = Native.Base(); [|*p = 1|];")]
    [InlineData("var v = map.CreateViewAccessor(); [|Native.Fill(v)|];")]
    public async Task LibraryThatLeavesDirty_MakesItsCallerOwe(string body) => await Verify.Analyzer(User(body), WithLibrary);

    [Theory]
    [InlineData("var a = new Acme(); a.Put(1, new byte[4]); a.Commit();")]
    [InlineData("var a = new Acme(); a.View.Write(0, 1); a.Commit();")]
    [InlineData("var a = new Acme(); a.Bytes()[0] = 1; a.Commit();")]
    [InlineData("var a = new Acme(); Helper(a); a.Commit();")]
    [InlineData("var a = new Acme(); a.Put(1, null); a.Unknown();")]
    [InlineData("var p = Native.Base(); *p = 1; Native.Sync();")]
    [InlineData("var v = map.CreateViewAccessor(); Native.Fill(v); Native.Save(v);")]
    [InlineData("_acme.Put(1, null); _acme.Bytes().Fill(2);")]
    [InlineData("journal.Append(data);")]
    [InlineData("journal.View.Write(0, 1); journal.Commit();")]
    public async Task LibraryThatPersists_SettlesIt(string body) => await Verify.Silent(User(body), WithLibrary);

    [Theory]
    [InlineData("class Store : Base { MemoryMappedViewAccessor _v; public void Put() => _v.Write(0, 1); public override void {|DAX1009:Save|}(MemoryMappedViewAccessor v) { _v.Write(0, 1); } public override void {|DAX1009:Commit|}() { } }")]
    public async Task HeirOfALibraryType_IsHeldToIt(string source) => await Verify.Analyzer("using Acme;\n" + source, WithLibrary with { OnlyIds = ["DAX1009"] });

    [Theory]
    [InlineData("class Store : Base { MemoryMappedViewAccessor _v; public void Put() => _v.Write(0, 1); public override void Save(MemoryMappedViewAccessor v) { v.Write(0, 1); v.Flush(); } public override void Commit() => _v.Flush(); }")]
    [InlineData("class Store : Base { MemoryMappedViewAccessor _v; public void Put() => _v.Write(0, 1); public override void Save(MemoryMappedViewAccessor v) => v.Flush(); public override void Commit() => base.Commit(); }")]
    public async Task HeirOfALibraryTypeThatKeepsIt_IsSilent(string source) => await Verify.Silent("using Acme;\n" + source, WithLibrary);

    [Fact]
    public async Task OwnMemberThatBreaksItsWord_IsReportedThereAndNotAtItsCaller() => await Verify.Analyzer("""
        sealed class Store
        {
            public readonly MemoryMappedViewAccessor View;
            public Store(MemoryMappedFile map) { View = map.CreateViewAccessor(); }
            [DaxSafety.Persists] public void {|DAX1009:Save|}(int v, bool sync) { View.Write(0, v); if (sync) View.Flush(); }
            static void User(MemoryMappedFile map) { var store = new Store(map); store.View.Write(8, 1); store.Save(1, false); }
        }
        """, ContractNotKeptTests.Rules);

    [Fact]
    public async Task OwnMemberThatLeavesDirty_IsItsCallersBusiness() => await Verify.Analyzer("""
        public class Store
        {
            public readonly MemoryMappedViewAccessor View;
            public Store(MemoryMappedFile map) { View = map.CreateViewAccessor(); }
            [DaxSafety.LeavesDirty] public void Put(int v) { View.Write(0, v); }
            static void Forgets(MemoryMappedFile map) { var store = new Store(map); {|DAX1001:store.Put(1)|}; }
            static void Flushes(MemoryMappedFile map) { var store = new Store(map); store.Put(1); store.View.Flush(); }
            static Store HandsOut(MemoryMappedFile map) { var store = new Store(map); store.Put(1); return store; }
        }
        """, ContractNotKeptTests.Rules);

    [Fact]
    public async Task TypeWhoseMembersLeaveDirty_NeedNotFlushItself() => await Verify.Analyzer("""
        public class Store
        {
            private readonly MemoryMappedViewAccessor _view;
            public Store(MemoryMappedFile map) { _view = map.CreateViewAccessor(); }
            [DaxSafety.LeavesDirty] public void Put(int v) { _view.Write(0, v); }
            public void PutTwo(int v) { {|DAX1002:Put(v)|}; }
        }
        """, ContractNotKeptTests.Rules);

    [Fact]
    public async Task ResultThatTellsWhetherItWrote_IsUnderstood() => await Verify.Silent("""
        static class Store
        {
            [DaxSafety.LeavesDirty] public static bool TryPut(MemoryMappedViewAccessor v, int x) { if (x < 0) return false; v.Write(0, x); return true; }
            static void User(MemoryMappedFile map, int x) { var v = map.CreateViewAccessor(); if (TryPut(v, x)) v.Flush(); }
        }
        """, ContractNotKeptTests.Rules);

    private static string User(string body) => $$"""
        using Acme;
        unsafe class User
        {
            readonly Acme.Acme _acme = new();
            void M(MemoryMappedFile map, IJournal journal, byte[] data, bool ok) { {{body.Replace("new Acme()", "new Acme.Acme()")}} }
            static void Helper(Acme.Acme a) { a.Put(1, null); a.View.Write(0, 1); }
            void Close() => _acme.Commit();
        }
        """;

    private static readonly MetadataReference Library = Compile("""
        using System; using System.IO.MemoryMappedFiles; using DaxSafety;
        namespace DaxSafety
        {
            class MappedAttribute : Attribute { } class LeavesDirtyAttribute : Attribute { } class PersistsAttribute : Attribute { }
        }
        namespace Acme
        {
            public class Acme
            {
                readonly MemoryMappedViewAccessor _v = MemoryMappedFile.CreateFromFile("x").CreateViewAccessor();
                [LeavesDirty] public void Put(int v, byte[] d) { _v.Write(0, v); }
                [Persists] public void Commit() { _v.Flush(); }
                [Mapped] public MemoryMappedViewAccessor View => _v;
                [Mapped] public Span<byte> Bytes() => default;
                public void Unknown() { }
            }
            public interface IJournal { [Persists] void Commit(); [LeavesDirty] void Append(ReadOnlySpan<byte> d); MemoryMappedViewAccessor View { get; } }
            public abstract class Base { [Persists] public abstract void Save(MemoryMappedViewAccessor v); [Persists] public virtual void Commit() { } }
            public static class Native
            {
                [Mapped] public static unsafe byte* Base() => null;
                [Persists] public static void Sync() { }
                public static void Fill([LeavesDirty] MemoryMappedViewAccessor v) { }
                public static void Save([Persists] MemoryMappedViewAccessor v) { }
            }
        }
        """);

    private static readonly VerifyOptions WithLibrary = DurabilityScenario.DurabilityRules with { MoreReferences = [Library] };

    private static MetadataReference Compile(string source)
    {
        var image = new MemoryStream();
        var library = CSharpCompilation.Create("Acme", [CSharpSyntaxTree.ParseText(source)], ReferenceSet.Net10.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        Assert.Empty(library.Emit(image).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return MetadataReference.CreateFromImage(image.ToArray());
    }
}
