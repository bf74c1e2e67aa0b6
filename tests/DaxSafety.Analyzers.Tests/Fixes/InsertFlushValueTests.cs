using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix where the write has a part in what is returned: the value is kept while the view is flushed.</summary>
public sealed class InsertFlushValueTests
{
    [Fact]
    public Task ReturnedValue_IsKeptWhileTheViewIsFlushed() => FixSource.FixesBesidePut("""
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
    public Task ReturnedValueWithoutATypeOfItsOwn_IsKeptAsWhatTheMethodReturns() => FixSource.FixesBesidePut("""
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
    public Task ValueOfAnExpressionBody_IsKept() => FixSource.FixesBesidePut("""
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
    public Task NameThatIsTaken_IsNotTakenAgain() => FixSource.FixesBesidePut("""
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
    public Task BranchesThatReturnWhatTheyWrite_KeepTheirValuesEach() => FixSource.FixesBesidePut("""
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
        """, new() { AfterFixAll = FixSource.InType(FixSource.Put + """
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
    public Task ValueThatIsYielded_IsKept() => FixSource.FixesBesidePut("""
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
