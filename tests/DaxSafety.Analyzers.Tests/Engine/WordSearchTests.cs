using System.Text;
using DaxSafety.Analyzers.Hosts;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Tests.Engine;

/// <summary>The search of the gate against a walk over every character, on texts that are full of what is nearly a word.</summary>
public sealed class WordSearchTests
{
    private static readonly string[] s_names = [.. KnowledgeBase.BuiltIn.SourceNames.Order(StringComparer.Ordinal)];
    private static readonly string[] s_others = ["a", "mapmap", "Überblick", "x1", "_", "größe_ä", "日本"];
    private static readonly string[] s_between = [" ", "\n", " ", ";", ".", "(", "@", "_", "7", "ä", "e\u0301", "\u200d", "日", "\ud835\udc00", "\\u006d", "\\", "\"", "Map", "map", "Mappe", "m", "View", "create"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomTexts_AreAnsweredLikeAWalk(int seed)
    {
        Random random = new(seed);
        var found = 0;
        for (var round = 0; round < 3000; round++)
        {
            // Each time some of the words are looked for and all of them, whole or in part, may stand in the text.
            string[] all = [.. s_names, .. s_others];
            var words = random.GetItems(all, 1 + random.Next(24));
            var text = RandomText(random, all);
            WordSearch search = new(words, windowLength: random.Next(200));
            var expected = WordsOf(text).Any(words.Contains);
            found += expected ? 1 : 0;
            Assert.True(expected == search.FindsIn(SourceText.From(text)), $"{string.Join(' ', words)} in '{text}'");
            Assert.True(expected == search.FindsIn(InPieces(text, random)), $"{string.Join(' ', words)} in pieces of '{text}'");
        }
        Assert.InRange(found, 200, 2800);
    }

    /// <summary>At every place relative to the end of a window, whole and as a part of a longer word on either side.</summary>
    [Theory]
    [InlineData("mmap")]
    [InlineData("Mapped")]
    [InlineData("SafeMemoryMappedViewHandle")]
    public void WordAtTheEdgeOfAWindow_IsFoundWhole(string word)
    {
        WordSearch search = new(s_names);
        for (var before = WordSearch.WindowLength - 2 * word.Length - 60; before < WordSearch.WindowLength + word.Length + 60; before++)
        {
            var lead = new string(' ', before);
            Assert.True(search.FindsIn(SourceText.From(lead + word)));
            Assert.True(search.FindsIn(SourceText.From(lead + word + "(")));
            Assert.False(search.FindsIn(SourceText.From(lead + word + "s ")));
            Assert.False(search.FindsIn(SourceText.From(lead + "x" + word)));
            Assert.False(search.FindsIn(SourceText.From(new string('x', before) + word + " ")));
        }
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("mmap", true)]
    [InlineData("@mmap(0)", true)]
    [InlineData("x.mmap64", true)]
    [InlineData("mmap65", false)]
    [InlineData("Mmap", false)]
    [InlineData("ämmap", false)]
    [InlineData("mmapä", false)]
    [InlineData("[Mapped]", true)]
    [InlineData("UnMapped Mapper MappedX", false)]
    [InlineData("\"mmap\"", true)]
    [InlineData("/* mmap */", true)]
    public void Word_IsFoundOnlyWhole(string text, bool expected) => Assert.Equal(expected, new WordSearch(s_names).FindsIn(SourceText.From(text)));

    /// <summary>Each stem is one more search of every text.</summary>
    [Fact]
    public void BuiltInNames_HaveFewStems()
    {
        var stems = WordStem.Cover(s_names);
        Assert.InRange(stems.Length, 1, 3);
        Assert.All(s_names, name => Assert.Contains(stems, stem => name.Contains(stem.Text, StringComparison.Ordinal)));
    }

    private static string RandomText(Random random, string[] words)
    {
        StringBuilder text = new();
        for (var count = random.Next(40); count > 0; count--)
        {
            var word = words[random.Next(words.Length)];
            text.Append(random.Next(10) switch
            {
                0 => word[random.Next(word.Length)..],
                1 => word[..random.Next(word.Length)],
                2 => word,
                _ => s_between[random.Next(s_between.Length)],
            });
        }
        return text.ToString();
    }

    /// <summary>The same text as an editor holds it after some typing.</summary>
    private static SourceText InPieces(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        return SourceText.From(text[..at]).WithChanges(new TextChange(new TextSpan(at, 0), text[at..]));
    }

    private static IEnumerable<string> WordsOf(string text)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && WordSearch.IsPartOfWord(text[end]))
                end++;
            if (end > start)
                yield return text[start..end];
            start = end;
        }
    }
}
