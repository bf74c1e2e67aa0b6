using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: bodies that are one expression become blocks, if their value goes nowhere.</summary>
public sealed class InsertFlushExpressionTests
{
    private static Task Fixes(string before, string after, FixOptions? options = null) =>
        Verify.Fix(FixSource.InType(before), FixSource.InType(after), options);

    private const string Open = "static MemoryMappedViewAccessor Open(string path) => MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();";

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
        """, FixSource.Probed);

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
        """, FixSource.Probed);

    [Fact]
    public Task LambdaWhoseValueIsUsed_IsLeftAlone() => Verify.NoFix(FixSource.InType("""
        static void Run(MemoryMappedViewStream view, byte[] data)
        {
            Func<Task> put = () => {|DAX1001:view.WriteAsync(data, 0, 3)|};
            System.Linq.Expressions.Expression<Action> tree = () => {|DAX1001:view.Write(data, 0, 3)|};
        }

        static Task Put(MemoryMappedViewStream view, byte[] data) => {|DAX1001:view.WriteAsync(data, 0, 3)|};
        """), FixSource.Probed);

    [Fact]
    public Task ParallelLoop_IsFollowedByOneFlush() => Fixes($$"""
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
            Parallel.For(0, n, i => view.Write(i * 4, i)); // all
            view.Flush();
        }
        """);

    [Fact]
    public Task ParallelLoopOverABlock_IsFollowedByOneFlush() => Fixes($$"""
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
            });
            view.Flush();
        }
        """);
}
