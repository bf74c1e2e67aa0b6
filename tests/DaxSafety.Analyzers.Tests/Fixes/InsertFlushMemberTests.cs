using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1002's fix: views that a type holds. Every run of writes gets its flush.</summary>
public sealed class InsertFlushMemberTests
{
    private static string Log(string members) => $$"""
        using System;
        using System.IO.MemoryMappedFiles;

        sealed class Log(MemoryMappedFile map)
        {
            private MemoryMappedViewAccessor _view = map.CreateViewAccessor();

        {{string.Join("\n", members.Split('\n').Select(line => line.Length == 0 ? line : "    " + line))}}
        }
        """;

    private static readonly VerifyOptions Options = new() { DefaultId = "DAX1002" };

    /// <summary>One by one the first flush makes the type one that flushes somewhere; only Fix All flushes everywhere.</summary>
    private static Task Fixes(string before, string afterFirst, string after) =>
        Verify.Fix(Log(before), Log(afterFirst), new() { Verify = Options, AfterFixAll = Log(after) });

    private static Task Fixes(string before, string after) => Fixes(before, after, after);

    [Fact]
    public Task ExpressionBody_BecomesABlockThatFlushes()
    {
        const string after = """
            public void Put(int value)
            {
                _view.Write(0, value);
                _view.Flush();
            }
            """;
        return Fixes("public void Put(int value) => [|_view.Write(0, value)|];", after, after);
    }

    [Fact]
    public Task RunOfWrites_GetsOneFlush() => Fixes("""
        public void Put(int value, bool ok)
        {
            [|_view.Write(0, value)|];
            if (ok)
                [|_view.Write(8, value)|];
            [|_view.Write(16, value)|];
        }
        """, """
        public void Put(int value, bool ok)
        {
            _view.Write(0, value);
            if (ok)
                _view.Write(8, value);
            _view.Write(16, value);
            _view.Flush();
        }
        """);

    [Fact]
    public Task RunThatIsLeftInBetween_IsFlushedBeforeToo() => Fixes("""
        public void Put(int value, bool ok)
        {
            [|_view.Write(0, value)|];
            if (!ok)
                return;
            [|_view.Write(16, value)|];
        }
        """, """
        public void Put(int value, bool ok)
        {
            _view.Write(0, value);
            _view.Flush();
            if (!ok)
                return;
            _view.Write(16, value);
            _view.Flush();
        }
        """);

    [Fact]
    public Task LoopThatMayReplaceTheView_IsFlushedInside()
    {
        const string grow = """


            private void Grow() => _view = map.CreateViewAccessor();
            """;
        const string after = """
            public void Put(int[] values)
            {
                foreach (var value in values)
                {
                    Grow();
                    _view.Write(0, value);
                    _view.Flush();
                }
            }
            """;
        return Fixes("""
            public void Put(int[] values)
            {
                foreach (var value in values)
                {
                    Grow();
                    [|_view.Write(0, value)|];
                }
            }
            """ + grow, after + grow, after + grow);
    }

    [Fact]
    public Task FileThatAnotherFieldHolds_IsFlushedToo()
    {
        const string log = """
            using System;
            using System.IO;
            using System.IO.MemoryMappedFiles;

            sealed class Log
            {
                private readonly FileStream _file;
                private readonly MemoryMappedFile _map;
                private readonly MemoryMappedViewAccessor _view;

                public Log(string path)
                {
                    _file = new FileStream(path, FileMode.Open);
                    _map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                    _view = _map.CreateViewAccessor();
                }

                public void Put(int value)
                {
                    BODY
                }
            }
            """;
        return Verify.Fix(log.Replace("BODY", "[|_view.Write(0, value)|];", StringComparison.Ordinal), log.Replace("BODY", """
            _view.Write(0, value);
                    _view.Flush();
                    _file.Flush(true);
            """, StringComparison.Ordinal), new() { Verify = Options with { EditorConfig = "dax_safety.target_os = windows" } });
    }
}
