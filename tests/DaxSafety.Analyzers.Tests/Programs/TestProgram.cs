using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Programs;

/// <summary>
/// A small program as people write them, many to a file: <c>=== name [os] [runtime]</c> begins one, with our runtime instead of contracts of its own, and
/// <c>//! DAX1001</c> ends a line that gets that diagnostic.
/// </summary>
internal sealed partial record TestProgram(string Name, string Text)
{
    /// <summary>What stands before a program, on a line of its own.</summary>
    public const string Usings = "using DaxSafety; using Microsoft.Win32.SafeHandles;\n";

    public static readonly IReadOnlyList<TestProgram> All =
        [.. Directory.GetFiles(Folder(), "*.txt").Order(StringComparer.Ordinal).SelectMany(Read)];

    public string Source => Usings + Text;

    public bool WithRuntime => Name.Contains("[runtime]", StringComparison.Ordinal);

    public VerifyOptions Options => VerifyOptions.Default with
    {
        WithContractStubs = !WithRuntime,
        WithRuntime = WithRuntime,
        EditorConfig = System().Match(Name) is { Success: true } os ? $"[*.cs]\ndax_safety.target_os = {os.Groups[1].Value}" : "",
    };

    /// <summary>Line, from 1, and ID of what is to be reported.</summary>
    public IEnumerable<string> Announced => Text.Split('\n')
        .SelectMany((line, index) => Announcement().Matches(line).SelectMany(mark => Id().Matches(mark.Value)).Select(id => $"{index + 1}: {id.Value}"));

    public static IEnumerable<TestProgram> Read(string path) => File.ReadAllText(path).ReplaceLineEndings("\n")
        .Split("=== ", StringSplitOptions.RemoveEmptyEntries)
        .Select(text => text.Split('\n', 2))
        .Select(parts => new TestProgram($"{Path.GetFileNameWithoutExtension(path)}: {parts[0]}", parts[1]));

    [GeneratedRegex(@"\[(linux|windows|macos|any)\]")]
    private static partial Regex System();

    [GeneratedRegex(@"//!.*$", RegexOptions.Multiline)]
    private static partial Regex Announcement();

    [GeneratedRegex(@"DAX\d{4}")]
    private static partial Regex Id();

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
