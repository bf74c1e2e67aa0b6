namespace DaxSafety.Tracking;

/// <summary>Marks of many lines at once: whole words where a word is wholly inside, one fence for all of them.</summary>
internal sealed unsafe partial class DirtyLevels
{
    /// <summary>Up to here the words are set one by one; beyond it a fence and plain stores are cheaper.</summary>
    private const long FewWords = 4;

    /// <summary>Marks lines <paramref name="first"/> to <paramref name="last"/>, inclusive.</summary>
    internal void MarkLinesShared(long first, long last)
    {
        long firstWord = first >> 6, lastWord = last >> 6;
        if (lastWord - firstWord < FewWords)
        {
            for (long word = firstWord; word <= lastWord; word++)
                MarkWordShared(word, EdgeMask(word, first, last));
            return;
        }

        // Plain stores of whole words neither lose a neighbour's bit nor need to be atomic with what was there. But they are
        // not fences: the first barrier keeps them after the program's stores, non-temporal ones included; the second keeps
        // the look at the summaries after them.
        Interlocked.MemoryBarrier();
        FillLeaves(firstWord, lastWord, first, last, shared: true);
        Interlocked.MemoryBarrier();
        SummariseLines(first, last, shared: true);
        GC.KeepAlive(this);
    }

    internal void MarkLinesExclusive(long first, long last)
    {
        long firstWord = first >> 6, lastWord = last >> 6;
        FillLeaves(firstWord, lastWord, first, last, shared: false);
        SummariseLines(first, last, shared: false);
        GC.KeepAlive(this);
    }

    private void FillLeaves(long firstWord, long lastWord, long first, long last, bool shared)
    {
        for (long word = firstWord; word <= lastWord; word++)
        {
            if (_mustCommit)
                _memory.CommitLeaf(word);
            ulong mask = EdgeMask(word, first, last);
            if (mask == ulong.MaxValue)
                Volatile.Write(ref _lines[word], mask);
            else
                Set(&_lines[word], mask, shared);
        }
    }

    /// <summary>Sets the summaries of a run of lines, a word of nodes (2 MiB of data) at a time.</summary>
    private void SummariseLines(long first, long last, bool shared)
    {
        for (int level = 1; level <= RootLevel; level++)
        {
            long firstBit = first >> (FanoutShift * level), lastBit = last >> (FanoutShift * level);
            ulong* words = Level(level);
            for (long word = firstBit >> 6; word <= lastBit >> 6; word++)
            {
                ulong mask = EdgeMask(word, firstBit, lastBit);
                if ((Volatile.Read(ref words[word]) & mask) != mask)
                    Set(&words[word], mask, shared);
            }
        }
    }

    private static void Set(ulong* word, ulong bits, bool shared)
    {
        if (shared)
            Interlocked.Or(ref *word, bits);
        else
            *word |= bits;
    }

    /// <summary>Clears everything; only while nobody else touches the tree.</summary>
    internal void Clear()
    {
        var nothing = new Nowhere();
        Walk<TakeShared, Nowhere>(0, LineCount - 1, ref nothing);
    }

    private readonly struct Nowhere : ILeafSink
    {
        public bool HasRoom => true;

        public void Add(long word, ulong bits)
        {
        }
    }
}
