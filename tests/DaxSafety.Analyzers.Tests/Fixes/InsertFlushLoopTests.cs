using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: one flush after a loop where that is enough, and inside it where it is not.</summary>
public sealed class InsertFlushLoopTests
{
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
    public Task HandleThatIsReleasedInTheBranch_IsFlushedBeforeThat() => FixSource.Fixes("""
        foreach (var item in items)
        {
            {|DAX1001:view.Write(0, item)|};
            if (item == n)
            {
                view.SafeMemoryMappedViewHandle.Dispose();
                break;
            }
        }
        """, """
        foreach (var item in items)
        {
            view.Write(0, item);
            view.Flush();
            if (item == n)
            {
                view.SafeMemoryMappedViewHandle.Dispose();
                break;
            }
        }
        """);
}
