using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>
/// Finds whole words of a fixed list in a text. The runtime finds a string many characters at a time, so a text is searched for a few stems, of which
/// each word contains one, and words are only compared where a stem stands. Immutable.
/// </summary>
internal sealed class WordSearch
{
    /// <summary>How much of a text is searched for all stems in turn: little enough to stay near the processor.</summary>
    public const int WindowLength = 1 << 14;

    private readonly ImmutableArray<WordStem> _stems;
    private readonly int _windowLength;
    private readonly int _overlap;

    public WordSearch(IEnumerable<string> words, int windowLength = WindowLength)
    {
        _stems = WordStem.Cover(words.Where(word => word.Length > 0));
        // A word that does not fit into one window, with the character on either side of it, fits into the next.
        _overlap = _stems.Select(stem => stem.LongestWord).DefaultIfEmpty().Max() + 2;
        _windowLength = Math.Max(windowLength, 2 * _overlap);
    }

    public bool FindsIn(SourceText text)
    {
        var buffer = TextBuffer.OfAtLeast(_windowLength);
        var (found, start, end) = (false, 0, 0);
        while (!found && end < text.Length)
        {
            end = Math.Min(text.Length, start + _windowLength);
            text.CopyTo(start, buffer, 0, end - start);
            found = FindsIn(new Window(buffer.AsSpan(0, end - start), start == 0, end == text.Length));
            start = end - _overlap;
        }
        return found;
    }

    private bool FindsIn(Window window)
    {
        foreach (var stem in _stems)
        {
            var rest = window.Text;
            for (int at; (at = rest.IndexOf(stem.Text.AsSpan())) >= 0; rest = rest.Slice(at + 1))
                if (stem.StandsInWord(window, window.Text.Length - rest.Length + at))
                    return true;
        }
        return false;
    }

    public static bool IsPartOfWord(char character) =>
        (uint)((character | 0x20) - 'a') <= 'z' - 'a' || (uint)(character - '0') <= 9 || character == '_' || (character >= 128 && char.IsLetterOrDigit(character));

    /// <summary>A part of a text, and whether the text begins and ends with it.</summary>
    public readonly ref struct Window(ReadOnlySpan<char> text, bool begins, bool ends)
    {
        public ReadOnlySpan<char> Text { get; } = text;

        public bool HasWordAt(int start, string word)
        {
            var end = start + word.Length;
            return start >= 0 && end <= Text.Length && Text.Slice(start, word.Length).SequenceEqual(word.AsSpan())
                && (start == 0 ? begins : !IsPartOfWord(Text[start - 1]))
                && (end == Text.Length ? ends : !IsPartOfWord(Text[end]));
        }
    }
}

/// <summary>A string that stands in several words, and where in each.</summary>
internal sealed class WordStem
{
    /// <summary>Shorter ones stand in too much else.</summary>
    private const int ShortestUseful = 3;

    private readonly ImmutableArray<(string Text, int Offset)> _words;

    private WordStem(string text, IEnumerable<string> words)
    {
        Text = text;
        _words = words.Select(word => (word, word.IndexOf(text, StringComparison.Ordinal))).ToImmutableArray();
    }

    public string Text { get; }

    public int LongestWord => _words.Max(word => word.Text.Length);

    public bool StandsInWord(WordSearch.Window window, int at)
    {
        foreach (var (word, offset) in _words)
            if (window.HasWordAt(at - offset, word))
                return true;
        return false;
    }

    /// <summary>Few stems for all words: each time the one that stands in most of those left, and of such the longest.</summary>
    public static ImmutableArray<WordStem> Cover(IEnumerable<string> words)
    {
        var stems = ImmutableArray.CreateBuilder<WordStem>();
        var left = words.Distinct(StringComparer.Ordinal).ToList();
        while (left.Count > 0)
        {
            var best = left.SelectMany(Parts).GroupBy(part => part, StringComparer.Ordinal)
                .OrderByDescending(part => part.Count()).ThenByDescending(part => part.Key.Length).ThenBy(part => part.Key, StringComparer.Ordinal).First().Key;
            var covered = left.ToLookup(word => word.IndexOf(best, StringComparison.Ordinal) >= 0);
            stems.Add(new WordStem(best, covered[true]));
            left = covered[false].ToList();
        }
        return stems.ToImmutable();
    }

    private static IEnumerable<string> Parts(string word)
    {
        var shortest = Math.Min(ShortestUseful, word.Length);
        return Enumerable.Range(shortest, word.Length - shortest + 1)
            .SelectMany(length => Enumerable.Range(0, word.Length - length + 1).Select(start => word.Substring(start, length)))
            .Distinct(StringComparer.Ordinal);
    }
}
