using System.Text;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>A line diff for failure messages: <c>-</c> was expected, <c>+</c> is there, with three lines around each change.</summary>
internal static class TextDiff
{
    private const int Context = 3;

    public static string Of(string expected, string actual)
    {
        var lines = Compare(expected.Split('\n'), actual.Split('\n'));
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            var near = Enumerable.Range(i - Context, 2 * Context + 1).Any(j => j >= 0 && j < lines.Count && lines[j].Sign != ' ');
            if (near)
                text.Append(lines[i].Sign).Append(' ').Append(lines[i].Line).Append('\n');
            else if (i > 0 && text.Length > 0 && !text.ToString().EndsWith("…\n", StringComparison.Ordinal))
                text.Append("…\n");
        }

        return text.ToString();
    }

    /// <summary>Longest common subsequence; test sources are short.</summary>
    private static List<(char Sign, string Line)> Compare(string[] expected, string[] actual)
    {
        var common = new int[expected.Length + 1, actual.Length + 1];
        for (var i = expected.Length - 1; i >= 0; i--)
            for (var j = actual.Length - 1; j >= 0; j--)
                common[i, j] = expected[i] == actual[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);

        var lines = new List<(char, string)>();
        for (int i = 0, j = 0; i < expected.Length || j < actual.Length;)
        {
            if (i < expected.Length && j < actual.Length && expected[i] == actual[j])
            {
                lines.Add((' ', expected[i++]));
                j++;
            }
            else if (j >= actual.Length || (i < expected.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(('-', expected[i++]));
            }
            else
            {
                lines.Add(('+', actual[j++]));
            }
        }

        return lines;
    }
}
