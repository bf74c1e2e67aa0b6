using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: where the flush goes.</summary>
public sealed class InsertFlushPlacementTests
{
    [Fact]
    public Task StatementInABlock_IsFollowedByAFlush() => FixSource.Fixes("""
        {|DAX1001:view.Write(0, 1)|};
        Console.WriteLine("done");
        """, """
        view.Write(0, 1);
        view.Flush();
        Console.WriteLine("done");
        """);

    [Fact]
    public Task RunOfWrites_GetsOneFlushAfterTheLast() => FixSource.Fixes("""
        view.Write(0, 1);
        view.Write(8, n);
        {|DAX1001:view.Write(16, 3L)|}; // the checksum

        Console.WriteLine();
        """, """
        view.Write(0, 1);
        view.Write(8, n);
        view.Write(16, 3L); // the checksum
        view.Flush();

        Console.WriteLine();
        """);

    [Fact]
    public Task LabeledStatement_IsFollowedByAFlushAtItsOwnIndentation() => FixSource.Fixes("""
        again:
            {|DAX1001:view.Write(0, n)|};
            if (--n > 0)
                goto again;
        """, """
        again:
            view.Write(0, n);
            view.Flush();
            if (--n > 0)
                goto again;
        """);

    [Fact]
    public Task EarlyReturn_IsCoveredRightAfterTheWrite() => FixSource.Fixes("""
        {|DAX1001:view.Write(0, 1)|};
        if (!ok)
            return;
        view.Flush();
        """, """
        view.Write(0, 1);
        view.Flush();
        if (!ok)
            return;
        view.Flush();
        """);

    [Fact]
    public Task EmbeddedStatement_GetsBraces() => FixSource.Fixes("""
        if (ok) // rare
            {|DAX1001:view.Write(0, 1)|}; // here
        else
            Console.WriteLine();
        """, """
        if (ok) // rare
        {
            view.Write(0, 1); // here
            view.Flush();
        }
        else
            Console.WriteLine();
        """);

    [Fact]
    public Task EmbeddedStatementOnTheSameLine_StaysOnIt() => FixSource.Fixes("""
        if (ok) {|DAX1001:view.Write(0, 1)|}; // why
        """, """
        if (ok) { view.Write(0, 1); view.Flush(); } // why
        """);

    [Fact]
    public Task WritesInBothBranches_ShareTheFlushAfterThem() => FixSource.Fixes("""
        if (ok) view.Write(0, 1); else {|DAX1001:view.Write(8, 2)|};
        """, """
        if (ok) view.Write(0, 1); else view.Write(8, 2);
        view.Flush();
        """);

    [Fact]
    public Task WritesInAnElseIfChain_ShareTheFlushAfterIt() => FixSource.Fixes("""
        if (n == 1)
            Console.WriteLine();
        else if (n == 2)
            view.Write(0, 1);
        else
            {|DAX1001:view.Write(8, 2)|};
        """, """
        if (n == 1)
            Console.WriteLine();
        else if (n == 2)
            view.Write(0, 1);
        else
            view.Write(8, 2);
        view.Flush();
        """);

    [Fact]
    public Task WritesInBranchesOneOfWhichReturns_AreFlushedInEach() => FixSource.Fixes("""
        view.Write(0, 1);
        if (ok)
        {
            {|DAX1001:view.Write(8, 2)|};
            if (n > 3)
                return;
            Console.WriteLine();
        }
        """, """
        view.Write(0, 1);
        view.Flush();
        if (ok)
        {
            view.Write(8, 2);
            view.Flush();
            if (n > 3)
                return;
            Console.WriteLine();
        }
        """);

    [Fact]
    public Task SwitchSection_IsFlushedBeforeItsBreak() => FixSource.Fixes("""
        switch (n)
        {
            case 1:
                {|DAX1001:view.Write(0, 1)|};
                break;
            default:
                return;
        }
        """, """
        switch (n)
        {
            case 1:
                view.Write(0, 1);
                view.Flush();
                break;
            default:
                return;
        }
        """);

    [Fact]
    public Task SwitchSections_ShareTheFlushAfterTheSwitch() => FixSource.Fixes("""
        switch (n)
        {
            case 1: view.Write(0, 1); break;
            case 2: {|DAX1001:view.Write(0, 2)|}; break;
        }
        """, """
        switch (n)
        {
            case 1: view.Write(0, 1); break;
            case 2: view.Write(0, 2); break;
        }
        view.Flush();
        """);

    [Fact]
    public Task SeveralStatementsOnALine_StayOnIt() => FixSource.Fixes("""
        {|DAX1001:view.Write(0, 1)|}; Console.WriteLine(); // both
        """, """
        view.Write(0, 1); view.Flush(); Console.WriteLine(); // both
        """);

    [Fact]
    public Task TryBlock_IsFlushedInside() => FixSource.Fixes("""
        try
        {
            {|DAX1001:view.Write(0, 1)|};
        }
        finally
        {
            Console.WriteLine();
        }
        """, """
        try
        {
            view.Write(0, 1);
            view.Flush();
        }
        finally
        {
            Console.WriteLine();
        }
        """);

    [Fact]
    public Task LockBlock_IsFlushedUnderTheLock() => FixSource.Fixes("""
        lock (items)
        {
            {|DAX1001:view.Write(0, 1)|};
        }
        """, """
        lock (items)
        {
            view.Write(0, 1);
            view.Flush();
        }
        """);

    [Fact]
    public Task FixedBlock_IsFlushedInside() => FixSource.Fixes("""
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        fixed (int* source = items)
        {
            {|DAX1001:*(int*)p = *source|};
        }
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        """, """
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        fixed (int* source = items)
        {
            *(int*)p = *source;
            view.Flush();
        }
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        """);

    [Fact]
    public Task ViewMadeInABranch_IsFlushedThere() => FixSource.Fixes("""
        MemoryMappedViewAccessor? other = null;
        if (ok)
        {
            other = map.CreateViewAccessor();
            foreach (var item in items)
                {|DAX1001:other.Write(0, item)|};
        }
        """, """
        MemoryMappedViewAccessor? other = null;
        if (ok)
        {
            other = map.CreateViewAccessor();
            foreach (var item in items)
            {
                other.Write(0, item);
                other.Flush();
            }
        }
        """);
}
