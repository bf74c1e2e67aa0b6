using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>How public storage engines, logs and queues reach, write and flush mappings, in small. Correct ones are silent; each has a twin that forgets its flush.</summary>
public sealed class WildPatternTests
{
    private static readonly VerifyOptions Rules = DurabilityRules with { OnlyIds = ["DAX1001", "DAX1002", "DAX1003", "DAX1005", "DAX1006"] };

    /// <summary>Patterns 1, 10, 19: a pointer field that other members use, acquired again after growing; flushed at commit and on remap.</summary>
    [Theory]
    [InlineData("_view.Flush();", "")]
    [InlineData("", "_view.Dispose();")]
    [InlineData("lock (_map) { _view.Flush(); }", "")]
    [InlineData("foreach (var view in new[] { _view }) view.Flush();", "")]
    public async Task PointerField_FlushedByAnotherMember_IsSilent(string commit, string remap) => await Verify.Silent(PointerField("_base[n] = 1", commit, remap), Rules);

    /// <summary>Patterns 2, 3: the address as a number or in a struct.</summary>
    [Theory]
    [InlineData("var p = (byte*)(view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)view.PointerOffset); [|*p = 1|];")]
    [InlineData("void* p = view.SafeMemoryMappedViewHandle.DangerousGetHandle().ToPointer(); [|*(int*)p = 1|];")]
    [InlineData("IntPtr p = view.SafeMemoryMappedViewHandle.DangerousGetHandle(); [|Marshal.WriteInt32(p, 8, 1)|];")]
    [InlineData("long p = view.SafeMemoryMappedViewHandle.DangerousGetHandle().ToInt64(); [|((int*)p)[2] = 1|];")]
    [InlineData("byte* q = null; view.SafeMemoryMappedViewHandle.AcquirePointer(ref q); var buffer = new Buffer2(q + view.PointerOffset, 4096); [|buffer.Put(1)|];")]
    [InlineData("byte* q = null; view.SafeMemoryMappedViewHandle.AcquirePointer(ref q); var buffer = new Buffer2 { Pointer = q }; [|buffer.Pointer[3] = 1|];")]
    public async Task AddressKeptAsNumberOrInAStruct_IsFollowed(string body)
    {
        await Verify.Analyzer(WithView(body) + Buffers, Rules);
        await Verify.Silent(WithView(Unmarked(body) + " view.Flush();") + Buffers, Rules);
    }

    /// <summary>Pattern 4, 5: ref returns, memory managers, ref structs over a span, copying operators.</summary>
    [Theory]
    [InlineData("[|new Page2(view).Header = default|];")]
    [InlineData("[|new Page2(view).At(8) = 1|];")]
    [InlineData("var page = new Page2(view); [|page.Header.Value = 1|];")]
    [InlineData("var owner = new ViewMemory(view); [|owner.GetSpan()[0] = 1|];")]
    [InlineData("var owner = new ViewMemory(view); var writer = new SpanWriter(owner.GetSpan()); [|writer.Put(1)|];")]
    public async Task RefReturnOrMemoryManager_IsFollowed(string body)
    {
        await Verify.Analyzer(WithView(body) + Buffers, Rules);
        await Verify.Silent(WithView(Unmarked(body) + " view.Flush();") + Buffers, Rules);
    }

    /// <summary>Pattern 7: view streams as plain streams, by out parameter, property and conditionally.</summary>
    [Theory]
    [InlineData("Open(map, out var stream); [|stream.WriteByte(1)|];")]
    [InlineData("Stream stream = map.CreateViewStream(); [|stream.Write(data)|];")]
    [InlineData("Stream stream = map.CreateViewStream(); [|new MemoryStream(data).CopyToAsync(stream)|].Wait();")]
    [InlineData("Stream stream = ok ? map.CreateViewStream() : null; stream?[|.WriteByte(1)|];")]
    public async Task ViewStreamAsStream_IsFollowed(string body)
    {
        const string open = "static void Open(MemoryMappedFile map, out Stream stream) => stream = map.CreateViewStream();";
        await Verify.Analyzer(WithView(body, open), Rules);
        await Verify.Silent(WithView(Unmarked(body) + " stream?.Flush();", open), Rules);
    }

