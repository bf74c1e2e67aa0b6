using System.Runtime.CompilerServices;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>docs/knowledge.md tells what the reader reads: every word is in it, every quoted row is one of ours, every example can be read.</summary>
public sealed class KnowledgeDocumentationTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Folder(), "../../../docs/knowledge.md"));

    [Fact]
    public void EveryWord_IsDocumented()
    {
        foreach (var word in EffectWord.All)
        {
            var line = Lines.FirstOrDefault(line => line.Contains($"**`{word.Word}(", StringComparison.Ordinal));
            Assert.True(line is not null, $"'{word.Word}' is not documented.");
            foreach (var operand in word.Operands)
                Assert.True(line.Contains($"{operand}:", StringComparison.Ordinal), $"The operand '{operand}' of '{word.Word}' is not documented.");
            foreach (var flag in word.Flags)
                Assert.True(Lines.Any(other => other.Contains(flag, StringComparison.Ordinal)), $"The flag '{flag}' of '{word.Word}' is not documented.");
        }
    }

    [Fact]
    public void EveryQuotedRow_IsOneOfOurs()
    {
        var ours = BuiltInTables.Read().SelectMany(table => table.Rows).ToDictionary(row => row.Member.Text, row => row.Line);
        var quoted = Lines.Where(line => line.StartsWith("    ", StringComparison.Ordinal) && line.Contains(" ; ", StringComparison.Ordinal)).Select(line => line.Trim()).ToArray();
        Assert.True(quoted.Length >= 15);
        Assert.All(quoted, line => Assert.Equal(line, ours.GetValueOrDefault(line.Split(" ; ")[0])));
    }

    [Fact]
    public void EveryExample_CanBeRead()
    {
        var examples = Lines.Where(line => line.Contains(" ; ", StringComparison.Ordinal) && !line.StartsWith('`')).ToArray();
        var table = EffectTableReader.Read("knowledge.md", SourceText.From(string.Join("\n", examples)));
        Assert.Empty(table.Errors.Select(error => error.Message));
        Assert.Equal(examples.Length, table.Rows.Length);
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
