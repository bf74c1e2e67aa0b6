using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix where nothing can follow the write itself: the flush comes last on every way out of the statement.</summary>
public sealed class InsertFlushExitTests
{
    [Fact]
    public Task BranchThatReturns_IsFlushedBeforeThat() => FixSource.FixesBesidePut("""
        static int Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            if ({|DAX1001:Put(view, n)|})
                return n; // done
            view.Flush();
            return 0;
        }
        """, """
        static int Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            if (Put(view, n))
            {
                view.Flush();
                return n; // done
            }
            view.Flush();
            return 0;
        }
        """);

    [Fact]
    public Task ConditionOfABranchThatReturns_IsFlushedOnBothWays() => FixSource.FixesBesidePut("""
        static void Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            if ({|DAX1001:Put(view, n)|}) { Console.WriteLine(1); return; }
            Console.WriteLine();
        }
        """, """
        static void Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            if (Put(view, n)) { Console.WriteLine(1); view.Flush(); return; }
            view.Flush();
            Console.WriteLine();
        }
        """);

    [Fact]
    public Task ReturnThatOwesNothing_DoesNotStandInTheWay() => FixSource.FixesBesidePut("""
        static int Run(MemoryMappedFile map, string text, Span<byte> other)
        {
            var view = map.CreateViewAccessor();
            foreach (var c in text)
            {
                if (c == ' ')
                {
                    view.Flush();
                    return -1;
                }
                {|DAX1001:view.Write(0, c)|};
            }
            return 0;
        }
        """, """
        static int Run(MemoryMappedFile map, string text, Span<byte> other)
        {
            var view = map.CreateViewAccessor();
            foreach (var c in text)
            {
                if (c == ' ')
                {
                    view.Flush();
                    return -1;
                }
                view.Write(0, c);
            }
            view.Flush();
            return 0;
        }
        """);

    [Fact]
    public Task LoopThatIsLeftInBetween_IsFlushedOnBothWays() => FixSource.FixesBesidePut("""
        static int Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            while ({|DAX1001:Put(view, n--)|})
                if (n == 7) return 3;
            return 4;
        }
        """, """
        static int Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            while (Put(view, n--))
                if (n == 7) { view.Flush(); return 3; }
            view.Flush();
            return 4;
        }
        """);

    [Fact]
    public Task BranchUnderALock_IsFlushedUnderIt() => FixSource.FixesBesidePut("""
        static int Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            lock (map)
            {
                if ({|DAX1001:Put(view, n)|})
                    return 1;
            }
            return 2;
        }
        """, """
        static int Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            lock (map)
            {
                if (Put(view, n))
                {
                    view.Flush();
                    return 1;
                }
                view.Flush();
            }
            return 2;
        }
        """);
}
