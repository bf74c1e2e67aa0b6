using System.Runtime.CompilerServices;
using DaxSafety.Benchmarks.Ratios;

namespace DaxSafety.Benchmarks.Tracking;

/// <summary>
/// <c>mark.*</c>: what one mark costs. Hot is the same line again and again; sequential and random are lines of 1 GiB, each
/// marked for the first time since everything was drained.
/// </summary>
internal sealed unsafe class MarkSuite : IRatioSuite
{
    /// <summary>Hot rounds are short and many: on a busy machine most of them then pass undisturbed.</summary>
    private const int HotRounds = 151, HotMarks = 100_000;
    private const int Rounds = 101, Marks = 1 << 20;
    private const long Lines = 1 << 24;

    public IReadOnlyList<string> Prefixes => ["mark"];

    public void Run(RatioReport report)
    {
        Hot(report);
        long[] sequential = new long[Marks], random = new long[Marks];
        var dice = new Random(1);
        for (int i = 0; i < Marks; i++)
        {
            sequential[i] = i;
            random[i] = dice.NextInt64(Lines);
        }

        AgainstHashSet(report, "sequential", sequential);
        AgainstHashSet(report, "random", random);
        AgainstPointers(report, "sequential", sequential, 0.6);
        AgainstPointers(report, "random", random, 0.5);
    }

    private static void Hot(RatioReport report)
    {
        using DirtyTree shared = new(Lines * 64), exclusive = new(Lines * 64, DirtyTreeSharing.Exclusive);
        ulong[] words = GC.AllocateArray<ulong>(8, pinned: true);
        fixed (ulong* word = words)
        {
            ulong* address = word;
            SideBySide hot = SideBySide.Measure(HotRounds, () => MarkHot(shared), () => OrHot(address));
            report.Add("mark.shared.hot", hot.Ratio, 1.6, hot.Detail(HotMarks));
        }

        SideBySide modes = SideBySide.Measure(HotRounds, () => MarkHotAlone(exclusive), () => MarkHot(shared));
        report.Add("mark.exclusive.hot.ns", modes.Ours(HotMarks), null, "ns per mark");
        report.Add("mark.shared.hot.ns", modes.Theirs(HotMarks), null, "ns per mark");
    }

    /// <summary>
    /// The set starts empty, as it does when a flush has swapped it for a new one: that is the only way to take a snapshot of a
    /// set while others add. A set that is emptied in place keeps its room, and adds in ascending order run through it
    /// like an array; reported beside, without a limit.
    /// </summary>
    private static void AgainstHashSet(RatioReport report, string order, long[] lines)
    {
        using DirtyTree tree = new(Lines * 64);
        HashSet<long> set = [];
        SideBySide swapped = SideBySide.Measure(Rounds, () => MarkAll(tree, lines), () => AddAll(set, lines), () =>
        {
            tree.Clear();
            set = [];
        });
        report.Add($"mark.vs.hashset.{order}", swapped.Ratio, 0.35, swapped.Detail(Marks));
        SideBySide emptied = SideBySide.Measure(Rounds, () => MarkAll(tree, lines), () => AddAll(set, lines), () =>
        {
            tree.Clear();
            set.Clear();
        });
        report.Add($"mark.vs.hashset.{order}.emptied", emptied.Ratio, null, emptied.Detail(Marks));
    }

    private static void AgainstPointers(RatioReport report, string order, long[] lines, double limit)
    {
        using DirtyTree tree = new(Lines * 64);
        PointerRadixTree pointers = new(levels: 4);
        SideBySide both = SideBySide.Measure(Rounds, () => MarkAll(tree, lines), () => MarkAll(pointers, lines), () =>
        {
            tree.Clear();
            pointers.Clear();
        });
        report.Add($"mark.vs.pointer-radix.{order}", both.Ratio, limit, both.Detail(Marks));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MarkHot(DirtyTree tree)
    {
        for (int i = 0; i < HotMarks; i++)
            tree.Mark(new LineIndex(12345));
    }

    /// <summary>A loop of its own, so that what the compiler has learnt from the shared tree does not decide about this one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MarkHotAlone(DirtyTree tree)
    {
        for (int i = 0; i < HotMarks; i++)
            tree.Mark(new LineIndex(12345));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OrHot(ulong* word)
    {
        for (int i = 0; i < HotMarks; i++)
            Interlocked.Or(ref *word, 1UL << 57);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MarkAll(DirtyTree tree, long[] lines)
    {
        foreach (long line in lines)
            tree.Mark(new LineIndex(line));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddAll(HashSet<long> set, long[] lines)
    {
        foreach (long line in lines)
            set.Add(line);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MarkAll(PointerRadixTree tree, long[] lines)
    {
        foreach (long line in lines)
            tree.Mark(line);
    }
}