    /// <summary>Pattern 8: an accessor borrowed from a manager, in a tuple.</summary>
    [Fact]
    public async Task AccessorBorrowedFromAManager_IsItsManagersBusiness() => await Verify.Silent("""
        class Manager
        {
            private readonly Dictionary<int, MemoryMappedViewAccessor> _views = new();
            public (MemoryMappedViewAccessor View, long Offset) Borrow(int page) => (_views[page], page * 4096L);
            public void Commit() { foreach (var view in _views.Values) view.Flush(); }
        }
        class Table
        {
            private readonly Manager _manager = new();
            public void Put(int page, int value) { var (view, offset) = _manager.Borrow(page); view.Write(offset, value); }
        }
        """, Rules);

    /// <summary>Patterns 9, 13, 14: P/Invokes under other names, a SafeHandle, a wrapper with OS checks, ranges rounded to pages.</summary>
    [Theory]
    [InlineData("_sync(address, length)", true)]
    public async Task NativeMapBehindASafeHandle_IsFollowed(string sync, bool isSilent)
    {
        var source = $$"""
            unsafe sealed class Region : SafeHandle
            {
                [DllImport("libc", EntryPoint = "mmap")] static extern IntPtr _map(IntPtr a, nuint l, int p, int f, int fd, long o);
                [DllImport("libc", EntryPoint = "munmap")] static extern int _unmap(IntPtr a, nuint l);
                [DllImport("libc", EntryPoint = "msync", SetLastError = true)] static extern int msync(IntPtr a, nuint l, int flags);
                private readonly nuint _length;
                public Region(int fd, nuint length) : base(IntPtr.Zero, true) { _length = length; SetHandle(_map(IntPtr.Zero, length, 3, 1, fd, 0)); }
                public override bool IsInvalid => handle == (IntPtr)(-1);
                protected override bool ReleaseHandle() => _unmap(handle, _length) == 0;
                public void Put(int offset, int value) { {{(isSilent ? "" : "{|DAX1002:")}}*(int*)(handle + offset) = value{{(isSilent ? "" : "|}")}}; }
                public void Commit(int offset, int length)
                {
                    var address = (nint)(handle + offset) & ~(nint)4095;
                    if ({{sync}} != 0) throw new IOException();
                }
                private static int _sync(nint address, int length) => msync(address, (nuint)length, 4);
            }
            """;
        if (isSilent)
            await Verify.Silent(source, Rules);
        else
            await Verify.Analyzer(source, Rules);
    }

    /// <summary>Patterns 12, 13: two steps, per operating system, its result ignored.</summary>
    [Fact]
    public async Task FlushWrapperWithOsChecks_Counts() => await Verify.Silent("""
        static class Native
        {
            [DllImport("kernel32", SetLastError = true)] static extern bool FlushViewOfFile(IntPtr start, nuint length);
            [DllImport("kernel32", SetLastError = true)] static extern bool FlushFileBuffers(IntPtr file);
            [DllImport("libc", SetLastError = true)] static extern int msync(IntPtr start, nuint length, int flags);
            public static bool Flush(IntPtr start, nuint length, IntPtr file)
            {
                if (OperatingSystem.IsWindows()) return FlushViewOfFile(start, length) && FlushFileBuffers(file);
                if (OperatingSystem.IsLinux()) return msync(start, length, 4) == 0;
                return false;
            }
        }
        unsafe class Store
        {
            void Save(MemoryMappedFile map, FileStream file)
            {
                var view = map.CreateViewAccessor();
                byte* p = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                *p = 1;
                if (!Native.Flush((IntPtr)p, 4096, file.SafeFileHandle.DangerousGetHandle())) throw new IOException();
            }
        }
        """, Rules with { OnlyIds = ["DAX1001", "DAX1002"] });

