using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>The words of a text, each once, as hashes: two that share one make an answer too large, never too small. Immutable.</summary>
internal sealed class WordSet
{
    private const int WindowLength = 1 << 14;

    private readonly int[] _hashes;

    private WordSet(int[] hashes) => _hashes = hashes;

    public bool ContainsAny(HashSet<int> hashes)
    {
        foreach (var hash in _hashes)
            if (hashes.Contains(hash))
                return true;
        return false;
    }

    /// <summary>FNV-1a.</summary>
    public static int Hash(string word)
    {
        var hash = Start;
        foreach (var character in word)
            hash = Add(hash, character);
        return (int)hash;
    }

    public static WordSet Of(SourceText text)
    {
        var found = new Collector();
        var buffer = TextBuffer.OfAtLeast(WindowLength);
        var hash = Start;
        for (var start = 0; start < text.Length; start += WindowLength)
        {
            var count = Math.Min(WindowLength, text.Length - start);
            text.CopyTo(start, buffer, 0, count);
            hash = Collect(buffer.AsSpan(0, count), hash, found);
        }
        found.Add((int)hash);
        // Every text counts as one that has the words of which the hash is that of none.
        found.Add(unchecked((int)Start));
        return new WordSet(found.ToArray());
    }

    private const uint Start = 2166136261;

    private static uint Add(uint hash, char character) => unchecked((hash ^ character) * 16777619);

    /// <returns>The hash of the word that the window ends in.</returns>
    private static uint Collect(ReadOnlySpan<char> window, uint hash, Collector found)
    {
        foreach (var character in window)
        {
            if (WordSearch.IsPartOfWord(character))
            {
                hash = Add(hash, character);
            }
            else if (hash != Start)
            {
                found.Add((int)hash);
                hash = Start;
            }
        }
        return hash;
    }

    /// <summary>A set that is only ever added to, by open addressing; zero is kept apart.</summary>
    private sealed class Collector
    {
        private int[] _slots = new int[1 << 9];
        private int _count;
        private bool _hasZero;

        public void Add(int hash)
        {
            if (hash == 0)
            {
                _hasZero = true;
                return;
            }
            var slots = _slots;
            var i = hash & (slots.Length - 1);
            while (slots[i] != hash)
            {
                if (slots[i] == 0)
                {
                    slots[i] = hash;
                    if (++_count > slots.Length / 2)
                        Grow();
                    return;
                }
                i = (i + 1) & (slots.Length - 1);
            }
        }

        private void Grow()
        {
            var old = _slots;
            (_slots, _count) = (new int[old.Length * 2], 0);
            foreach (var hash in old)
                if (hash != 0)
                    Add(hash);
        }

        public int[] ToArray() => _slots.Where(hash => hash != 0).Concat(_hasZero ? new[] { 0 } : Array.Empty<int>()).ToArray();
    }
}
