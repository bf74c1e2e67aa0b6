using System.Xml.Linq;

namespace DaxSafety.Tests.Tracking;

public sealed class DirtyMapTests
{
    [Fact]
    public void DirtyCells_AreShadedByTheirShare()
    {
        using var tree = new DirtyTree(1 << 20);
        tree.MarkRange(new DirtyRange(0, 1 << 16));
        tree.MarkRange(new DirtyRange(1 << 17, 1 << 15));
        tree.Mark(new LineIndex(16383));
        DirtyMap map = DirtyMap.Of(tree, 16);
        Assert.Equal([1, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0 / 1024], map.Shares);
        Assert.Equal(1024 + 512 + 1, map.DirtyLines);
        Assert.Equal(
            """
                   0 B █·▓·····
               512 KiB ·······░
            1537 dirty lines (96.06 KiB) of 1 MiB, 64 KiB a cell

            """.ReplaceLineEndings("\n"),
            map.ToText(8));
    }

    [Fact]
    public void Looking_TakesNoMark()
    {
        using var tree = new DirtyTree(1 << 20);
        tree.Mark(new LineIndex(3));
        _ = tree.ToSvg();
        Assert.Equal(1, tree.Count);
    }

    [Fact]
    public void Svg_IsWellFormed_WithOneRectangleACell()
    {
        using var tree = new DirtyTree(DirtyTree.MaxLength);
        tree.Mark(LineIndex.Of(DirtyTree.MaxLength - 1));
        XElement svg = XElement.Parse(DirtyMap.Of(tree, 100).ToSvg(10));
        List<XElement> cells = [.. svg.Elements().Where(e => e.Name.LocalName == "rect")];
        Assert.Equal(100, cells.Count);
        Assert.Single(cells, cell => cell.Attribute("fill")!.Value != cells[0].Attribute("fill")!.Value);
    }

    [Fact]
    public void PartOfATree_ShowsThatPart()
    {
        using var tree = new DirtyTree(1 << 20);
        tree.Mark(new LineIndex(100));
        tree.Mark(new LineIndex(200));
        Assert.Equal(1, DirtyMap.Of(tree, new DirtyRange(150 * 64, 100 * 64)).DirtyLines);
        Assert.Equal(100, DirtyMap.Of(tree, new DirtyRange(150 * 64, 100 * 64)).Shares.Count);
    }

    [Fact]
    public void PartOutside_IsRefused()
    {
        using var tree = new DirtyTree(1000);
        Assert.Throws<ArgumentOutOfRangeException>(() => DirtyMap.Of(tree, new DirtyRange(900, 200)));
        Assert.Throws<ArgumentOutOfRangeException>(() => DirtyMap.Of(tree, new DirtyRange(0, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => DirtyMap.Of(tree, 0));
    }
}
