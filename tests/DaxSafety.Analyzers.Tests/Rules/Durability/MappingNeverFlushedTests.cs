using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1002, and DAX1001 on mappings that a type holds.</summary>
public sealed class MappingNeverFlushedTests
{
    private static string InType(string members) => $$"""
        using System;
        using System.IO;
        using System.IO.MemoryMappedFiles;

        sealed unsafe class Store : IDisposable
        {
            private readonly MemoryMappedFile _map;
            private readonly MemoryMappedViewAccessor _view;
            private byte* _start;
            private bool _durable;
            private int _count;

            public Store(string path)
            {
                _map = MemoryMappedFile.CreateFromFile(path);
                _view = _map.CreateViewAccessor();
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
            }

        {{members}}
        }
        """;

    private const string Quiet = "public void Dispose() => _map.Dispose();";

    [Fact]
    public Task NobodyFlushes_IsReportedOnEachWrite() => Verify.Analyzer(InType($$"""
        public void A(int x) => {|DAX1002:_view.Write(0, x)|};
        public void B(int x) { {|DAX1002:_view.Write(8, x)|}; }
        {{Quiet}}
        """));

    [Fact]
    public Task AnotherMemberFlushes_IsSilent() => Verify.Silent(InType($$"""
        public void A(int x) => _view.Write(0, x);
        public void Commit() => _view.Flush();
        {{Quiet}}
        """));

    [Fact]
    public Task DisposeOfTheView_IsAFlush() => Verify.Silent(InType("""
        public void A(int x) => _view.Write(0, x);
        public void Dispose() { _view.Dispose(); _map.Dispose(); }
        """));

    [Fact]
    public Task PointerField_NamesTheViewOfItsType() => Verify.Silent(InType($$"""
        public void A(int x) => *(int*)(_start + 8) = x;
        public void Commit() => _view.Flush();
        {{Quiet}}
        """));

    [Fact]
    public Task PointerFieldNeverFlushed_IsReported() => Verify.Analyzer(InType($$"""
        public void A(int x) => {|DAX1002:*(int*)(_start + 8) = x|};
        {{Quiet}}
        """));

    [Fact]
    public Task EarlyReturnBeforeTheFlush_IsInconsistent() => Verify.Analyzer(InType($$"""
        public bool A(int x, int y)
        {
            {|DAX1001:_view.Write(0, x)|};
            if (y < 0)
                return false;
            _view.Flush();
            return true;
        }
        {{Quiet}}
        """));

    [Fact]
    public Task FlushBehindAFlagOrCounter_IsDeferral() => Verify.Silent(InType($$"""
        public void A(int x, bool flush) { _view.Write(0, x); if (flush) _view.Flush(); }
        public void B(int x) { _view.Write(0, x); if (_durable) _view.Flush(); }
        public void C(int x) { _view.Write(0, x); if (++_count % 100 == 0) _view.Flush(); }
        {{Quiet}}
        """));

    [Fact]
    public Task AnonymousMapInAField_IsSilent() => Verify.Silent("""
        using System.IO.MemoryMappedFiles;
        sealed class Shared
        {
            private readonly MemoryMappedViewAccessor _view = MemoryMappedFile.CreateNew(null, 4096).CreateViewAccessor();
            public void A(int x) => _view.Write(0, x);
        }
        """);

    [Fact]
    public Task ViewFromTheConstructorsParameter_IsReportedWhenNobodyFlushes() => Verify.Analyzer("""
        using System.IO.MemoryMappedFiles;
        sealed class Log
        {
            private readonly MemoryMappedViewAccessor _view;
            public Log(MemoryMappedViewAccessor view) => _view = view;
            public void A(int x) => {|DAX1002:_view.Write(0, x)|};
        }
        """);

    [Fact]
    public Task BorrowedViewThatItsOwnerFlushes_IsSilent() => Verify.Silent("""
        using System.IO.MemoryMappedFiles;
        sealed class Writer
        {
            private readonly MemoryMappedViewAccessor _view;
            public Writer(MemoryMappedViewAccessor view) => _view = view;
            public void A(int x) => _view.Write(0, x);
        }
        sealed class Owner
        {
            private readonly MemoryMappedViewAccessor _view;
            private readonly Writer _writer;
            public Owner(string path)
            {
                _view = MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();
                _writer = new Writer(_view);
            }
            public void Put(int x) { _writer.A(x); _view.Flush(); }
        }
        """);

    [Fact]
    public Task LocalWrapper_IsReportedOnTheCall() => Verify.Analyzer("""
        using System.IO.MemoryMappedFiles;
        sealed class Writer
        {
            private readonly MemoryMappedViewAccessor _view;
            public Writer(MemoryMappedViewAccessor view) => _view = view;
            public void A(int x) => _view.Write(0, x);
            public void Commit() => _view.Flush();
        }
        static class Program
        {
            static void Good(string path)
            {
                var writer = new Writer(MemoryMappedFile.CreateFromFile(path).CreateViewAccessor());
                writer.A(1);
                writer.Commit();
            }
            static void Bad(string path)
            {
                var view = MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();
                var writer = new Writer(view);
                {|DAX1001:writer.A(1)|};
            }
        }
        """);

    [Fact]
    public Task FlushedThroughAProperty_IsSilent() => Verify.Silent("""
        using System.IO.MemoryMappedFiles;
        sealed class Page
        {
            private readonly MemoryMappedViewAccessor _view;
            public Page(string path) => _view = MemoryMappedFile.CreateFromFile(path).CreateViewAccessor();
            public MemoryMappedViewAccessor View => _view;
            public void Put(int x) => _view.Write(0, x);
        }
        sealed class Cache
        {
            private readonly Page _page = new Page("p");
            public void Commit() => _page.View.Flush();
        }
        """);

    [Fact]
    public Task FileStreamFlushOfTheMappedFile_IsSilent() => Verify.Silent("""
        using System.IO;
        using System.IO.MemoryMappedFiles;
        sealed class Store
        {
            private readonly FileStream _file;
            private readonly MemoryMappedViewAccessor _view;
            public Store(string path)
            {
                _file = new FileStream(path, FileMode.OpenOrCreate);
                var map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false);
                _view = map.CreateViewAccessor();
            }
            public void Put(int x) => _view.Write(0, x);
            public void Commit() => _file.Flush(true);
        }
        """);

    [Fact]
    public Task FileStreamFlushFalse_IsReportedOnTheFlush() => Verify.Analyzer("""
        using System.IO;
        using System.IO.MemoryMappedFiles;
        sealed class Store
        {
            private readonly FileStream _file;
            private readonly MemoryMappedViewAccessor _view;
            public Store(string path)
            {
                _file = new FileStream(path, FileMode.OpenOrCreate);
                var map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false);
                _view = map.CreateViewAccessor();
            }
            public void Put(int x) { _view.Write(0, x); {|DAX1003:_file.Flush()|}; }
        }
        """);
}