    /// <summary>Pattern 15, 16: a flush in another class, behind an interface, at commit, when a policy says so.</summary>
    [Theory]
    [InlineData("_pager.Sync();", true)]
    [InlineData("if (_options.Durable) _pager.Sync();", true)]
    [InlineData("", false)]
    public async Task FlushBehindAnInterface_Counts(string commit, bool isSilent)
    {
        var write = isSilent ? "_view.Write(n, 1)" : "{|DAX1002:_view.Write(n, 1)|}";
        var source = $$"""
            interface IPager { void Put(int n); void Sync(); }
            sealed class Options { public bool Durable; }
            sealed class MappedPager : IPager
            {
                private readonly MemoryMappedViewAccessor _view;
                public MappedPager(MemoryMappedFile map) => _view = map.CreateViewAccessor();
                public void Put(int n) { {{write}}; }
                public void Sync() { {{(isSilent ? "_view.Flush();" : "")}} }
            }
            sealed class Engine
            {
                private readonly IPager _pager; private readonly Options _options = new();
                public Engine(IPager pager) => _pager = pager;
                public void Add(int n) { _pager.Put(n); {{commit}} }
            }
            """;
        if (isSilent)
            await Verify.Silent(source, Rules);
        else
            await Verify.Analyzer(source, Rules);
    }

    /// <summary>Pattern 17: the bytes go out through the file, the map itself is never flushed. Writing is not mapping.</summary>
    [Fact]
    public async Task MappedBytesWrittenThroughTheFile_AreFlushedWithIt() => await Verify.Silent("""
        unsafe class Store
        {
            void Save(string path, byte[] page)
            {
                using var file = new FileStream(path, FileMode.Open);
                using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                using var view = map.CreateViewAccessor();
                view.WriteArray(0, page, 0, page.Length);
                RandomAccess.Write(file.SafeFileHandle, page, 0);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }
        }
        """, Rules);

    /// <summary>Pattern 18: disposal queued to the thread pool.</summary>
    [Fact]
    public async Task DisposalQueuedToTheThreadPool_Counts() =>
        await Verify.Silent(WithView("view.Write(0, 1); ThreadPool.QueueUserWorkItem(_ => view.Dispose());"), Rules);

    /// <summary>Pattern 20: names that lie.</summary>
    [Theory]
    [InlineData("[|view.Write(0, 1)|]; FlushUsedSlots(view);")]
    [InlineData("[|view.Write(0, 1)|]; BeginFlush();")]
    [InlineData("[|view.Write(0, 1)|]; CommitFlush(view.Capacity);")]
    public async Task NameThatLies_IsNoFlush(string body) => await Verify.Analyzer(WithView(body, """
        static void FlushUsedSlots(MemoryMappedViewAccessor view) { var n = view.ReadInt32(0); Console.WriteLine(n); }
        static void BeginFlush() { }
        static void CommitFlush(long capacity) { }
        """), Rules);

    [Fact]
    public async Task OwnTypeCalledMemoryMappedFile_IsNotTheFrameworks() => await Verify.Silent("""
        namespace Acme
        {
            class MemoryMappedFile { public View CreateViewAccessor() => new View(); }
            class View { private readonly byte[] _bytes = new byte[8]; public void Write(int n, byte b) => _bytes[n] = b; public void Flush() { } }
            class Store { void Save() { var view = new Acme.MemoryMappedFile().CreateViewAccessor(); view.Write(0, 1); } }
        }
        """, Rules);

    /// <summary>Pattern 21: one pointer that is native memory, a pinned array or a map.</summary>
    [Fact]
    public async Task PointerThatIsAMapOnlySometimes_OwesOnlyThen() => await Verify.Silent("""
        unsafe sealed class Arena
        {
            private byte* _p; private readonly MemoryMappedViewAccessor _view;
            public Arena(MemoryMappedFile map)
            {
                if (map == null) { _p = (byte*)NativeMemory.Alloc(4096); return; }
                _view = map.CreateViewAccessor();
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _p);
            }
            public void Put(int n) { _p[n] = 1; }
            public void Commit() { _view?.Flush(); }
        }
        """, Rules);

