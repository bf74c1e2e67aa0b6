using System.Collections;
using DaxSafety;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace DaxSafety.Tests.Tracking;

/// <summary>The tree against a bit array: any sequence of operations leaves both with the same lines.</summary>
public sealed class DirtyTreeModelTests
{
    /// <summary>A tree of 2^20 lines and a few: three levels, seams of every kind, a last line that is short.</summary>
    private const int Lines = (1 << 20) + 77;
    private const long Length = Lines * 64L - 13;

    public enum Step
    {
        Mark,
        MarkRange,
        Cursor,
        PersistRange,
        PersistAll,
        FailRange,
        FailAll,
        SnapshotAndDrop,
    }

    public sealed record Operation(Step Step, int Line, int Count);

    private static readonly Gen<Operation> Operations =
        from step in Gen.Elements(Enum.GetValues<Step>())
        from seam in Gen.Elements(0, 64, 512, 1 << 15, 1 << 18, 1 << 19, Lines - 3)
        from near in Gen.Choose(-3, 3)
        from anywhere in Gen.Choose(0, Lines - 1)
        from useSeam in Gen.Elements(true, true, false)
        from count in Gen.Frequency((3, Gen.Choose(1, 5)), (2, Gen.Choose(1, 1500)), (1, Gen.Choose(1, 600_000)))
        let line = Math.Clamp(useSeam ? seam + near : anywhere, 0, Lines - 1)
        select new Operation(step, line, Math.Min(count, Lines - line));

    private static readonly Arbitrary<Operation[]> Programs = Operations.ArrayOf().ToArbitrary();

    [Theory]
    [InlineData(DirtyTreeSharing.Shared, false, 1 << 20)]
    [InlineData(DirtyTreeSharing.Shared, true, 256)]
    [InlineData(DirtyTreeSharing.Exclusive, false, 256)]
    [InlineData(DirtyTreeSharing.Exclusive, true, 1 << 20)]
    public void AnySequence_TreeAndBitArrayAgree(DirtyTreeSharing sharing, bool explicitCommit, int mostRanges) =>
        Prop.ForAll(Programs, program => Agrees(program, new DirtyTree(Length, sharing, explicitCommit, mostRanges)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(30));

    private static bool Agrees(Operation[] program, DirtyTree tree)
    {
        using DirtyTree _ = tree;
        var model = new BitArray(Lines);
        foreach (Operation operation in program)
        {
            Apply(operation, tree, model);
            if (tree.IsDirty(new LineIndex(operation.Line)) != model[operation.Line])
                return false;
        }

        DirtyRange[] expected = RangesOf(model, 0, Lines);
        return tree.GetRanges().SequenceEqual(expected)
            && tree.Count == expected.Sum(range => (range.Length + 63) / 64)
            && tree.IsEmpty == (expected.Length == 0)
            && tree.CountPages(4096) == expected.SelectMany(PagesOf).Distinct().Count()
            && expected.All(tree.IsDirty)
            && PersistAgrees(new Operation(Step.PersistAll, 0, Lines), tree, model);
    }

    private static void Apply(Operation operation, DirtyTree tree, BitArray model)
    {
        int line = operation.Line, end = operation.Line + operation.Count;
        switch (operation.Step)
        {
            case Step.Mark:
                tree.Mark(new LineIndex(line));
                model[line] = true;
                break;
            case Step.MarkRange:
                tree.MarkRange(BytesOf(line, end));
                Set(model, line, end);
                break;
            case Step.Cursor:
                DirtyCursor cursor = tree.Cursor();
                for (int i = line; i < Math.Min(end, line + 2000); i++)
                    cursor.Mark(new LineIndex(i));
                cursor.Publish();
                Set(model, line, Math.Min(end, line + 2000));
                break;
            case Step.FailAll or Step.FailRange:
                Fail(operation, tree);
                break;
            case Step.SnapshotAndDrop:
                tree.Snapshot(BytesOf(line, end)).Dispose();
                break;
            default:
                Assert.True(PersistAgrees(operation, tree, model));
                break;
        }
    }

    private static void Fail(Operation operation, DirtyTree tree)
    {
        var sink = new RecordingSink { Fails = true };
        DirtyRange range = operation.Step == Step.FailAll ? tree.All : BytesOf(operation.Line, operation.Line + operation.Count);
        bool dirty = tree.IsDirty(range);
        Assert.Equal(dirty, Record.Exception(() => tree.Persist(range, sink)) is IOException);
    }

    private static bool PersistAgrees(Operation operation, DirtyTree tree, BitArray model)
    {
        (int first, int end) = operation.Step == Step.PersistAll ? (0, Lines) : (operation.Line, operation.Line + operation.Count);
        var sink = new RecordingSink();
        DirtyRange[] expected = RangesOf(model, first, end);
        long lines = tree.Persist(BytesOf(first, end), sink);
        bool agree = Join(sink.Ranges).SequenceEqual(expected) && lines == expected.Sum(range => (range.Length + 63) / 64);
        for (int i = first; i < end; i++)
            model[i] = false;
        return agree;
    }

    /// <summary>A run that crosses from one step of a persist into the next comes in two pieces.</summary>
    private static IEnumerable<DirtyRange> Join(IEnumerable<DirtyRange> ranges)
    {
        DirtyRange open = default;
        foreach (DirtyRange range in ranges)
        {
            if (!open.IsEmpty && open.End == range.Offset)
            {
                open = DirtyRange.Between(open.Offset, range.End);
                continue;
            }

            if (!open.IsEmpty)
                yield return open;
            open = range;
        }

        if (!open.IsEmpty)
            yield return open;
    }

    private static DirtyRange BytesOf(int first, int end) => DirtyRange.Between(first * 64L, Math.Min(end * 64L, Length));

    private static void Set(BitArray model, int first, int end)
    {
        for (int i = first; i < end; i++)
            model[i] = true;
    }

    private static IEnumerable<long> PagesOf(DirtyRange range)
    {
        for (long page = range.Offset / 4096; page * 4096 < range.End; page++)
            yield return page;
    }

    private static DirtyRange[] RangesOf(BitArray model, int first, int end)
    {
        var ranges = new List<DirtyRange>();
        for (int i = first; i < end; i++)
        {
            if (!model[i])
                continue;
            int start = i;
            while (i < end && model[i])
                i++;
            ranges.Add(BytesOf(start, i));
        }

        return [.. ranges];
    }
}
