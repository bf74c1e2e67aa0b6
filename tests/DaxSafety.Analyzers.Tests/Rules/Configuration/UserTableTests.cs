using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Configuration;

/// <summary>A project's own *.effects.txt: its rows count like ours, and what is wrong in it is DAX9001 at its line.</summary>
public sealed class UserTableTests
{
    private const string Library = """
        namespace Acme
        {
            public sealed class Region
            {
                public static Region Open(string fileName) => new();
                public void Put(long position, byte[] data) { }
                public void Commit() { }
                public unsafe byte* Bytes => null;
            }
        }
        """;

    private const string Table = """
        # The engine's regions.
        M:Acme.Region.Open(*) ; view(return, path: fileName)
        M:Acme.Region.Put(System.Int64,System.Byte[]) ; write(this, offset: position, length: length(data))
        P:Acme.Region.Bytes ; derive(return, from: this)
        M:Acme.Region.Commit ; persist(this)
        """;

    [Theory]
    [InlineData("var region = Region.Open(\"x\"); [|region.Put(0, data)|];")]
    [InlineData("var region = Region.Open(\"x\"); region.Commit(); [|*region.Bytes = 1|];")]
    public async Task TaughtWriteWithoutATaughtFlush_IsReported(string body) => await Verify.Analyzer(With(body), Taught);

    [Theory]
    [InlineData("var region = Region.Open(\"x\"); region.Put(0, data); region.Commit();")]
    [InlineData("var region = Region.Open(\"x\"); *region.Bytes = 1; region.Commit();")]
    public async Task TaughtWriteWithATaughtFlush_IsSilent(string body) => await Verify.Silent(With(body), Taught);

    [Fact]
    public async Task WithoutTheTable_NothingIsKnown() =>
        await Verify.Silent(With("var region = Region.Open(\"x\"); region.Put(0, data);"), VerifyOptions.Default with { AllowUnsafe = true });

    [Theory]
    [InlineData("M:Acme.Region.Put ; wirte(this)", 20, "did you mean 'write'?")]
    [InlineData("M:Acme.Region.Pot(*) ; write(this)", 0, "has no member 'Pot'")]
    [InlineData("nonsense", 0, "there is no ';'")]
    public async Task BadRow_IsDax9001AtItsLine(string row, int column, string message)
    {
        var options = VerifyOptions.Default with { AdditionalFiles = [new("/acme.effects.txt", "# first\n" + row)] };
        var diagnostic = Assert.Single(await AnalysisRun.Of(TestCompilation.From(With("_ = data;"), options)));
        var line = diagnostic.Location.GetLineSpan();
        Assert.Equal(("DAX9001", "/acme.effects.txt", 1, column), (diagnostic.Id, line.Path, line.StartLinePosition.Line, line.StartLinePosition.Character));
        Assert.Contains(message, diagnostic.GetMessage());
    }

    [Fact]
    public async Task OtherAdditionalFile_IsNotRead() =>
        await Verify.Silent(With("_ = data;"), VerifyOptions.Default with { AdditionalFiles = [new("/notes.txt", "nonsense")] });

    private static VerifyOptions Taught => VerifyOptions.Default with { AdditionalFiles = [new("/acme.effects.txt", Table)] };

    private static string With(string body) => $$"""
        using Acme;
        unsafe class Store { void Save(byte[] data) { {{body}} } }
        """ + Library;
}
