using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>
/// Decides from the text alone whether a compilation can hold a mapping, so that a project without any pays for one pass
/// over its characters and nothing else.
/// </summary>
internal static class SourceGate
{
    public const string ContractAttribute = "DaxSafety.MappedAttribute";
    private static readonly ConditionalWeakTable<SyntaxTree, StrongBox<bool>> Known = new();

    private static readonly Lazy<WordSearch> BuiltIn = new(() => new WordSearch(KnowledgeBase.BuiltIn.SourceNames));

    /// <param name="compilation">Whose sources are searched.</param>
    /// <param name="more">Rows of the project's own tables.</param>
    /// <param name="cancel">Stops the search.</param>
    public static bool Passes(Compilation compilation, ImmutableArray<EffectRow> more, CancellationToken cancel)
    {
        var own = more.IsEmpty ? null : new WordSearch(KnowledgeBase.BuiltIn.With(more).SourceNames);
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancel.ThrowIfCancellationRequested();
            if (own is not null ? own.FindsIn(tree.GetText(cancel)) : Mentions(tree, cancel))
                return true;
        }
        // Another assembly may hand out mappings without any of the names: its contracts are attributes.
        return compilation.GetTypesByMetadataName(ContractAttribute).Any();
    }

    private static bool Mentions(SyntaxTree tree, CancellationToken cancel)
    {
        if (Known.TryGetValue(tree, out var answer))
            return answer.Value;
        var found = BuiltIn.Value.FindsIn(tree.GetText(cancel));
        Known.GetValue(tree, _ => new StrongBox<bool>(found));
        return found;
    }
}

/// <summary>Finds whole words of a fixed list in a text, in one pass over its characters and without allocating for each word.</summary>
internal sealed class WordSearch
{
    private const int ChunkLength = 1 << 14;
    private readonly string[][] _byInitial = new string[128][];
    private readonly int _longest;

    public WordSearch(IEnumerable<string> words)
    {
        foreach (var group in words.Where(word => word.Length > 0 && word[0] < 128).GroupBy(word => word[0]))
            _byInitial[group.Key] = group.ToArray();
        _longest = words.Max(word => word.Length);
    }

    public bool FindsIn(SourceText text)
    {
        // Chunks overlap by the longest word and the character on either side of it.
        var overlap = _longest + 2;
        var buffer = new char[Math.Min(text.Length, ChunkLength)];
        for (var start = 0; start < text.Length; start += ChunkLength - overlap)
        {
            var count = Math.Min(buffer.Length, text.Length - start);
            text.CopyTo(start, buffer, 0, count);
            if (FindsIn(buffer, count))
                return true;
            if (start + count == text.Length)
                break;
        }
        return false;
    }

    private bool FindsIn(char[] buffer, int count)
    {
        var insideWord = false;
        for (var i = 0; i < count; i++)
        {
            var character = buffer[i];
            if (!IsPartOfWord(character))
            {
                insideWord = false;
                continue;
            }
            if (!insideWord && character < 128 && _byInitial[character] is { } candidates && IsOneOf(candidates, buffer, i, count))
                return true;
            insideWord = true;
        }
        return false;
    }

    private static bool IsOneOf(string[] candidates, char[] buffer, int start, int count)
    {
        foreach (var word in candidates)
        {
            var end = start + word.Length;
            if (end > count || (end < count && IsPartOfWord(buffer[end])))
                continue;
            var i = 1;
            while (i < word.Length && buffer[start + i] == word[i])
                i++;
            if (i == word.Length)
                return true;
        }
        return false;
    }

    public static bool IsPartOfWord(char character) =>
        (uint)((character | 0x20) - 'a') <= 'z' - 'a' || (uint)(character - '0') <= 9 || character == '_' || (character >= 128 && char.IsLetterOrDigit(character));
}
