using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>A table is read line by line; a line that is wrong says where, which word and the way out, and the others count.</summary>
public sealed class EffectTableReaderTests
{
    [Fact]
    public void Row_IsReadInItsParts()
    {
        var row = Assert.Single(Read("M:Acme.Store.Put(*) ; write(this, offset: start * sizeof(T) + 4, at-position), fails(minus-one)").Rows);
        Assert.Equal(("M:Acme.Store.Put", "Put", true), (row.Member.Id, row.Member.Name, row.Member.EveryOverload));
        Assert.Equal([EffectKind.Write, EffectKind.Fails], row.Effects.Select(effect => effect.Kind));
        Assert.Equal("at-position", Assert.Single(row.Effects[0].Flags));
        var terms = Assert.Single(row.Effects[0].Operands).Terms;
        Assert.Equal([("start", "T", 1L), (null, null, 4L)], terms.Select(term => (term.Value?.Word, term.SizeOf?.Word, term.Factor)));
    }

    [Theory]
    [InlineData("M:Acme.Store.#ctor(System.Int32) ; none", "M:Acme.Store.#ctor(System.Int32)", ".ctor")]
    [InlineData("M:Acme.Store`1.Put``1(``0) ; none", "M:Acme.Store`1.Put``1(``0)", "Put")]
    [InlineData("M:Acme.Store.op_Implicit(Acme.Store)~System.Int32 ; none", "M:Acme.Store.op_Implicit(Acme.Store)~System.Int32", "op_Implicit")]
    [InlineData("P:Acme.Store.Item(System.Int32) ; none", "P:Acme.Store.Item(System.Int32)", "Item")]
    [InlineData("F:Acme.Store.Pointer ; none", "F:Acme.Store.Pointer", "Pointer")]
    [InlineData("T:Acme.Store`1 ; view(this)", "T:Acme.Store`1", "Store")]
    [InlineData("M:Top(*) ; none", null, null)]
    public void Member_IsNamedByItsDocumentationId(string line, string? id, string? name)
    {
        var table = Read(line);
        Assert.Equal((id, name), (table.Rows.SingleOrDefault()?.Member.Id, table.Rows.SingleOrDefault()?.Member.Name));
        Assert.Equal(id is null, table.Errors.Length == 1);
    }

    [Theory]
    [InlineData("libc!msync ; msync(0, length: 1, flags: 2)", "c")]
    [InlineData("libc.so.6!msync ; msync(0, length: 1, flags: 2)", "c")]
    [InlineData("kernelbase.dll!FlushViewOfFile ; flush-view(0, length: 1)", "kernel32")]
    public void PInvoke_IsNamedByLibraryAndEntryPoint(string line, string library)
    {
        var row = Assert.Single(Read(line).Rows);
        Assert.Equal(library, row.Member.Library);
        Assert.Equal("0", row.Effects[0].Target?.Word);
    }

    [Theory]
    [InlineData("# a comment")]
    [InlineData("   # another")]
    [InlineData("")]
    [InlineData("   ")]
    public void CommentOrBlank_IsNoRow(string line)
    {
        var table = Read(line);
        Assert.Empty(table.Rows);
        Assert.Empty(table.Errors);
    }

    [Fact]
    public void CommentAfterARow_IsLeftOut() =>
        Assert.Equal(EffectKind.Fence, Assert.Single(Read("M:Acme.Store.#ctor ; fence() # why").Rows).Effects.Single().Kind);

