using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: bodies that have no room for another statement, and those that must stay as they are.</summary>
public sealed class InsertFlushShapeTests
{
    private static Task Fixes(string before, string after, FixOptions? options = null) =>
        Verify.Fix(FixSource.InType(before), FixSource.InType(after), options);

    private static Task LeavesAlone(string members) => Verify.NoFix(FixSource.InType(members));

    private const string Open = "static MemoryMappedViewAccessor Open(string path) => MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();";

    private static readonly FixOptions Probed = new() { Verify = new() { Analyzers = [new UnflushedWriteProbe()] } };

    [Fact]
    public Task ExpressionBodies_BecomeBlocks() => Fixes("""
        static readonly MemoryMappedViewAccessor View = null!;

        static int Last
        {
            get => View.ReadInt32(0);
            set => {|DAX1001:View.Write(0, value)|}; // the last
        }

        static int First { get => 1; set => {|DAX1001:View.Write(4, value)|}; }

        /// <summary>Puts.</summary>
        static void Put(int value) => {|DAX1001:View.Write(0, value)|};

        static void PutBelow<T>(T value) // why
            where T : unmanaged
            // and how
            => /* well */ {|DAX1001:View.Write(0, ref value)|};

        static void PutLong(int value) =>
            // in place
            {|DAX1001:View.Write(
                0,
                value)|};

        static void Run()
        {
            Stamp(7);
            void Stamp(int value) => {|DAX1001:View.Write(0, value)|};
        }
        """, """
        static readonly MemoryMappedViewAccessor View = null!;

        static int Last
        {
            get => View.ReadInt32(0);
            set
            {
                View.Write(0, value); // the last
                View.Flush();
            }
        }

        static int First { get => 1; set { View.Write(4, value); View.Flush(); } }

        /// <summary>Puts.</summary>
        static void Put(int value)
        {
            View.Write(0, value);
            View.Flush();
        }

        static void PutBelow<T>(T value) // why
            where T : unmanaged // and how
        {
            /* well */
            View.Write(0, ref value);
            View.Flush();
        }

        static void PutLong(int value)
        {
            // in place
            View.Write(
                0,
                value);
            View.Flush();
        }

        static void Run()
        {
            Stamp(7);
            void Stamp(int value)
            {
                View.Write(0, value);
                View.Flush();
            }
        }
        """, Probed);

    [Fact]
    public Task LambdasThatReturnNothing_BecomeBlocks() => Fixes("""
        static void Run(MemoryMappedViewAccessor view, int n)
        {
            Action<int> put = value => {|DAX1001:view.Write(0, value)|};
            Action<MemoryMappedViewAccessor> other = v => {|DAX1001:v.Write(
                0,
                n)|}; // later
            put += delegate (int value) { {|DAX1001:view.Write(8, value)|}; };
        }
        """, """
        static void Run(MemoryMappedViewAccessor view, int n)
        {
            Action<int> put = value => { view.Write(0, value); view.Flush(); };
            Action<MemoryMappedViewAccessor> other = v => { v.Write(
                0,
                n); v.Flush(); }; // later
            put += delegate (int value) { view.Write(8, value); view.Flush(); };
        }
        """, Probed);

    [Fact]
    public Task LambdaWhoseValueIsUsed_IsLeftAlone() => Verify.NoFix(FixSource.InType("""
        static void Run(MemoryMappedViewStream view, byte[] data)
        {
            Func<Task> put = () => {|DAX1001:view.WriteAsync(data, 0, 3)|};
            System.Linq.Expressions.Expression<Action> tree = () => {|DAX1001:view.Write(data, 0, 3)|};
        }

        static Task Put(MemoryMappedViewStream view, byte[] data) => {|DAX1001:view.WriteAsync(data, 0, 3)|};
        """), Probed);

    [Fact]
    public Task LambdaExpression_BecomesABlock() => Fixes($$"""
        {{Open}}

        static void Run(string path, int n)
        {
            var view = Open(path);
            Parallel.For(0, n, i => {|DAX1001:view.Write(i * 4, i)|}); // all
        }
        """, $$"""
        {{Open}}

        static void Run(string path, int n)
        {
            var view = Open(path);
            Parallel.For(0, n, i => { view.Write(i * 4, i); view.Flush(); }); // all
        }
        """);

    [Fact]
    public Task LambdaBlock_IsFlushedInside() => Fixes($$"""
        {{Open}}

        static void Run(string path, int n)
        {
            var view = Open(path);
            Parallel.For(0, n, i =>
            {
                {|DAX1001:view.Write(i * 4, i)|};
            });
        }
        """, $$"""
        {{Open}}

        static void Run(string path, int n)
        {
            var view = Open(path);
            Parallel.For(0, n, i =>
            {
                view.Write(i * 4, i);
                view.Flush();
            });
        }
        """);

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
        """, Probed);

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
    public Task WriteInAConditionOfABranchThatReturns_IsLeftAlone() => LeavesAlone($$"""
        {{Open}}

        static bool Put(MemoryMappedViewAccessor view, int value)
        {
            view.Write(0, value);
            return value > 0;
        }

        static void Run(string path, int n)
        {
            var view = Open(path);
            if ({|DAX1001:Put(view, n)|})
                return;
            Console.WriteLine();
        }
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
}
