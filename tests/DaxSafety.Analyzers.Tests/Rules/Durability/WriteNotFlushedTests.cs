using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1001 on mappings that one method makes and keeps.</summary>
public sealed class WriteNotFlushedTests
{
    private static string InMethod(string body, string parameters = "string path, bool ok, int n") => $$"""
        using System;
        using System.IO;
        using System.IO.MemoryMappedFiles;
        using System.Threading.Tasks;

        static unsafe class Program
        {
            static void Run({{parameters}})
            {
                var map = MemoryMappedFile.CreateFromFile(path);
                var view = map.CreateViewAccessor();
        {{body}}
            }
        }
        """;

    [Fact]
    public Task WriteWithoutFlush_IsReported() => Verify.Analyzer(InMethod("""
        {|DAX1001:view.Write(0, 1)|};
        """));

    [Fact]
    public Task WriteThenFlush_IsSilent() => Verify.Silent(InMethod("""
        view.Write(0, 1);
        view.Flush();
        """));

    [Fact]
    public Task FlushThenWrite_IsReported() => Verify.Analyzer(InMethod("""
        view.Flush();
        {|DAX1001:view.Write(0, 1)|};
        """));

    [Fact]
    public Task EarlyReturnBetween_IsReported() => Verify.Analyzer(InMethod("""
        {|DAX1001:view.Write(0, 1)|};
        if (!ok)
            return;
        view.Flush();
        """));

    [Fact]
    public Task FlushInOneBranch_IsReported() => Verify.Analyzer(InMethod("""
        {|DAX1001:view.Write(0, 1)|};
        if (ok)
            view.Flush();
        """));

    [Fact]
    public Task FlushInFinally_IsSilent() => Verify.Silent(InMethod("""
        try
        {
            view.Write(0, 1);
            if (ok) return;
            view.Write(8, n);
        }
        finally
        {
            view.Flush();
        }
        """));

    [Fact]
    public Task UsingDeclaration_IsSilent() => Verify.Silent(InMethod("""
        using var second = map.CreateViewAccessor();
        second.Write(0, 1);
        """));

    [Fact]
    public Task NullConditionalFlush_IsSilent() => Verify.Silent(InMethod("""
        view.Write(0, 1);
        view?.Flush();
        """));

    [Fact]
    public Task SameFlagTestedTwice_IsSilent() => Verify.Silent(InMethod("""
        if (ok) view.Write(0, 1);
        Console.WriteLine();
        if (ok) view.Flush();
        """));

    [Fact]
    public Task DirtyFlag_IsSilent() => Verify.Silent(InMethod("""
        var dirty = false;
        for (var i = 0; i < n; i++)
        {
            if (i % 3 != 0) continue;
            view.Write(i * 8, i);
            dirty = true;
        }
        if (dirty) view.Flush();
        """));

    [Fact]
    public Task WrongFlag_IsReported() => Verify.Analyzer(InMethod("""
        var dirty = false;
        if (ok) {|DAX1001:view.Write(0, 1)|};
        if (dirty) view.Flush();
        """));

    [Fact]
    public Task WriteInLoopFlushAfter_IsSilent() => Verify.Silent(InMethod("""
        for (var i = 0; i < n; i++)
            view.Write(i * 4, i);
        view.Flush();
        """));

    [Fact]
    public Task PointerWrite_IsReported() => Verify.Analyzer(InMethod("""
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        p += view.PointerOffset;
        p[0] = 1;
        {|DAX1001:*(int*)(p + 8) = n|};
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        """));

    [Fact]
    public Task PointerWriteThenViewFlush_IsSilent() => Verify.Silent(InMethod("""
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        try { p[0] = 1; }
        finally { view.SafeMemoryMappedViewHandle.ReleasePointer(); }
        view.Flush();
        """));

    [Fact]
    public Task SpanWrite_IsReported() => Verify.Analyzer(InMethod("""
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        var span = new Span<byte>(p, 64);
        {|DAX1001:span.Slice(4).Fill(1)|};
        """));

    [Fact]
    public Task SpanElementWrite_IsReported() => Verify.Analyzer(InMethod("""
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        var span = new Span<int>(p, 64);
        {|DAX1001:span[3] = 4|};
        """));

    [Fact]
    public Task StreamWrite_IsReported() => Verify.Analyzer(InMethod("""
        var stream = map.CreateViewStream();
        var writer = new BinaryWriter(stream);
        {|DAX1001:writer.Write(7)|};
        """));

    [Fact]
    public Task BinaryWriterFlush_IsSilent() => Verify.Silent(InMethod("""
        var stream = map.CreateViewStream();
        var writer = new BinaryWriter(stream);
        writer.Write(7);
        writer.Flush();
        """));

    [Fact]
    public Task HelperThatFlushes_IsSilent() => Verify.Silent(InMethod("""
        view.Write(0, 1);
        Commit(view);
        }
        static void Commit(MemoryMappedViewAccessor v) { v.Flush();
        """));

    [Fact]
    public Task HelperThatWrites_IsReportedOnTheCall() => Verify.Analyzer(InMethod("""
        {|DAX1001:Put(view)|};
        }
        static void Put(MemoryMappedViewAccessor v) { v.Write(0, 1);
        """));

    [Fact]
    public Task HelperWithFlushParameter_IsJudgedByItsArgument() => Verify.Analyzer(InMethod("""
        Put(view, 1, flush: true);
        {|DAX1001:Put(view, 2)|};
        }
        static void Put(MemoryMappedViewAccessor v, int x, bool flush = false) { v.Write(0, x); if (flush) v.Flush();
        """));

    [Fact]
    public Task Throw_OwesNothing() => Verify.Silent(InMethod("""
        view.Write(0, 1);
        if (!ok) throw new InvalidOperationException();
        view.Flush();
        """));

    [Fact]
    public Task Lambda_IsRunByItsCall() => Verify.Silent(InMethod("""
        Parallel.For(0, n, i => view.Write(i * 4, i));
        view.Flush();
        """));

    [Fact]
    public Task ReturnedView_BelongsToTheCaller() => Verify.Silent("""
        using System.IO.MemoryMappedFiles;
        static class Program
        {
            static MemoryMappedViewAccessor Open(string path)
            {
                var view = MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();
                view.Write(0, 1);
                return view;
            }
        }
        """);

    [Fact]
    public Task FileFlush_CoversItsViews() => Verify.Silent("""
        using System.IO;
        using System.IO.MemoryMappedFiles;
        static class Program
        {
            static void Run(string path)
            {
                using var file = new FileStream(path, FileMode.OpenOrCreate);
                using var map = MemoryMappedFile.CreateFromFile(file, null, 4096, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                var view = map.CreateViewAccessor();
                view.Write(0, 1);
                file.Flush(true);
            }
        }
        """);

    [Fact]
    public Task AnonymousMap_IsSilent() => Verify.Silent("""
        using System.IO.MemoryMappedFiles;
        static class Program
        {
            static void Run()
            {
                var view = MemoryMappedFile.CreateNew(null, 4096).CreateViewAccessor();
                view.Write(0, 1);
            }
        }
        """);
}
