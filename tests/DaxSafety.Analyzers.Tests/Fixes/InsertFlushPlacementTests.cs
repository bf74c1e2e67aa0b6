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
        if (ok) {|DAX1001:view.Write(0, 1)|}; else {|DAX1001:view.Write(8, 2)|};
        """, """
        if (ok) { view.Write(0, 1); view.Flush(); } else { view.Write(8, 2); view.Flush(); }
        """, new()
    {
        AfterFixAll = FixSource.InMethod("""
        if (ok) view.Write(0, 1); else view.Write(8, 2);
        view.Flush();
        """),
    });

    [Fact]
    public Task WritesInAnElseIfChain_ShareTheFlushAfterIt() => FixSource.Fixes("""
        if (n == 1)
            Console.WriteLine();
        else if (n == 2)
            {|DAX1001:view.Write(0, 1)|};
        else
            {|DAX1001:view.Write(8, 2)|};
        """, """
        if (n == 1)
            Console.WriteLine();
        else if (n == 2)
        {
            view.Write(0, 1);
            view.Flush();
        }
        else
        {
            view.Write(8, 2);
            view.Flush();
        }
        """, new()
    {
        AfterFixAll = FixSource.InMethod("""
        if (n == 1)
            Console.WriteLine();
        else if (n == 2)
            view.Write(0, 1);
        else
            view.Write(8, 2);
        view.Flush();
        """),
    });

    [Fact]
    public Task WritesInBranchesOneOfWhichReturns_AreFlushedInEach() => FixSource.Fixes("""
        {|DAX1001:view.Write(0, 1)|};
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
            case 1: {|DAX1001:view.Write(0, 1)|}; break;
            case 2: {|DAX1001:view.Write(0, 2)|}; break;
        }
        """, """
        switch (n)
        {
            case 1: view.Write(0, 1); view.Flush(); break;
            case 2: view.Write(0, 2); view.Flush(); break;
        }
        """, new()
    {
        AfterFixAll = FixSource.InMethod("""
        switch (n)
        {
            case 1: view.Write(0, 1); break;
            case 2: view.Write(0, 2); break;
        }
        view.Flush();
        """),
    });

    [Fact]
    public Task SeveralStatementsOnALine_StayOnIt() => FixSource.Fixes("""
        {|DAX1001:view.Write(0, 1)|}; Console.WriteLine(); // both
        """, """
        view.Write(0, 1); view.Flush(); Console.WriteLine(); // both
        """);

    [Fact]
    public Task Loop_IsFollowedByOneFlush() => FixSource.Fixes("""
        for (var i = 0; i < n; i++)
            {|DAX1001:view.Write(i * 4, i)|};
        """, """
        for (var i = 0; i < n; i++)
            view.Write(i * 4, i);
        view.Flush();
        """);

    [Fact]
    public Task NestedLoops_AreFollowedByOneFlush() => FixSource.Fixes("""
        foreach (var item in items)
        {
            if (item < 0)
                continue;
            if (item > n)
                throw new InvalidOperationException();
            while (n-- > 0)
            {
                if (n == 7) break;
                {|DAX1001:view.Write(n * 4, item)|};
            }
        }
        Console.WriteLine();
        """, """
        foreach (var item in items)
        {
            if (item < 0)
                continue;
            if (item > n)
                throw new InvalidOperationException();
            while (n-- > 0)
            {
                if (n == 7) break;
                view.Write(n * 4, item);
            }
        }
        view.Flush();
        Console.WriteLine();
        """);

    [Fact]
    public Task LoopThatReturns_IsFlushedInside() => FixSource.Fixes("""
        foreach (var item in items)
        {
            {|DAX1001:view.Write(0, item)|};
            if (item == n)
                return;
        }
        """, """
        foreach (var item in items)
        {
            view.Write(0, item);
            view.Flush();
            if (item == n)
                return;
        }
        """);

    [Fact]
    public Task LoopThatMakesTheView_IsFlushedInside() => FixSource.Fixes("""
        foreach (var item in items)
        {
            var part = map.CreateViewAccessor(item * 4096L, 64);
            {|DAX1001:part.Write(0, item)|};
        }
        """, """
        foreach (var item in items)
        {
            var part = map.CreateViewAccessor(item * 4096L, 64);
            part.Write(0, item);
            part.Flush();
        }
        """);

    [Fact]
    public Task LoopThatAwaits_IsFlushedInside() => Verify.Fix(
        FixSource.InSafeType("""
        static async Task Pump(string path, System.Threading.Channels.ChannelReader<int> messages)
        {
            using var map = MemoryMappedFile.CreateFromFile(path);
            var view = map.CreateViewAccessor();
            await foreach (var message in messages.ReadAllAsync())
                {|DAX1001:view.Write(0, message)|};
        }
        """), FixSource.InSafeType("""
        static async Task Pump(string path, System.Threading.Channels.ChannelReader<int> messages)
        {
            using var map = MemoryMappedFile.CreateFromFile(path);
            var view = map.CreateViewAccessor();
            await foreach (var message in messages.ReadAllAsync())
            {
                view.Write(0, message);
                view.Flush();
            }
        }
        """));

    [Fact]
    public Task EndlessLoop_IsFlushedInside() => FixSource.Fixes("""
        while (true)
        {
            {|DAX1001:view.Write(0, n++)|};
            if (n > 10)
                return;
        }
        """, """
        while (true)
        {
            view.Write(0, n++);
            view.Flush();
            if (n > 10)
                return;
        }
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
    public Task LockInALoop_IsFlushedUnderTheLock() => FixSource.Fixes("""
        foreach (var item in items)
            lock (items)
                {|DAX1001:view.Write(0, item)|};
        """, """
        foreach (var item in items)
            lock (items)
            {
                view.Write(0, item);
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