    [Theory]
    [InlineData("M:Acme.Store.Put(*)", 1, 19, "there is no ';'")]
    [InlineData("  ; write(this)", 3, 1, "no member stands before the ';'")]
    [InlineData("Acme.Store.Put ; write(this)", 1, 14, "neither a documentation ID")]
    [InlineData("M:Acme.Store.Put(System.Int32 ; write(this)", 17, 13, "a ')' is missing")]
    [InlineData("M:Acme.Store<T>.Put ; write(this)", 1, 19, "no documentation ID")]
    [InlineData("T:Acme.Store(*) ; view(this)", 13, 3, "a type or field has no parameters")]
    [InlineData("M:Acme.Store.Put ; wirte(this)", 20, 5, "'wirte' is no effect; did you mean 'write'?")]
    [InlineData("M:Acme.Store.Put ; qqqqqq(this)", 20, 6, "it can be: file, map, view")]
    [InlineData("M:Acme.Store.Put ; write(this, ofset: x)", 32, 5, "'ofset' is no operand of 'write'; did you mean 'offset'?")]
    [InlineData("M:Acme.Store.Put ; write(this, missestail)", 32, 10, "'missestail' is no flag of 'write'")]
    [InlineData("M:Acme.Store.Put ; flush-view(this, misses-tale)", 37, 11, "did you mean 'misses-tail'?")]
    [InlineData("M:Acme.Store.Put ; write(this, offset)", 32, 6, "is an operand of 'write' and needs a ':'")]
    [InlineData("M:Acme.Store.Put ; write", 24, 1, "the line ends where '(' after 'write'")]
    [InlineData("M:Acme.Store.Put ; write()", 26, 1, "')' stands where the target of 'write'")]
    [InlineData("M:Acme.Store.Put ; write(this", 29, 1, "the line ends where ',' or ')'")]
    [InlineData("M:Acme.Store.Put ; write(this) fence()", 32, 1, "'f' stands where a ',' and another effect")]
    [InlineData("M:Acme.Store.Put ; write(this, length: 3 * )", 44, 1, "')' stands where a number")]
    [InlineData("M:Acme.Store.Put ; write(this, length: a * b)", 44, 1, "one factor too many")]
    [InlineData("M:Acme.Store.Put ; write(this, length: a * length(b))", 40, 13, "'length(…)' is in bytes already")]
    [InlineData("M:Acme.Store.Put ; write(this, length: 99999999999999999999)", 40, 20, "too large a number")]
    [InlineData("M:Acme.Store.Put ; fails()", 20, 5, "'fails' says one of: minus-one, false, non-zero")]
    [InlineData("M:Acme.Store.Put ; flush-weak(this)", 20, 10, "'flush-weak' says one of")]
    [InlineData("M:Acme.Store.Put ; derive(return, offset: x)", 20, 6, "'derive' must say 'from:'")]
    [InlineData("M:Acme.Store.Put ;", 18, 1, "the line ends where the name of an effect should stand")]
    public void WrongRow_IsAnErrorAtTheWord(string line, int column, int length, string message)
    {
        var table = Read("M:Acme.Store.First ; fence()\n" + line + "\nM:Acme.Store.Last ; fence()");
        Assert.Equal(["M:Acme.Store.First", "M:Acme.Store.Last"], table.Rows.Select(row => row.Member.Text));
        var error = Assert.Single(table.Errors);
        Assert.Contains(message, error.Message);
        Assert.StartsWith($"Row '{line.Split(';')[0].Trim()}': ", error.Message);
        Assert.Equal((1, column - 1, length), (error.Place.Lines.Start.Line, error.Place.Lines.Start.Character, error.Place.Span.Length));
    }

    /// <summary>Whatever stands in a file, reading it ends and does not throw.</summary>
    [Fact]
    public void AnyText_IsReadWithoutAnException()
    {
        var random = new Random(20250101);
        const string alphabet = "MPT:.;(),*+-#!~`0123456789 abcwritethislengthsizeof\t{}[]é\u0000";
        for (var i = 0; i < 20_000; i++)
        {
            var line = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var mutated = i % 2 == 0 ? line : Mutate("M:Acme.Store.Put(*) ; write(this, offset: start * sizeof(T), at-position), fails(false)", random, alphabet);
            var table = Read(mutated);
            Assert.True(table.Rows.Length + table.Errors.Length <= 1, mutated);
        }
    }

    private static string Mutate(string row, Random random, string alphabet)
    {
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(row.Length);
            row = random.Next(3) switch
            {
                0 => row.Remove(at, 1),
                1 => row.Insert(at, alphabet[random.Next(alphabet.Length)].ToString()),
                _ => row[..at],
            };
            if (row.Length == 0)
                return row;
        }

        return row;
    }

    private static EffectTable Read(string text) => EffectTableReader.Read("acme.effects.txt", SourceText.From(text));
}
