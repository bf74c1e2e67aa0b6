using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>How rows are found: exact before all overloads, a user's before ours, by what a member overrides or implements, and by the receiver's type.</summary>
public sealed class KnowledgeBaseTests
{
    private const string Source = """
        namespace Acme
        {
            public class Page : MemoryStream
            {
                public override void Write(byte[] buffer, int offset, int count) { }
                public new void WriteByte(byte value) { }
            }
            public interface IStore { void Save(int key); }
            public class Store : IStore { public void Save(int key) { } public void Save(string name) { } }
            public class Box<T> { public void Put(T item) { } }
        }
        """;

    private static readonly Lazy<CSharpCompilation> Compilation = new(() => TestCompilation.From(Source, VerifyOptions.Default).Compile(EditorConfig.Parse("")));

    [Fact]
    public void ExactRow_GoesBeforeThatOfAllOverloads()
    {
        var knowledge = With("M:Acme.Store.Save(*) ; fence()", "M:Acme.Store.Save(System.String) ; exit()");
        Assert.Equal("fence()", Effects(knowledge, "Acme.Store", "Save", 0));
        Assert.Equal("exit()", Effects(knowledge, "Acme.Store", "Save", 1));
    }

    [Fact]
    public void UsersRow_ReplacesOurs()
    {
        var view = "System.IO.MemoryMappedFiles.MemoryMappedViewAccessor";
        Assert.Equal("flush-view(this, misses-tail)", Effects(KnowledgeBase.BuiltIn, view, "Flush"));
        Assert.Equal("persist(this)", Effects(With($"M:{view}.Flush ; persist(this)"), view, "Flush"));
    }

    [Fact]
    public void Override_HasTheRowOfWhatItOverrides() =>
        Assert.Equal("write(this, length: count, at-position)", Effects(KnowledgeBase.BuiltIn, "System.IO.BufferedStream", "Write"));

    /// <summary>A body in the compilation says more exactly what it does.</summary>
    [Fact]
    public void OverrideWithABody_SpeaksForItself()
    {
        Assert.Equal("", Effects(KnowledgeBase.BuiltIn, "Acme.Page", "Write"));
        Assert.Equal("fence()", Effects(With("M:Acme.Page.Write(*) ; fence()"), "Acme.Page", "Write"));
    }

    [Fact]
    public void HidingMember_HasNoRow() => Assert.Equal("", Effects(KnowledgeBase.BuiltIn, "Acme.Page", "WriteByte"));

    [Fact]
    public void ImplementedMember_LendsItsRow()
    {
        Assert.Equal("release(this)", Effects(With("M:System.ICloneable.Clone ; release(this)"), "System.String", "Clone"));
        Assert.Equal("", Effects(With("M:Acme.IStore.Save(*) ; fence()"), "Acme.Store", "Save"));
        Assert.Equal("fence()", Effects(With("M:Acme.IStore.Save(*) ; fence()"), "Acme.IStore", "Save"));
    }

    [Fact]
    public void GenericMember_IsFoundFromItsConstruction()
    {
        var box = Compilation.Value.GetTypeByMetadataName("Acme.Box`1")!.Construct(Compilation.Value.GetSpecialType(SpecialType.System_Int32));
        var put = box.GetMembers("Put").Single();
        Assert.Equal("write(this, length: sizeof(T))", EffectText.Of(put, With("M:Acme.Box`1.Put(`0) ; write(this, length: sizeof(T))").EffectsOf(put)));
    }

    [Fact]
    public void ReceiversType_SaysWhatDisposeDoes()
    {
        var dispose = Compilation.Value.GetTypeByMetadataName("System.IDisposable")!.GetMembers("Dispose").Single();
        Assert.Equal("flush-view(this, disposal, misses-tail), release(this)", On("System.IO.MemoryMappedFiles.MemoryMappedViewAccessor"));
        Assert.Equal("flush-view(this, disposal, misses-tail), release(this)", On("System.IO.MemoryMappedFiles.MemoryMappedViewStream"));
        Assert.Equal("release(this)", On("System.IO.MemoryMappedFiles.MemoryMappedFile"));
        Assert.Equal("release(this)", On("System.IO.FileStream"));
        Assert.Equal("release(this)", On("Microsoft.Win32.SafeHandles.SafeMemoryMappedViewHandle"));

        string On(string type) => EffectText.Of(dispose, KnowledgeBase.BuiltIn.EffectsOf(dispose, Compilation.Value.GetTypeByMetadataName(type)));
    }

