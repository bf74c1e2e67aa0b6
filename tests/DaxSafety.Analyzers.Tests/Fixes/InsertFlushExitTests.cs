using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix where nothing can follow the write itself: the flush comes last before each exit.</summary>
public sealed class InsertFlushExitTests
{
    private const string Put = """
        static bool Put(MemoryMappedViewAccessor view, int value)
        {
            view.Write(0, value);
            return value > 0;
        }

        static int[] PutAll(MemoryMappedViewAccessor view)
        {
            view.Write(0, 1);
            return [];
        }


        """;

    private static Task Fixes(string before, string after, FixOptions? options = null) =>
        Verify.Fix(FixSource.InType(Put + before), FixSource.InType(Put + after), options);

    [Fact]
    public Task ReturnedValue_IsKeptWhileTheViewIsFlushed() => Fixes("""
        static bool Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            return n > 3 && // if at all
                {|DAX1001:Put(view, n)|}; // at last
        }
        """, """
        static bool Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            var result = n > 3 && // if at all
                Put(view, n); // at last
            view.Flush();
            return result;
        }
        """);

    [Fact]
    public Task ReturnedValueWithoutATypeOfItsOwn_IsKeptAsWhatTheMethodReturns() => Fixes("""
        static bool? Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            return {|DAX1001:Put(view, n)|} ? true : null;
        }

        static IReadOnlyList<bool> Some(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            return [n > 3, {|DAX1001:Put(view, n)|}];
        }
        """, """
        static bool? Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            bool? result = Put(view, n) ? true : null;
            view.Flush();
            return result;
        }

        static IReadOnlyList<bool> Some(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            IReadOnlyList<bool> result = [n > 3, Put(view, n)];
            view.Flush();
            return result;
        }
        """);

    [Fact]
    public Task ValueOfAnExpressionBody_IsKept() => Fixes("""
        static MemoryMappedViewAccessor s_view;

        static void Flush(bool now) { if (now) s_view.Flush(); }

        static void Open(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            Console.WriteLine(Once());

            bool Once() => {|DAX1001:Put(view, 3)|}; // once
        }
        """, """
        static MemoryMappedViewAccessor s_view;

        static void Flush(bool now) { if (now) s_view.Flush(); }

        static void Open(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            Console.WriteLine(Once());

            bool Once()
            {
                var result = Put(view, 3); // once
                view.Flush();
                return result;
            }
        }
        """);

    [Fact]
    public Task NameThatIsTaken_IsNotTakenAgain() => Fixes("""
        static bool Run(MemoryMappedFile map, int result, bool once)
        {
            var view = map.CreateViewAccessor();
            return {|DAX1001:Put(view, result)|};
        }
        """, """
        static bool Run(MemoryMappedFile map, int result, bool once)
        {
            var view = map.CreateViewAccessor();
            var outcome = Put(view, result);
            view.Flush();
            return outcome;
        }
        """);

    [Fact]
    public Task BranchThatReturns_IsFlushedBeforeThat() => Fixes("""
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
    public Task ConditionOfABranchThatReturns_IsFlushedOnBothWays() => Fixes("""
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
    public Task ReturnThatOwesNothing_DoesNotStandInTheWay() => Fixes("""
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
    public Task BranchesThatReturnWhatTheyWrite_KeepTheirValuesEach() => Fixes("""
        static bool Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            if (n > 3)
                return {|DAX1001:Put(view, 1)|};
            switch (n)
            {
                case 1: return {|DAX1001:Put(view, 2)|};
                default: return false;
            }
        }
        """, """
        static bool Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            if (n > 3)
            {
                var result = Put(view, 1);
                view.Flush();
                return result;
            }
            switch (n)
            {
                case 1: var outcome = Put(view, 2); view.Flush(); return outcome;
                default: return false;
            }
        }
        """, new() { AfterFixAll = FixSource.InType(Put + """
        static bool Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            if (n > 3)
            {
                var result = Put(view, 1);
                view.Flush();
                return result;
            }
            switch (n)
            {
                case 1: var result = Put(view, 2); view.Flush(); return result;
                default: return false;
            }
        }
        """) });

    [Fact]
    public Task ValueThatIsAwaited_IsKept() => Verify.Fix(FixSource.InSafeType("""
        static async Task<int> Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            return await Task.Run(() => {|DAX1001:Put(view, n)|}).ConfigureAwait(false);
        }

        static int Put(MemoryMappedViewAccessor view, int n) { view.Write(0, n); return n; }
        """), FixSource.InSafeType("""
        static async Task<int> Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            var result = await Task.Run(() => Put(view, n)).ConfigureAwait(false);
            view.Flush();
            return result;
        }

        static int Put(MemoryMappedViewAccessor view, int n) { view.Write(0, n); return n; }
        """));

    [Fact]
    public Task BranchUnderALock_IsFlushedUnderIt() => Fixes("""
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

    [Fact]
    public Task ValueThatIsYielded_IsKept() => Fixes("""
        static IEnumerable<bool> Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            yield return {|DAX1001:Put(view, n)|};
        }
        """, """
        static IEnumerable<bool> Run(MemoryMappedFile map, int n)
        {
            var view = map.CreateViewAccessor();
            var result = Put(view, n);
            view.Flush();
            yield return result;
        }
        """);
}
