using System.Xml.Linq;
using DaxSafety.Tour.Terminal;
using Xunit;

namespace DaxSafety.Tour.Tests;

public sealed class TerminalTests
{
    [Fact]
    public void Screen_WithoutColour_WritesTheTextAlone()
    {
        using var output = new StringWriter();

        new Screen(output, colour: false, live: false).Line("a ", Run.Bad("b"), Run.Dim(" c"));

        Assert.Equal("a b c\n", output.ToString());
    }

    [Fact]
    public void Screen_WithColour_MarksTheRunAndResets()
    {
        using var output = new StringWriter();

        new Screen(output, colour: true, live: false).Line("a ", Run.Bad("b"));

        Assert.Equal("a \e[31mb\e[0m\n", output.ToString());
    }

    [Fact]
    public void Picture_LeavesOutTimesAndGaps()
    {
        var screen = new Screen(TextWriter.Null, colour: false, live: false);

        screen.During("dotnet build", () => 0);
        screen.FleetingLine("12 s");
        using (screen.OffPicture())
            screen.Line("the third example");
        screen.Line("end");

        Assert.Equal(["   $ dotnet build", "end"], screen.Picture.Select(Text));
    }

    [Fact]
    public void Svg_IsWellFormedAndShowsEachWordOnce()
    {
        string svg = SvgTerminal.Render("a & b", [["<T> ", Run.Good("\"x\"")], [""]]);

        XElement[] rows = XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == "text").ToArray();
        Assert.Equal(["a & b", "<T> \"x\""], rows.Select(row => row.Value));
    }

    [Fact]
    public void Svg_OfTheSameLines_IsTheSame() =>
        Assert.Equal(SvgTerminal.Render("t", [["a", Run.Bad("b")]]), SvgTerminal.Render("t", [["a", Run.Bad("b")]]));

    [Fact]
    public void LongLine_IsBrokenAtSpacesUnderItsIndentation()
    {
        string words = string.Join(' ', Enumerable.Repeat("word", 60));

        IReadOnlyList<Run>[] rows = SvgTerminal.Wrap(["   ", Run.Warning(words)]).ToArray();

        Assert.Equal(3, rows.Length);
        Assert.All(rows, row => Assert.True(Text(row).Length <= 118 && Text(row).StartsWith("   word", StringComparison.Ordinal)));
        Assert.Equal(words, string.Join(' ', rows.Select(row => Text(row).Trim())));
        Assert.All(rows, row => Assert.Equal(Ink.Warning, row[^1].Ink));
    }

    [Fact]
    public void LongWord_IsBrokenAnywhere() =>
        Assert.Equal(new string('x', 300), string.Concat(SvgTerminal.Wrap([new string('x', 300)]).Select(Text)));

    private static string Text(IReadOnlyList<Run> runs) => string.Concat(runs.Select(run => run.Text));
}