    /// <summary>Pattern 24: a read-only view beside a writable one; file writes beside a map.</summary>
    [Fact]
    public async Task ReadOnlyViewAndFileWrites_OweNothing() => await Verify.Silent("""
        class Store
        {
            void Save(FileStream file, MemoryMappedFile map)
            {
                using var reader = map.CreateViewAccessor(0, 4096, MemoryMappedFileAccess.Read);
                file.Write(new byte[] { reader.ReadByte(0) });
                file.Flush();
                var writer = map.CreateViewAccessor();
                writer.Write(0, 1);
                writer.Flush();
            }
        }
        """, Rules with { OnlyIds = ["DAX1001", "DAX1002"] });

    /// <summary>Pattern 25: the header of a new file, written by the constructor and by the reset path.</summary>
    [Fact]
    public async Task HeaderOfANewFile_WrittenAndNeverFlushed_IsReported() => await Verify.Analyzer("""
        unsafe sealed class Segment
        {
            private readonly MemoryMappedViewAccessor _view;
            public Segment(string path)
            {
                var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 4096);
                _view = map.CreateViewAccessor();
                {|DAX1002:_view.Write(0, 0x4C4F47)|};
            }
            public int Read(int n) => _view.ReadInt32(n);
        }
        """, Rules);

    [Fact]
    public async Task HeaderOfANewFile_FlushedInTheConstructor_IsSilent() => await Verify.Silent("""
        unsafe sealed class Segment
        {
            private readonly MemoryMappedViewAccessor _view;
            public Segment(string path)
            {
                var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 4096);
                _view = map.CreateViewAccessor();
                _view.Write(0, 0x4C4F47);
                _view.Flush();
            }
            public int Read(int n) => _view.ReadInt32(n);
        }
        """, Rules);

    private static string PointerField(string write, string commit, string remap) => $$"""
        unsafe sealed class Store : IDisposable
        {
            private readonly MemoryMappedFile _map;
            private MemoryMappedViewAccessor _view;
            private byte* _base;
            public Store(MemoryMappedFile map) { _map = map; Open(4096); }
            private void Open(long size) { _view = _map.CreateViewAccessor(0, size); _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base); }
            public void Put(int n) { {{write}}; }
            public void Commit() { {{commit}} }
            public void Grow(long size) { _view.SafeMemoryMappedViewHandle.ReleasePointer(); _base = null; {{remap}} Open(size); }
            public void Dispose() { if (_base != null) { _view.SafeMemoryMappedViewHandle.ReleasePointer(); _base = null; } }
        }
        """;

    private static string Unmarked(string body) => body.Replace("[|", "").Replace("|]", "");

    private const string Buffers = """
        unsafe struct Buffer2
        {
            public byte* Pointer; public int Length;
            public Buffer2(byte* pointer, int length) { Pointer = pointer; Length = length; }
            public void Put(byte value) { Pointer[0] = value; }
        }
        struct PageHeader { public int Value; }
        unsafe readonly struct Page2
        {
            private readonly byte* _p;
            public Page2(MemoryMappedViewAccessor view) { byte* p = null; view.SafeMemoryMappedViewHandle.AcquirePointer(ref p); _p = p; }
            public ref PageHeader Header => ref Unsafe.AsRef<PageHeader>(_p);
            public ref int At(int offset) => ref Unsafe.As<byte, int>(ref _p[offset]);
        }
        unsafe sealed class ViewMemory : MemoryManager<byte>
        {
            private readonly byte* _p;
            public ViewMemory(MemoryMappedViewAccessor view) { byte* p = null; view.SafeMemoryMappedViewHandle.AcquirePointer(ref p); _p = p; }
            public override Span<byte> GetSpan() => new Span<byte>(_p, 4096);
            public override MemoryHandle Pin(int elementIndex = 0) => new MemoryHandle(_p + elementIndex);
            public override void Unpin() { }
            protected override void Dispose(bool disposing) { }
        }
        ref struct SpanWriter
        {
            private readonly Span<byte> _span;
            public SpanWriter(Span<byte> span) => _span = span;
            public void Put(byte value) => _span[0] = value;
        }
        """;
}
