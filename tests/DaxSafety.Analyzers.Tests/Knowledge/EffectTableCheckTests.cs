using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>A row that can be read may still be about nothing: the check says what there is instead.</summary>
public sealed class EffectTableCheckTests
{
    private const string Library = """
        namespace Acme.Storage
        {
            public class Store
            {
                public void Put(int key, byte[] value) { }
                public void Put(string name) { }
                public static void Open(string path) { }
                public int Count => 0;
                public class Cursor { public void Move() { } }
            }
            public sealed class FastStore : Store { }
        }
        """;

    [Theory]
    [InlineData("M:Acme.Storage.Store.Put(System.Int32,System.Byte[]) ; write(this, offset: key, length: length(value))")]
    [InlineData("M:Acme.Storage.Store.Put(*) ; write(this, offset: key)")]
    [InlineData("M:Acme.Storage.FastStore.Put(*) ; write(this)")]
    [InlineData("M:Acme.Storage.Store.Open(*) ; create(path)")]
    [InlineData("P:Acme.Storage.Store.Count ; derive(return, from: this)")]
    [InlineData("M:Acme.Storage.Store.Cursor.Move ; release(this)")]
    [InlineData("T:Acme.Storage.Store ; view(this)")]
    [InlineData("M:Other.Library.Thing.Do ; fence()")]
    [InlineData("T:Other.Library.Thing ; view(this)")]
    [InlineData("libacme!put ; write(7)")]
    public void RowThatFitsOrIsAboutAnotherLibrary_IsFine(string row) => Assert.Empty(Check(row));

    [Theory]
    [InlineData("M:Acme.Storage.Store.Pet(*) ; write(this)", "'Acme.Storage.Store' has no member 'Pet'")]
    [InlineData("M:Acme.Storage.Shop.Put(*) ; write(this)", "there is no such type in its namespace")]
    [InlineData("T:Acme.Storage.Shop ; view(this)", "there is no such type in its namespace")]
    [InlineData("M:Acme.Storage.Store.Put(System.Int64) ; write(this)", "no overload has these parameters. Write 'M:Acme.Storage.Store.Put(*)' for all, or one of: M:Acme.Storage.Store.Put(System.Int32,System.Byte[])")]
    [InlineData("M:Acme.Storage.Store.Put(*) ; write(this, offset: position)", "'position' names nothing of this member; its parameters are: key, value, name")]
    [InlineData("M:Acme.Storage.Store.Put(System.String) ; write(this, offset: key)", "'key' names nothing of this member; its parameters are: name")]
    [InlineData("M:Acme.Storage.Store.Open(*) ; write(this)", "'this' names nothing of this member")]
    [InlineData("M:Acme.Storage.Store.Put(*) ; derive(return, from: this)", "'return' names nothing of this member")]
    [InlineData("M:Acme.Storage.Store.Put(*) ; write(this, length: sizeof(T))", "'T' names nothing of this member")]
    [InlineData("M:Acme.Storage.Store.Open(*) ; fence()\nM:Acme.Storage.Store.Open(*) ; create(path)", "stands here a second time")]
    public void RowThatFitsNothing_IsAnError(string rows, string message) =>
        Assert.Contains(message, Assert.Single(Check(rows)).Message);

    private static IEnumerable<EffectTableError> Check(string rows)
    {
        var table = EffectTableReader.Read("acme.effects.txt", SourceText.From(rows));
        Assert.Empty(table.Errors);
        return EffectTableCheck.Of(table.Rows, TestCompilation.From(Library, VerifyOptions.Default).Compile(EditorConfig.Parse("")));
    }
}
