using System.Globalization;
using System.Text.RegularExpressions;

namespace DaxSafety.Tour.Toolchain;

/// <summary>A warning or an error as the build prints it. File and position are absent where the build itself complains.</summary>
internal sealed partial record BuildDiagnostic(string File, int Line, int Column, string Severity, string Id, string Message)
{
    /// <summary>The diagnostics of a build's output, each once: MSBuild repeats them in its summary.</summary>
    public static IReadOnlyList<BuildDiagnostic> Parse(IEnumerable<string> output) =>
        output.Select(line => Pattern().Match(line)).Where(match => match.Success).Select(Read).Distinct()
            .OrderBy(found => found.File, StringComparer.Ordinal).ThenBy(found => found.Line).ThenBy(found => found.Column).ToList();

    private static BuildDiagnostic Read(Match match) => new(
        match.Groups["file"].Value.TrimEnd(),
        NumberOf(match.Groups["line"]),
        NumberOf(match.Groups["column"]),
        match.Groups["severity"].Value,
        match.Groups["id"].Value,
        match.Groups["message"].Value);

    private static int NumberOf(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^\s*(?<file>[^:(]*(:[^:(]+)?)(\((?<line>\d+),(?<column>\d+)(,\d+,\d+)?\))?\s*:\s+(?<severity>warning|error)\s+(?<id>[A-Z]+\d+)\s*:\s*(?<message>.*?)(\s+\(https?://[^)]*\))?(\s+\[[^\]]+\])?$")]
    private static partial Regex Pattern();
}
