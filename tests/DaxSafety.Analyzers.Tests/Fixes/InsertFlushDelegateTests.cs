using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: writes of functions that a statement runs, and of tasks.</summary>
public sealed class InsertFlushDelegateTests
{
    private static Task Fixes(string before, string after, FixOptions? options = null) =>
        Verify.Fix(FixSource.InSafeType(before), FixSource.InSafeType(after), options);

    [Fact]
    public Task SeveralTasksThatAreAwaited_AreFollowedByOneFlush() => Fixes("""
        static async Task Run(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            await Task.WhenAll(
                Task.Run(() => view.Write(0, 1)),
                Task.Run(() => {|DAX1001:view.Write(4, 1)|}));
        }
        """, """
        static async Task Run(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            await Task.WhenAll(
                Task.Run(() => view.Write(0, 1)),
                Task.Run(() => view.Write(4, 1)));
            view.Flush();
        }
        """, new() { Verify = new() { WithRuntime = true } });

    [Fact]
    public Task TaskThatIsAwaitedLater_IsFlushedBehindThat() => Fixes("""
        static async Task<int> Run(MemoryMappedFile map, byte[] data)
        {
            var stream = map.CreateViewStream();
            var task = {|DAX1001:stream.WriteAsync(data, 0, 3)|};
            Console.WriteLine();
            await task.ConfigureAwait(false);
            return 3;
        }
        """, """
        static async Task<int> Run(MemoryMappedFile map, byte[] data)
        {
            var stream = map.CreateViewStream();
            var task = stream.WriteAsync(data, 0, 3);
            Console.WriteLine();
            await task.ConfigureAwait(false);
            stream.Flush();
            return 3;
        }
        """);

    [Fact]
    public Task FunctionThatRunsElsewhere_IsFlushedInside() => Fixes("""
        static void Run(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            var thread = new System.Threading.Thread(() => view.Write(0, 1));
            thread.Start();
            Task.Run(() => {|DAX1001:view.Write(8, 1)|});
        }
        """, """
        static void Run(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            var thread = new System.Threading.Thread(() => { view.Write(0, 1); view.Flush(); });
            thread.Start();
            Task.Run(() => { view.Write(8, 1); view.Flush(); });
        }
        """);

    [Fact]
    public Task LoopOfALibrary_IsFollowedByOneFlush() => Fixes("""
        static async Task Run(MemoryMappedFile map, List<int> items)
        {
            var view = map.CreateViewAccessor();
            items.ForEach(item =>
            {
                if (item < 0)
                    return;
                view.Write(item, 1);
            });
            await Parallel.ForEachAsync(items, async (item, cancel) =>
            {
                await Task.Delay(item, cancel);
                {|DAX1001:view.Write(item, 2)|};
            });
        }
        """, """
        static async Task Run(MemoryMappedFile map, List<int> items)
        {
            var view = map.CreateViewAccessor();
            items.ForEach(item =>
            {
                if (item < 0)
                    return;
                view.Write(item, 1);
            });
            await Parallel.ForEachAsync(items, async (item, cancel) =>
            {
                await Task.Delay(item, cancel);
                view.Write(item, 2);
            });
            view.Flush();
        }
        """);

    [Fact]
    public Task ViewThatTheFunctionReplaces_IsFlushedInside() => Fixes("""
        static void Run(MemoryMappedFile map, List<int> items)
        {
            var view = map.CreateViewAccessor();
            items.ForEach(item =>
            {
                view = map.CreateViewAccessor();
                {|DAX1001:view.Write(item, 1)|};
            });
        }
        """, """
        static void Run(MemoryMappedFile map, List<int> items)
        {
            var view = map.CreateViewAccessor();
            items.ForEach(item =>
            {
                view = map.CreateViewAccessor();
                view.Write(item, 1);
                view.Flush();
            });
        }
        """);
}
