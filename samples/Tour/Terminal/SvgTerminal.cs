using System.Globalization;
using System.Security;
using System.Text;

namespace DaxSafety.Tour.Terminal;

/// <summary>Draws lines of runs as a terminal window in SVG: the README's picture is the tour's own output, not a drawing of it.</summary>
internal static class SvgTerminal
{
    private const int Columns = 118;
    private const double CharacterWidth = 7.83;
    private const int LineHeight = 18;
    private const int Margin = 18;
    private const int TitleBar = 34;

    public static string Render(string title, IReadOnlyList<IReadOnlyList<Run>> lines)
    {
        List<IReadOnlyList<Run>> rows = lines.SelectMany(Wrap).ToList();
        while (rows.Count > 0 && rows[^1].All(run => string.IsNullOrWhiteSpace(run.Text)))
            rows.RemoveAt(rows.Count - 1);
        int width = (int)(Columns * CharacterWidth) + 2 * Margin;
        int height = TitleBar + rows.Count * LineHeight + 2 * Margin;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{{width}}" height="{{height}}" viewBox="0 0 {{width}} {{height}}" role="img" aria-label="{{Escape(title)}}">
            <style>
            text { font: 13px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d6deeb; white-space: pre }
            {{string.Join('\n', Enum.GetValues<Ink>().Where(ink => ink != Ink.Plain).Select(StyleOf))}}
            </style>
            <rect width="{{width}}" height="{{height}}" rx="10" fill="#0b1522"/>
            <circle cx="22" cy="18" r="6" fill="#ff5f57"/><circle cx="42" cy="18" r="6" fill="#febc2e"/><circle cx="62" cy="18" r="6" fill="#28c840"/>
            <text x="{{width / 2}}" y="22" text-anchor="middle" class="dim">{{Escape(title)}}</text>

            """);
        for (int row = 0; row < rows.Count; row++)
            AppendRow(svg, rows[row], TitleBar + Margin + row * LineHeight);
        return svg.Append("</svg>\n").ToString();
    }

    private static void AppendRow(StringBuilder svg, IReadOnlyList<Run> runs, int y)
    {
        if (runs.All(run => string.IsNullOrWhiteSpace(run.Text)))
            return;
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin}\" y=\"{y}\" xml:space=\"preserve\">");
        int column = 0;
        foreach (Run run in runs)
        {
            // Each run starts where its column is: a font of another width than ours shifts letters, never the table.
            double x = Margin + column * CharacterWidth;
            string style = run.Ink == Ink.Plain ? "" : $" class=\"{ClassOf(run.Ink)}\"";
            svg.Append(CultureInfo.InvariantCulture, $"<tspan x=\"{x:F1}\"{style}>{Escape(run.Text)}</tspan>");
            column += run.Text.Length;
        }

        svg.Append("</text>\n");
    }

    /// <summary>Breaks a line that is too long for the window, at a space where there is one, under its own indentation.</summary>
    internal static IEnumerable<IReadOnlyList<Run>> Wrap(IReadOnlyList<Run> runs)
    {
        string all = string.Concat(runs.Select(run => run.Text));
        int indent = all.Length - all.TrimStart().Length;
        int start = 0;
        while (all.Length - start + (start == 0 ? 0 : indent) > Columns)
        {
            int room = Columns - (start == 0 ? 0 : indent);
            int space = all.LastIndexOf(' ', start + room - 1, room);
            int end = space > start + indent ? space : start + room;
            yield return Cut(runs, start, end, start == 0 ? 0 : indent);
            start = end + (end < all.Length && all[end] == ' ' ? 1 : 0);
        }

        yield return Cut(runs, start, all.Length, start == 0 ? 0 : indent);
    }

    private static List<Run> Cut(IReadOnlyList<Run> runs, int start, int end, int indent)
    {
        var cut = new List<Run>();
        if (indent > 0)
            cut.Add(new string(' ', indent));
        int at = 0;
        foreach (Run run in runs)
        {
            int from = Math.Max(start - at, 0);
            int to = Math.Min(end - at, run.Text.Length);
            if (from < to)
                cut.Add(run with { Text = run.Text[from..to] });
            at += run.Text.Length;
        }

        return cut;
    }

    private static string ClassOf(Ink ink) => ink.ToString().ToLowerInvariant();

    private static string StyleOf(Ink ink)
    {
        string style = ink switch
        {
            Ink.Dim => "fill: #6b7f99",
            Ink.Strong => "font-weight: bold; fill: #ffffff",
            Ink.Heading => "font-weight: bold; fill: #7fdbca",
            Ink.Good => "fill: #7bd88f",
            Ink.Bad => "fill: #ff6b7f",
            Ink.Warning => "fill: #ffcb6b",
            Ink.Command => "fill: #c792ea",
            _ => throw new ArgumentOutOfRangeException(nameof(ink), ink, "No colour is defined for this ink."),
        };
        return $".{ClassOf(ink)} {{ {style} }}";
    }

    private static string Escape(string text) => SecurityElement.Escape(text) ?? "";
}