    [Fact]
    public void TypeRow_SaysWhatItsValuesAre()
    {
        var view = Compilation.Value.GetTypeByMetadataName("System.IO.MemoryMappedFiles.MemoryMappedViewAccessor")!;
        Assert.Equal(EffectKind.View, Assert.Single(KnowledgeBase.BuiltIn.EffectsOf(view)).Kind);
        Assert.Empty(KnowledgeBase.BuiltIn.EffectsOf(Compilation.Value.GetTypeByMetadataName("System.IO.MemoryStream")!));
    }

    [Fact]
    public void FieldRow_SaysWhoseMemoryTheFieldNames() =>
        Assert.Equal("derive(return, from: this)", Effects(KnowledgeBase.BuiltIn, "System.Runtime.InteropServices.SafeHandle", "handle"));

    [Theory]
    [InlineData("MemoryMappedFile"), InlineData("MemoryMappedViewAccessor"), InlineData("MemoryMappedViewStream"), InlineData("SafeMemoryMappedViewHandle")]
    [InlineData("CreateViewAccessor"), InlineData("CreateViewStream"), InlineData("mmap"), InlineData("mmap64"), InlineData("MapViewOfFile"), InlineData("pmem_map_file")]
    [InlineData("pmem2_map_new"), InlineData("Mapped"), InlineData("MappedAttribute"), InlineData("CreateFileMappingW"), InlineData("OpenFileMappingA")]
    public void NameThatBringsAMapping_OpensTheGate(string name) => Assert.Contains(name, KnowledgeBase.BuiltIn.SourceNames);

    [Theory]
    [InlineData("Stream"), InlineData("Span"), InlineData("Write"), InlineData("Flush"), InlineData("Dispose"), InlineData("msync"), InlineData("CreateNew"), InlineData("Open"), InlineData("File"), InlineData("Syscall")]
    public void OrdinaryName_KeepsItShut(string name) => Assert.DoesNotContain(name, KnowledgeBase.BuiltIn.SourceNames);

    [Fact]
    public void UsersSource_OpensTheGateToo()
    {
        var knowledge = With("M:Acme.Region.Attach(System.String) ; view(return, path: name)", "M:Acme.Region.At(*) ; view(return, of: this)");
        Assert.Contains("Region", knowledge.SourceNames);
        Assert.Contains("At", knowledge.SourceNames);
        Assert.DoesNotContain("Attach", knowledge.SourceNames);
        Assert.DoesNotContain("Region", KnowledgeBase.BuiltIn.SourceNames);
    }

    [Fact]
    public void ManyThreads_GetTheSame()
    {
        var knowledge = KnowledgeBase.BuiltIn.ForCompilation(Compilation.Value, []);
        var span = Compilation.Value.GetTypeByMetadataName("System.Span`1")!.GetMembers().Where(member => member is IMethodSymbol or IPropertySymbol).ToArray();
        var answers = Enumerable.Range(0, 20).AsParallel().WithDegreeOfParallelism(8)
            .Select(_ => string.Join(";", span.Select(member => EffectText.Of(member, knowledge.EffectsOf(member))))).Distinct().ToArray();
        Assert.Contains("write(destination, length: length(this))", Assert.Single(answers));
    }

    private static KnowledgeBase With(params string[] rows)
    {
        var table = EffectTableReader.Read("acme.effects.txt", SourceText.From(string.Join("\n", rows)));
        Assert.Empty(table.Errors);
        return KnowledgeBase.BuiltIn.ForCompilation(Compilation.Value, table.Rows);
    }

    private static string Effects(KnowledgeBase knowledge, string type, string member, int overload = 0)
    {
        var symbol = Compilation.Value.GetTypeByMetadataName(type)!.GetMembers(member)[overload];
        return EffectText.Of(symbol, knowledge.EffectsOf(symbol));
    }
}
