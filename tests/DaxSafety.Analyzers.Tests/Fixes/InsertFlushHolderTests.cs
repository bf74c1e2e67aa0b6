using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: what stands between a write and the view, and what keeps a view.</summary>
public sealed class InsertFlushHolderTests
{
    private static Task Fixes(string before, string after, FixOptions? options = null) =>
        Verify.Fix(FixSource.InType(before), FixSource.InType(after), options);

    [Fact]
    public Task ViewStreamAsAPlainStream_IsFlushed() => Fixes("""
        static void Run(MemoryMappedFile map, Stream from)
        {
            Stream stream = map.CreateViewStream();
            {|DAX1001:stream.WriteByte(1)|};
        }
        """, """
        static void Run(MemoryMappedFile map, Stream from)
        {
            Stream stream = map.CreateViewStream();
            stream.WriteByte(1);
            stream.Flush();
        }
        """);

    [Fact]
    public Task StreamThatIsReadIntoAView_IsNotWhatIsFlushed() => Fixes("""
        static unsafe void Run(MemoryMappedFile map, Stream from)
        {
            var view = map.CreateViewAccessor();
            byte* p = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
            {|DAX1001:from.ReadExactly(new Span<byte>(p, 10))|};
        }
        """, """
        static unsafe void Run(MemoryMappedFile map, Stream from)
        {
            var view = map.CreateViewAccessor();
            byte* p = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
            from.ReadExactly(new Span<byte>(p, 10));
            view.Flush();
        }
        """);

    [Fact]
    public Task ViewThatMayBeNullBehindTheWrite_IsFlushedIfItIsNot() => Fixes("""
        static void Run(MemoryMappedFile map, bool ok)
        {
            MemoryMappedViewAccessor view = null;
            if (ok)
                view = map.CreateViewAccessor();
            view?.Write(0, 1);
            if (view != null)
            {
                {|DAX1001:view.Write(8, 1)|};
            }
        }
        """, """
        static void Run(MemoryMappedFile map, bool ok)
        {
            MemoryMappedViewAccessor view = null;
            if (ok)
                view = map.CreateViewAccessor();
            view?.Write(0, 1);
            view?.Flush();
            if (view != null)
            {
                view.Write(8, 1);
                view.Flush();
            }
        }
        """);

    [Fact]
    public Task CompressionStream_IsFollowedByAFlushOfTheView() => Fixes("""
        static void Run(MemoryMappedFile map, byte[] data)
        {
            var stream = map.CreateViewStream();
            using (var zip = new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            {
                {|DAX1001:zip.Write(data, 0, 3)|};
            }
            Console.WriteLine();
        }
        """, """
        static void Run(MemoryMappedFile map, byte[] data)
        {
            var stream = map.CreateViewStream();
            using (var zip = new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            {
                zip.Write(data, 0, 3);
            }
            stream.Flush();
            Console.WriteLine();
        }
        """);

    [Fact]
    public Task BufferOverAView_IsFlushedItself() => Fixes("""
        static void Run(MemoryMappedFile map, byte[] data)
        {
            var stream = map.CreateViewStream();
            var buffered = new BufferedStream(stream);
            {|DAX1001:buffered.Write(data, 0, 3)|};
        }
        """, """
        static void Run(MemoryMappedFile map, byte[] data)
        {
            var stream = map.CreateViewStream();
            var buffered = new BufferedStream(stream);
            buffered.Write(data, 0, 3);
            buffered.Flush();
        }
        """);

    [Fact]
    public Task TypeThatPromisesToPersist_IsAskedTo() => Fixes("""
        sealed unsafe class Store
        {
            private readonly MemoryMappedViewAccessor _view;
            public Store(MemoryMappedFile map) => _view = map.CreateViewAccessor();
            [DaxSafety.LeavesDirty] public void Put(int value) => _view.Write(0, value);
            [DaxSafety.Persists] public void Commit() => _view.Flush();
        }

        static void Run(MemoryMappedFile map, int[] values)
        {
            var store = new Store(map);
            foreach (var value in values)
                {|DAX1001:store.Put(value)|};
        }
        """, """
        sealed unsafe class Store
        {
            private readonly MemoryMappedViewAccessor _view;
            public Store(MemoryMappedFile map) => _view = map.CreateViewAccessor();
            [DaxSafety.LeavesDirty] public void Put(int value) => _view.Write(0, value);
            [DaxSafety.Persists] public void Commit() => _view.Flush();
        }

        static void Run(MemoryMappedFile map, int[] values)
        {
            var store = new Store(map);
            foreach (var value in values)
                store.Put(value);
            store.Commit();
        }
        """, new() { Verify = new() { WithContractStubs = true } });
}
