using System.Numerics;
using System.Runtime.CompilerServices;

namespace DaxSafety.Tracking;

/// <summary>How a walk meets the bits it visits: looks only, takes alone, or takes while others mark.</summary>
internal unsafe interface IBitAccess
{
    /// <summary>Whether what is visited is cleared.</summary>
    static abstract bool Takes { get; }

    /// <summary>Returns the bits of <paramref name="mask"/> that are set, and clears them if this access takes.</summary>
    static abstract ulong Visit(ulong* word, ulong mask);

    /// <summary>Sets bits again.</summary>
    static abstract void Restore(ulong* word, ulong bits);
}

/// <summary>What a walk hands the dirty leaf words to, in ascending order.</summary>
internal interface ILeafSink
{
    /// <summary>Whether there is room for one more node (512 lines); when not, the walk stops before it.</summary>
    bool HasRoom { get; }

    /// <summary>Bit i of <paramref name="bits"/> is line 64 * <paramref name="word"/> + i. Never zero.</summary>
    void Add(long word, ulong bits);
}

/// <summary>The walk from the root to the dirty leaves: cost follows what is dirty, not what is mapped.</summary>
internal sealed unsafe partial class DirtyLevels
{
    /// <summary>
    /// Visits the dirty words of lines <paramref name="first"/> to <paramref name="last"/> (inclusive). False when the sink
    /// ran full; what was not visited is then still marked.
    /// </summary>
    internal bool Walk<TAccess, TSink>(long first, long last, ref TSink sink)
        where TAccess : struct, IBitAccess
        where TSink : struct, ILeafSink
    {
        bool complete = WalkLevel<TAccess, TSink>(RootLevel, first, last, ref sink);
        GC.KeepAlive(this);
        return complete;
    }

    private bool WalkLevel<TAccess, TSink>(int level, long first, long last, ref TSink sink)
        where TAccess : struct, IBitAccess
        where TSink : struct, ILeafSink
    {
        ulong* words = Level(level);
        int shift = FanoutShift * level;
        long firstBit = first >> shift, lastBit = last >> shift;
        for (long word = firstBit >> 6; word <= lastBit >> 6; word++)
        {
            ulong mask = EdgeMask(word, firstBit, lastBit);
            if ((Volatile.Read(ref words[word]) & mask) == 0)
                continue;
            // The summary is cleared before anything below is looked at, so that a mark made meanwhile finds it clear and
            // sets it again.
            ulong bits = TAccess.Visit(&words[word], mask);
            while (bits != 0)
            {
                long bit = (word << 6) + BitOperations.TrailingZeroCount(bits);
                if (!WalkChild<TAccess, TSink>(level, bit, first, last, ref sink))
                {
                    if (TAccess.Takes)
                        TAccess.Restore(&words[word], bits);
                    return false;
                }

                bits &= bits - 1;
            }
        }

        return true;
    }

    private bool WalkChild<TAccess, TSink>(int level, long bit, long first, long last, ref TSink sink)
        where TAccess : struct, IBitAccess
        where TSink : struct, ILeafSink
    {
        int shift = FanoutShift * level;
        long start = bit << shift, end = ((bit + 1) << shift) - 1;
        long childFirst = Math.Max(first, start), childLast = Math.Min(last, end);
        bool complete = true;
        if (level > 1)
            complete = WalkLevel<TAccess, TSink>(level - 1, childFirst, childLast, ref sink);
        else if (sink.HasRoom)
            WalkLeaf<TAccess, TSink>(childFirst, childLast, ref sink);
        else
            complete = false;

        // Only a part of the child was asked for: if the rest is dirty the summary goes back. A mark that comes after this
        // look finds the summary clear and sets it itself.
        if (TAccess.Takes && complete && (childFirst > start || childLast < end) && AnySet(level - 1, bit))
            TAccess.Restore(&Level(level)[bit >> 6], 1UL << (int)bit);
        return complete;
    }

    private void WalkLeaf<TAccess, TSink>(long first, long last, ref TSink sink)
        where TAccess : struct, IBitAccess
        where TSink : struct, ILeafSink
    {
        ulong* words = _lines;
        for (long word = first >> 6; word <= last >> 6; word++)
        {
            ulong mask = EdgeMask(word, first, last);
            if ((Volatile.Read(ref words[word]) & mask) == 0)
                continue;
            ulong bits = TAccess.Visit(&words[word], mask);
            if (bits != 0)
                sink.Add(word, bits);
        }
    }

    /// <summary>Whether any of the 512 children below <paramref name="node"/> at <paramref name="level"/> is set.</summary>
    private bool AnySet(int level, long node)
    {
        ulong* words = Level(level) + node * NodeWords;
        ulong any = 0;
        for (int i = 0; i < NodeWords; i++)
            any |= Volatile.Read(ref words[i]);
        return any != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EdgeMask(long word, long firstBit, long lastBit)
    {
        ulong mask = ulong.MaxValue;
        if (word == firstBit >> 6)
            mask <<= (int)firstBit;
        if (word == lastBit >> 6)
            mask &= ulong.MaxValue >> (63 - (int)(lastBit & 63));
        return mask;
    }

    /// <summary>Looks; clears nothing.</summary>
    internal readonly struct Look : IBitAccess
    {
        public static bool Takes => false;

        public static ulong Visit(ulong* word, ulong mask) => Volatile.Read(ref *word) & mask;

        public static void Restore(ulong* word, ulong bits)
        {
        }
    }

    /// <summary>Takes while any thread marks.</summary>
    internal readonly struct TakeShared : IBitAccess
    {
        public static bool Takes => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Visit(ulong* word, ulong mask) =>
            mask == ulong.MaxValue ? Interlocked.Exchange(ref *word, 0) : Interlocked.And(ref *word, ~mask) & mask;

        public static void Restore(ulong* word, ulong bits) => Interlocked.Or(ref *word, bits);
    }

    /// <summary>Takes while no other thread touches the tree.</summary>
    internal readonly struct TakeExclusive : IBitAccess
    {
        public static bool Takes => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Visit(ulong* word, ulong mask)
        {
            ulong bits = *word & mask;
            *word &= ~mask;
            return bits;
        }

        public static void Restore(ulong* word, ulong bits) => *word |= bits;
    }
}
