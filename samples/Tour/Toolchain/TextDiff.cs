namespace DaxSafety.Tour.Toolchain;

internal enum Change
{
    Same,
    Added,
    Removed,
}

internal readonly record struct DiffLine(Change Change, int Number, string Text);

/// <summary>
/// What changed between two texts, by their longest common subsequence of lines, in hunks with a little context. Source files of a
/// few hundred lines, so the plain quadratic table does; and no other tool need be installed.
/// </summary>
internal static class TextDiff
{
    public static IReadOnlyList<DiffLine> Lines(string[] before, string[] after)
    {
        int[,] common = LengthsOfCommonTails(before, after);
        var lines = new List<DiffLine>();
        int i = 0, j = 0;
        while (i < before.Length || j < after.Length)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                lines.Add(new DiffLine(Change.Same, j + 1, after[j]));
                i++;
                j++;
            }
            else if (j == after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]))
                lines.Add(new DiffLine(Change.Removed, i + 1, before[i++]));
            else
                lines.Add(new DiffLine(Change.Added, j + 1, after[j++]));
        }

        return lines;
    }

    /// <summary>The changed stretches, with <paramref name="context"/> unchanged lines around each; stretches that touch are one.</summary>
    public static IReadOnlyList<IReadOnlyList<DiffLine>> Hunks(IReadOnlyList<DiffLine> lines, int context)
    {
        var hunks = new List<List<DiffLine>>();
        int shownTo = -1;
        for (int at = 0; at < lines.Count; at++)
        {
            if (lines[at].Change == Change.Same)
                continue;
            int from = Math.Max(at - context, 0);
            int to = Math.Min(at + context, lines.Count - 1);
            if (hunks.Count == 0 || from > shownTo + 1)
                hunks.Add([]);
            for (int next = Math.Max(from, shownTo + 1); next <= to; next++)
                hunks[^1].Add(lines[next]);
            shownTo = to;
        }

        return hunks;
    }

    private static int[,] LengthsOfCommonTails(string[] before, string[] after)
    {
        var lengths = new int[before.Length + 1, after.Length + 1];
        for (int i = before.Length - 1; i >= 0; i--)
        {
            for (int j = after.Length - 1; j >= 0; j--)
                lengths[i, j] = before[i] == after[j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
        }

        return lengths;
    }
}
