using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DaxSafety.Analyzers.Tests.Conformance;

/// <summary>Which room of the analyzer may know which: read from the usings, so that a wrong arrow fails here and not in a review.</summary>
public sealed partial class SeparationTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Folder(), "../../../analyzers/DaxSafety.Analyzers"));

    [Theory]
    [InlineData("Flow", "")]
    [InlineData("Knowledge", "")]
    [InlineData("Options", "")]
    [InlineData("Lowering", "Flow Knowledge")]
    [InlineData("Durability", "Flow Knowledge Lowering Options")]
    [InlineData("Rules", "Durability Flow Knowledge Lowering Options")]
    public void Room_KnowsOnlyThoseBelowIt(string room, string known)
    {
        var files = FilesOf(room);
        Assert.NotEmpty(files);
        var allowed = known.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append(room).ToArray();
        var wrong =
            from file in files
            from Match match in OurUsing().Matches(File.ReadAllText(file))
            where !allowed.Contains(match.Groups[1].Value)
            select $"{Path.GetRelativePath(Root, file)} uses {match.Groups[1].Value}";
        Assert.Empty(wrong);
    }

    /// <summary>The solver is tested from text and knows nothing of compilers.</summary>
    [Fact]
    public void Flow_KnowsNoRoslynType() =>
        Assert.Empty(FilesOf("Flow").Where(file => File.ReadAllText(file).Contains("Microsoft.CodeAnalysis", StringComparison.Ordinal)).Select(Path.GetFileName));

    /// <summary>Knowledge is data: no operation, no syntax, no flow.</summary>
    [Fact]
    public void Knowledge_KnowsSymbolsOnly() =>
        Assert.Empty(FilesOf("Knowledge").Where(file => ForbiddenToKnowledge().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));

    private static string[] FilesOf(string room) => Directory.GetFiles(Path.Combine(Root, room), "*.cs", SearchOption.AllDirectories);

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"^\s*using (?:static )?DaxSafety\.Analyzers\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex OurUsing();

    [GeneratedRegex(@"Microsoft\.CodeAnalysis\.(Operations|CSharp|FlowAnalysis|Diagnostics)")]
    private static partial Regex ForbiddenToKnowledge();
}
