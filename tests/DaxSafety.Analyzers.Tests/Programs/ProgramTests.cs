using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Programs;

/// <summary>
/// Small programs as people write them, many to a file: <c>=== name [os] [runtime]</c> begins one, with our runtime instead of contracts of its own, and <c>//! DAX1001</c> ends a line that gets
/// that diagnostic. Whatever is not announced must not be reported, by any rule.
/// </summary>
public sealed partial class ProgramTests
{
    private static readonly Dictionary<string, string> Programs = Directory.GetFiles(Folder(), "*.txt").Order(StringComparer.Ordinal).SelectMany(Read).ToDictionary(program => program.Name, program => program.Source);

    public static TheoryData<string> Names => new(Programs.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Program_GetsWhatItAnnounces(string name)
    {
        var reported = await AnalysisRun.Of(CompilationOf(name));
        Assert.Equal(
            Announced(Programs[name]).Order(StringComparer.Ordinal),
            reported.Select(diagnostic => $"{diagnostic.Location.GetLineSpan().StartLinePosition.Line}: {diagnostic.Id}").Order(StringComparer.Ordinal));
    }

    internal static TestCompilation CompilationOf(string name)
    {
        var withRuntime = name.Contains("[runtime]", StringComparison.Ordinal);
        var options = VerifyOptions.Default with { WithContractStubs = !withRuntime, WithRuntime = withRuntime, EditorConfig = System().Match(name) is { Success: true } os ? $"[*.cs]\ndax_safety.target_os = {os.Groups[1].Value}" : "" };
        return TestCompilation.From("using DaxSafety; using Microsoft.Win32.SafeHandles;\n" + Programs[name], options);
    }

    private static IEnumerable<string> Announced(string source) => source.Split('\n')
        .SelectMany((line, index) => Announcement().Matches(line).SelectMany(mark => Id().Matches(mark.Value)).Select(id => $"{index + 1}: {id.Value}"));

    private static IEnumerable<(string Name, string Source)> Read(string path) => File.ReadAllText(path).ReplaceLineEndings("\n")
        .Split("=== ", StringSplitOptions.RemoveEmptyEntries)
        .Select(text => text.Split('\n', 2))
        .Select(parts => ($"{Path.GetFileNameWithoutExtension(path)}: {parts[0]}", parts[1]));

    [GeneratedRegex(@"\[(linux|windows|macos|any)\]")]
    private static partial Regex System();

    [GeneratedRegex(@"//!.*$", RegexOptions.Multiline)]
    private static partial Regex Announcement();

    [GeneratedRegex(@"DAX\d{4}")]
    private static partial Regex Id();

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
