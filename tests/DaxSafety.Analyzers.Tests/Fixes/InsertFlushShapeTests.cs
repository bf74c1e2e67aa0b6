using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: bodies that have no room for another statement, and those that must stay as they are.</summary>
public sealed class InsertFlushShapeTests
{
    private static Task Fixes(string before, string after, FixOptions? options = null) =>
        Verify.Fix(FixSource.InType(before), FixSource.InType(after), options);

    private static Task LeavesAlone(string members) => Verify.NoFix(FixSource.InType(members));

    private const string Open = "static MemoryMappedViewAccessor Open(string path) => MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();";

    [Fact]
    public Task TopLevelStatement_IsFollowedByAFlush() => Verify.Fix("""
        using System.IO.MemoryMappedFiles;

        using var map = MemoryMappedFile.CreateFromFile(args[0]);
        var view = map.CreateViewAccessor();
        foreach (var arg in args)
            {|DAX1001:view.Write(0, arg.Length)|};

        record Person(string Name);
        """, """
        using System.IO.MemoryMappedFiles;

        using var map = MemoryMappedFile.CreateFromFile(args[0]);
        var view = map.CreateViewAccessor();
        foreach (var arg in args)
            view.Write(0, arg.Length);
        view.Flush();

        record Person(string Name);
        """);

    [Fact]
    public Task LastLineWithoutALineBreak_GetsOne() => Verify.Fix("""
        using System.IO.MemoryMappedFiles;
        var view = MemoryMappedFile.CreateFromFile(args[0]).CreateViewAccessor();
        {|DAX1001:view.Write(0, 1)|};
        """, """
        using System.IO.MemoryMappedFiles;
        var view = MemoryMappedFile.CreateFromFile(args[0]).CreateViewAccessor();
        view.Write(0, 1);
        view.Flush();
        """);

    [Fact]
    public Task ConditionalCall_GetsAConditionalFlush() => Fixes("""
        static void Run(MemoryMappedViewAccessor? view)
        {
            view?{|DAX1001:.Write(0, 1)|};
        }
        """, """
        static void Run(MemoryMappedViewAccessor? view)
        {
            view?.Write(0, 1);
            view?.Flush();
        }
        """, FixSource.Probed);

    [Fact]
    public Task WriteInACondition_IsFlushedAfterTheStatement() => Fixes($$"""
        {{Open}}

        static bool Put(MemoryMappedViewAccessor view, int value)
        {
            view.Write(0, value);
            return value > 0;
        }

        static void Run(string path, int n)
        {
            var view = Open(path);
            if (Put(view, n))
                Console.WriteLine();
            while (n > 0 && {|DAX1001:Put(view, n--)|})
            {
            }
        }
        """, $$"""
        {{Open}}

        static bool Put(MemoryMappedViewAccessor view, int value)
        {
            view.Write(0, value);
            return value > 0;
        }

        static void Run(string path, int n)
        {
            var view = Open(path);
            if (Put(view, n))
                Console.WriteLine();
            while (n > 0 && Put(view, n--))
            {
            }
            view.Flush();
        }
        """);

    [Fact]
    public Task WriteInAForHeader_IsFlushedAfterTheLoop() => FixSource.Fixes("""
        for (var i = 0; i < n; {|DAX1001:view.Write(0, i++)|})
            Console.WriteLine(i);
        """, """
        for (var i = 0; i < n; view.Write(0, i++))
            Console.WriteLine(i);
        view.Flush();
        """);

    [Fact]
    public Task TaskThatIsNotAwaited_IsLeftAlone() => LeavesAlone("""
        static void Run(MemoryMappedFile map, byte[] data)
        {
            var view = map.CreateViewStream();
            var task = {|DAX1001:view.WriteAsync(data, 0, 3)|};
            Console.WriteLine(task.Id);
        }
        """);

    [Fact]
    public Task MappingThatNobodyNames_IsLeftAlone() => LeavesAlone("""
        static void Run(MemoryMappedFile map) => {|DAX1001:map.CreateViewAccessor().Write(0, 1)|};
        """);

    [Fact]
    public Task AwaitedWrite_IsFollowedByAFlush() => Verify.Fix(FixSource.InSafeType("""
        static async Task Run(MemoryMappedFile map, byte[] data)
        {
            var view = map.CreateViewStream();
            await {|DAX1001:view.WriteAsync(data, 0, 3)|}.ConfigureAwait(false);
        }
        """), FixSource.InSafeType("""
        static async Task Run(MemoryMappedFile map, byte[] data)
        {
            var view = map.CreateViewStream();
            await view.WriteAsync(data, 0, 3).ConfigureAwait(false);
            view.Flush();
        }
        """));

    [Fact]
    public Task LocalFunction_FlushesWhatItCaptures() => FixSource.Fixes("""
        Set(1);
        return;
        void Set(long key)
        {
            if (view.ReadInt64(key) != 0)
                return;
            {|DAX1001:view.Write(key, 1)|};
            n++;
        }
        """, """
        Set(1);
        return;
        void Set(long key)
        {
            if (view.ReadInt64(key) != 0)
                return;
            view.Write(key, 1);
            view.Flush();
            n++;
        }
        """);

    [Fact]
    public Task StreamCopiedIntoTheView_FlushesTheView() => FixSource.Fixes("""
        using var source = File.OpenRead(path);
        var target = map.CreateViewStream();
        {|DAX1001:source.CopyTo(target)|};
        """, """
        using var source = File.OpenRead(path);
        var target = map.CreateViewStream();
        source.CopyTo(target);
        target.Flush();
        """);

    [Fact]
    public Task UsingBlock_IsFlushedInside() => FixSource.Fixes("""
        using (var source = File.OpenRead(path))
        {
            source.CopyTo(Stream.Null);
            {|DAX1001:view.Write(0, n)|};
        }
        """, """
        using (var source = File.OpenRead(path))
        {
            source.CopyTo(Stream.Null);
            view.Write(0, n);
            view.Flush();
        }
        """);

    [Fact]
    public Task HandleThatIsReleasedLater_IsFlushedBefore() => FixSource.Fixes("""
        foreach (var item in items)
            {|DAX1001:view.Write(0, item)|};
        view.SafeMemoryMappedViewHandle.Dispose();
        """, """
        foreach (var item in items)
            view.Write(0, item);
        view.Flush();
        view.SafeMemoryMappedViewHandle.Dispose();
        """);
}
