using System.Numerics;

namespace DaxSafety.Tracking;

/// <summary>Questions that change nothing; answers are of a moment that may have passed when others mark.</summary>
internal sealed unsafe partial class DirtyLevels
{
    /// <summary>Whether a line from <paramref name="first"/> to <paramref name="last"/> (inclusive) is marked.</summary>
    internal bool AnyDirty(long first, long last)
    {
        if (first == last)
            return IsDirty(first);
        var found = new FirstHit();
        Walk<Look, FirstHit>(first, last, ref found);
        return found.Any;
    }

    /// <summary>How many lines are marked.</summary>
    internal long CountLines(long first, long last)
    {
        var tally = new LineTally();
        Walk<Look, LineTally>(first, last, ref tally);
        return tally.Lines;
    }

    /// <summary>How many pages of <paramref name="wordsPerPage"/> leaf words (4 KiB each) hold a marked line.</summary>
    internal long CountPages(int wordsPerPage)
    {
        var tally = new PageTally(BitOperations.Log2((uint)wordsPerPage));
        Walk<Look, PageTally>(0, LineCount - 1, ref tally);
        return tally.Pages;
    }

    private struct FirstHit : ILeafSink
    {
        internal bool Any { get; private set; }

        /// <inheritdoc/>
        public readonly bool HasRoom => !Any;

        public void Add(long word, ulong bits) => Any = true;
    }

    private struct LineTally : ILeafSink
    {
        internal long Lines { get; private set; }

        public readonly bool HasRoom => true;

        public void Add(long word, ulong bits) => Lines += BitOperations.PopCount(bits);
    }

    private struct PageTally(int shift) : ILeafSink
    {
        private long _last = -1;

        internal long Pages { get; private set; }

        public readonly bool HasRoom => true;

        public void Add(long word, ulong bits)
        {
            if (word >> shift == _last)
                return;
            _last = word >> shift;
            Pages++;
        }
    }
}
