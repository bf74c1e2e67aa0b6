using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's and DAX1002's fix where one member writes several times.</summary>
public sealed class InsertFlushSeveralTests
{
    private static string Store(string body) => FixSource.InType($$"""
        sealed class Store(MemoryMappedFile map)
        {
            private readonly MemoryMappedViewAccessor _view = map.CreateViewAccessor();

            public int Put(int x)
            {
        {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => "        " + line))}}
            }
        }
        """);

    [Fact]
    public Task OneOfTheWritesOfAMember_IsFixedWithTheOthers() => Verify.Fix(Store("""
        {|DAX1002:_view.Write(8, x)|};
        if (x > 3)
            return 2;
        {|DAX1002:_view.Write(12, x)|};
        return 3;
        """), Store("""
        _view.Write(8, x);
        _view.Flush();
        if (x > 3)
            return 2;
        _view.Write(12, x);
        _view.Flush();
        return 3;
        """), new() { FixAll = false, Times = 1 });

    [Fact]
    public Task WritesOfAMemberInARow_GetOneFlush() => Verify.Fix(Store("""
        {|DAX1002:_view.Write(8, x)|};
        {|DAX1002:_view.Write(12, x)|};
        return 3;
        """), Store("""
        _view.Write(8, x);
        _view.Write(12, x);
        _view.Flush();
        return 3;
        """));

    [Fact]
    public Task WriteBeforeTheNameIsAnotherViews_GetsAFlushOfItsOwn() => FixSource.Fixes("""
        {|DAX1001:view.Write(0, n)|};
        view = map.CreateViewAccessor(4096, 4096);
        {|DAX1001:view.Write(0, n)|};
        """, """
        view.Write(0, n);
        view.Flush();
        view = map.CreateViewAccessor(4096, 4096);
        view.Write(0, n);
        view.Flush();
        """);

    [Fact]
    public Task TabsWhereNothingAroundIsIndented_AreTabs() => Verify.Fix("""
        using var view = MemoryMappedFile.CreateFromFile("f").CreateViewAccessor();
        Put(1);
        view.SafeMemoryMappedViewHandle.Dispose();
        void Put(int x) => {|DAX1001:view.Write(0, x)|};
        static void Say()
        {
        	Console.WriteLine();
        }
        """, """
        using var view = MemoryMappedFile.CreateFromFile("f").CreateViewAccessor();
        Put(1);
        view.SafeMemoryMappedViewHandle.Dispose();
        void Put(int x)
        {
        	view.Write(0, x);
        	view.Flush();
        }
        static void Say()
        {
        	Console.WriteLine();
        }
        """);
}
