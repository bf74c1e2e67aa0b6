using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's and DAX1002's fix: by which name the view is flushed.</summary>
public sealed class InsertFlushNameTests
{
    private static Task Fixes(string before, string after, FixOptions? options = null) =>
        Verify.Fix(FixSource.InType(before), FixSource.InType(after), options);

    [Fact]
    public Task OneOfTwoViews_IsFlushedByTheNameItIsWrittenBy() => Fixes("""
        static void Run(MemoryMappedFile map, bool odd)
        {
            var a = map.CreateViewAccessor(0, 4096);
            var b = map.CreateViewAccessor(4096, 4096);
            var (next, current) = odd ? (b, a) : (a, b);
            {|DAX1001:next.Write(0, 1)|};
            current.Flush();
        }
        """, """
        static void Run(MemoryMappedFile map, bool odd)
        {
            var a = map.CreateViewAccessor(0, 4096);
            var b = map.CreateViewAccessor(4096, 4096);
            var (next, current) = odd ? (b, a) : (a, b);
            next.Write(0, 1);
            next.Flush();
            current.Flush();
        }
        """);

    [Fact]
    public Task OneOfTwoViewsWithoutAName_IsLeftAlone() => Verify.NoFix(FixSource.InType("""
        static void Run(MemoryMappedFile map, bool odd)
        {
            var a = map.CreateViewAccessor(0, 4096);
            var b = map.CreateViewAccessor(4096, 4096);
            {|DAX1001:(odd ? a : b).Write(0, 1)|};
        }
        """));

    [Fact]
    public Task ViewThatHasChangedPlaces_IsFlushedByTheNameItIsWrittenBy() => Fixes("""
        static void Run(MemoryMappedFile map)
        {
            var a = map.CreateViewAccessor(0, 4096);
            var b = map.CreateViewAccessor(4096, 4096);
            (a, b) = (b, a);
            {|DAX1001:b.Write(0, 1)|};
            a.Flush();
        }
        """, """
        static void Run(MemoryMappedFile map)
        {
            var a = map.CreateViewAccessor(0, 4096);
            var b = map.CreateViewAccessor(4096, 4096);
            (a, b) = (b, a);
            b.Write(0, 1);
            b.Flush();
            a.Flush();
        }
        """);

    [Fact]
    public Task PrimaryParameterThatAFieldKeeps_IsNotCapturedAgain() => Fixes("""
        abstract class Page(MemoryMappedViewAccessor view)
        {
            protected readonly MemoryMappedViewAccessor View = view;

            protected abstract int Fill(int x);

            public void Put(int x)
            {
                var n = {|DAX1001:Fill(x)|};
                if (n == 0)
                    return;
                View.Flush();
            }
        }

        sealed class First(MemoryMappedViewAccessor view) : Page(view)
        {
            protected override int Fill(int x) { View.Write(0, x); return x; }
        }
        """, """
        abstract class Page(MemoryMappedViewAccessor view)
        {
            protected readonly MemoryMappedViewAccessor View = view;

            protected abstract int Fill(int x);

            public void Put(int x)
            {
                var n = Fill(x);
                View.Flush();
                if (n == 0)
                    return;
                View.Flush();
            }
        }

        sealed class First(MemoryMappedViewAccessor view) : Page(view)
        {
            protected override int Fill(int x) { View.Write(0, x); return x; }
        }
        """);

    [Fact]
    public Task ElementOfAList_IsFlushedByItsIndex() => Fixes("""
        sealed class Pages(MemoryMappedFile map)
        {
            private readonly List<MemoryMappedViewAccessor> _views = new();

            public void Grow() => _views.Add(map.CreateViewAccessor());

            public void Put(int i, long value)
            {
                if (value > 3)
                    {|DAX1002:_views[i & 3].Write(0, value)|};
            }
        }
        """, """
        sealed class Pages(MemoryMappedFile map)
        {
            private readonly List<MemoryMappedViewAccessor> _views = new();

            public void Grow() => _views.Add(map.CreateViewAccessor());

            public void Put(int i, long value)
            {
                if (value > 3)
                {
                    _views[i & 3].Write(0, value);
                    _views[i & 3].Flush();
                }
            }
        }
        """);

    [Fact]
    public Task TwoElements_AreFlushedEachByFixAll() => Fixes(Pages("""
        {|DAX1002:_views[i].Write(0, 0L)|};
                {|DAX1002:_views[i].Write(8, 0L)|};
                {|DAX1002:_views[j].Write(0, value)|};
        """), Pages("""
        _views[i].Write(0, 0L);
                _views[i].Write(8, 0L);
                _views[i].Flush();
                _views[j].Write(0, value);
        """), new() { AfterFixAll = FixSource.InType(Pages("""
        _views[i].Write(0, 0L);
                _views[i].Write(8, 0L);
                _views[i].Flush();
                _views[j].Write(0, value);
                _views[j].Flush();
        """)) });

    private static string Pages(string move) => $$"""
        sealed class Pages
        {
            private readonly MemoryMappedViewAccessor[] _views = new MemoryMappedViewAccessor[2];

            public Pages(MemoryMappedFile map) => _views[0] = _views[1] = map.CreateViewAccessor();

            public void Move(int i, int j, long value)
            {
                {{move}}
            }
        }
        """;
}
