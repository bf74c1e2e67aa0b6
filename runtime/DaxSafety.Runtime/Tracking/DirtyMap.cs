using System.Globalization;
using System.Text;
using DaxSafety.Tracking;

namespace DaxSafety;

/// <summary>
/// A picture of where a mapping is dirty, for people: the range cut into equal cells, each as dark as it is dirty. As text
/// for a console or a log, as SVG for a page.
/// </summary>
/// <remarks>Taken at one moment, without taking any mark; while others write it is only roughly of that moment.</remarks>
public sealed class DirtyMap
{
    private const int CellSize = 10, Gap = 1;

    /// <summary>Clean; up to 1/32, 1/8, 1/2 of the lines dirty; more.</summary>
    private const string Shades = "·░▒▓█";

    private static readonly string[] s_colours = ["#e8ecf0", "#ffd28a", "#f6a04d", "#e0662e", "#b3261e"];

    private readonly double[] _shares;
    private readonly long _lines;

    private DirtyMap(DirtyRange range, double[] shares, long lines)
    {
        Range = range;
        _shares = shares;
        _lines = lines;
    }

    /// <summary>What the picture shows, in bytes.</summary>
    public DirtyRange Range { get; }

    /// <summary>How many dirty lines it shows.</summary>
    public long DirtyLines => _lines;

    /// <summary>For each cell, which share of its lines is dirty, 0 to 1.</summary>
    public IReadOnlyList<double> Shares => _shares;

    /// <summary>Looks at everything the tree covers.</summary>
    /// <inheritdoc cref="Of(DirtyTree, DirtyRange, int)"/>
    public static DirtyMap Of(DirtyTree tree, int cells = 1024)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return Of(tree, tree.All, cells);
    }

    /// <summary>Looks at a part, say what one mapping shows of a file; with fewer lines than cells, a cell is a line.</summary>
    /// <remarks>Costs what visiting the dirty lines costs. Allocates the cells.</remarks>
    /// <param name="tree">The tree to look at.</param>
    /// <param name="range">What to show, in bytes; not empty.</param>
    /// <param name="cells">How many cells at most, 1 to 65 536.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or not inside the tree, or there are too many cells or none.</exception>
    public static DirtyMap Of(DirtyTree tree, DirtyRange range, int cells = 1024)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cells);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cells, 65536);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(range.Length, nameof(range));
        long first = DirtyDrains.FirstLine(range), count = DirtyDrains.LastLine(range) - first + 1;
        cells = (int)Math.Min(cells, count);
        var shares = new double[cells];
        long dirty = 0;
        for (int cell = 0; cell < cells; cell++)
        {
            long start = first + (long)((Int128)count * cell / cells), end = first + (long)((Int128)count * (cell + 1) / cells);
            long lines = tree.CountLines(start, end - 1);
            shares[cell] = (double)lines / (end - start);
            dirty += lines;
        }

        return new DirtyMap(range, shares, dirty);
    }

    /// <summary>The picture as lines of text, <paramref name="width"/> cells in each: <c>·</c> clean, <c>░▒▓█</c> ever dirtier.</summary>
    public string ToText(int width = 64)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var text = new StringBuilder();
        long perRow = (long)((Int128)Range.Length * width / _shares.Length);
        for (int cell = 0; cell < _shares.Length; cell += width)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Size(Range.Offset + perRow * (cell / width)),10} ");
            foreach (double share in _shares.AsSpan(cell, Math.Min(width, _shares.Length - cell)))
                text.Append(Shades[Shade(share)]);
            text.Append('\n');
        }

        return text.Append(Caption()).Append('\n').ToString();
    }

    /// <summary>The picture as a self-contained SVG document, <paramref name="width"/> cells in a row.</summary>
    public string ToSvg(int width = 64)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        int rows = (_shares.Length + width - 1) / width;
        int w = Math.Min(width, _shares.Length) * (CellSize + Gap) + Gap, h = rows * (CellSize + Gap) + Gap + 18;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Caption()}</title>\n");
        for (int cell = 0; cell < _shares.Length; cell++)
        {
            int x = Gap + cell % width * (CellSize + Gap), y = Gap + cell / width * (CellSize + Gap);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{CellSize}\" height=\"{CellSize}\" fill=\"{s_colours[Shade(_shares[cell])]}\"/>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Gap}\" y=\"{h - 5}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#57606a\">{Caption()}</text>\n");
        return svg.Append("</svg>\n").ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => ToText();

    /// <summary>Steps of a factor of four: what is sparse must not look clean, nor a quarter like a line.</summary>
    private static int Shade(double share) => share switch
    {
        0 => 0,
        <= 1.0 / 32 => 1,
        <= 1.0 / 8 => 2,
        <= 1.0 / 2 => 3,
        _ => 4,
    };

    private string Caption()
    {
        long perCell = Range.Length / _shares.Length;
        return string.Create(CultureInfo.InvariantCulture, $"{_lines} dirty lines ({Size(_lines * LineIndex.Size)}) of {Size(Range.Length)}, {Size(perCell)} a cell");
    }

    private static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        int unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.##} {units[unit]}");
    }
}
