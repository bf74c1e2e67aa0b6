using DaxSafety.Tour.Toolchain;
using Xunit;

namespace DaxSafety.Tour.Tests;

public sealed class ToolchainTests
{
    [Fact]
    public void BuildOutput_RepeatedInItsSummary_IsReadOnceAndInSourceOrder()
    {
        string[] output =
        [
            "  OrderLedger -> /tmp/x/OrderLedger.dll",
            "/tmp/x/Stock.cs(45,13): warning DAX1001: '_view' is written here (see below): lost [/tmp/x/OrderLedger.csproj]",
            "/tmp/x/Journal.cs(7,1): error DAX1001: 'a' is written (https://example.org/DAX1001.md) [/tmp/x/OrderLedger.csproj]",
            "/tmp/x/Stock.cs(45,13): warning DAX1001: '_view' is written here (see below): lost [/tmp/x/OrderLedger.csproj]",
            "    2 Warning(s)",
        ];

        Assert.Equal(
            [
                new BuildDiagnostic("/tmp/x/Journal.cs", 7, 1, "error", "DAX1001", "'a' is written"),
                new BuildDiagnostic("/tmp/x/Stock.cs", 45, 13, "warning", "DAX1001", "'_view' is written here (see below): lost"),
            ],
            BuildDiagnostic.Parse(output));
    }

    [Theory]
    [InlineData("CSC : warning CS8034: Unable to load Analyzer assembly /a/b.dll : PE image. [/tmp/x.csproj]", "CSC", "CS8034")]
    [InlineData("/p/DaxSafety.Analyzers.targets(52,5): error DAXB002: RunAnalyzers is false, so nothing runs. [/tmp/x.csproj]", "/p/DaxSafety.Analyzers.targets", "DAXB002")]
    [InlineData("C:\\x\\Journal.cs(7,1): warning DAX1001: lost [C:\\x\\x.csproj]", "C:\\x\\Journal.cs", "DAX1001")]
    public void BuildOutput_OfTheCompilerOrOfATarget_IsReadToo(string line, string file, string id)
    {
        BuildDiagnostic found = Assert.Single(BuildDiagnostic.Parse([line]));

        Assert.Equal((file, id), (found.File, found.Id));
    }

    [Fact]
    public void Diff_InsertedLines_AreAddedAndNothingElse()
    {
        IReadOnlyList<DiffLine> lines = TextDiff.Lines(["a", "b", "c"], ["a", "x", "b", "c", "y"]);

        Assert.Equal(["2 x", "5 y"], lines.Where(line => line.Change == Change.Added).Select(line => $"{line.Number} {line.Text}"));
        Assert.DoesNotContain(lines, line => line.Change == Change.Removed);
    }

    [Fact]
    public void Diff_ReplacedLine_IsRemovedAndAdded() =>
        Assert.Equal(["Same a", "Removed b", "Added x", "Same c"], TextDiff.Lines(["a", "b", "c"], ["a", "x", "c"]).Select(line => $"{line.Change} {line.Text}"));

    [Fact]
    public void Hunks_FarApart_AreTwoAndThoseThatTouchAreOne()
    {
        string[] before = Enumerable.Range(0, 30).Select(number => $"line {number}").ToArray();
        List<string> after = [.. before];
        after.Insert(20, "third");
        after.Insert(6, "second");
        after.Insert(3, "first");

        IReadOnlyList<IReadOnlyList<DiffLine>> hunks = TextDiff.Hunks(TextDiff.Lines(before, [.. after]), context: 2);

        Assert.Equal(2, hunks.Count);
        Assert.Equal(
            ["line 1", "line 2", "first", "line 3", "line 4", "line 5", "second", "line 6", "line 7"],
            hunks[0].Select(line => line.Text));
        Assert.Equal(["line 18", "line 19", "third", "line 20", "line 21"], hunks[1].Select(line => line.Text));
    }

    [Fact]
    public void Hunks_NothingChanged_AreNone() => Assert.Empty(TextDiff.Hunks(TextDiff.Lines(["a"], ["a"]), context: 2));
}
