using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Mappings inside of types that the framework asks for: safe handles, memory managers, pinned memory.</summary>
public sealed class OwnHandlesTests
{
    [Theory]
    [InlineData("[|*h.Pointer = 1|];")]
    [InlineData("[|((byte*)h.DangerousGetHandle())[3] = 1|];")]
    [InlineData("[|h.Span[0] = 1|];")]
    [InlineData("[|h.Put(1)|];")]
    [InlineData("h.Flush(); [|h.Span.Fill(1)|];")]
    public async Task WriteThroughAnOwnSafeHandle_Owes(string body)
    {
        await Verify.Analyzer(WithHandle(body), Rules);
        await Verify.Analyzer(WithHandle(body, "handle = mmap(IntPtr.Zero, n, 3, 1, fd, 0);"), Rules);
    }

    [Theory]
    [InlineData("*h.Pointer = 1; h.Flush();")]
    [InlineData("((byte*)h.DangerousGetHandle())[3] = 1; if (MapHandle.msync(h.DangerousGetHandle(), 4096, 4) != 0) throw new IOException();")]
    [InlineData("h.Span[0] = 1; h.Put(2); h.Flush();")]
    [InlineData("_kept = h; _kept.Put(1);")]
    public async Task FlushThroughAnOwnSafeHandle_Settles(string body) => await Verify.Silent(WithHandle(body), Rules);

    [Theory]
    [InlineData("[|*p = 1|];", false)]
    [InlineData("*p = 1; if (Native.msync(h, 4096, 4) != 0) throw new IOException();", true)]
    public async Task SafeHandleThatAnImportReturns_IsAView(string body, bool isSilent)
    {
        var source = $$"""
            sealed class MapHandle : Microsoft.Win32.SafeHandles.SafeHandleZeroOrMinusOneIsInvalid
            {
                public MapHandle() : base(true) { }
                protected override bool ReleaseHandle() => Native.munmap(handle, 4096) == 0;
            }
            static class Native
            {
                [DllImport("libc")] public static extern MapHandle mmap(IntPtr address, nint length, int protection, int flags, int fd, nint offset);
                [DllImport("libc")] public static extern int munmap(IntPtr address, nint length);
                [DllImport("libc")] public static extern int msync(MapHandle address, nint length, int flags);
            }
            unsafe class Store { void Save(int fd) { using var h = Native.mmap(0, 4096, 3, 1, fd, 0); var p = (byte*)h.DangerousGetHandle(); {{body}} } }
            """;
        await (isSilent ? Verify.Silent(source, Rules) : Verify.Analyzer(source, Rules));
    }

    [Theory]
    [InlineData("[|m.GetSpan()[0] = 1|];")]
    [InlineData("[|m.Memory.Span[0] = 1|];")]
    [InlineData("var memory = m.Memory.Slice(4); [|memory.Span.Fill(1)|];")]
    [InlineData("[|new byte[4].CopyTo(m.Memory)|];")]
    [InlineData("using var h = m.Memory.Slice(4).Pin(); [|((byte*)h.Pointer)[2] = 1|];")]
    [InlineData("using var h = m.Pin(); [|*(long*)h.Pointer = 1|];")]
    [InlineData("using var h = new MemoryHandle(p); [|*(long*)h.Pointer = 1|];")]
    public async Task WriteThroughAMemoryManager_OwesForItsMapping(string body) => await Verify.Analyzer(WithManager(body), Rules);

    [Theory]
    [InlineData("m.Memory.Span[0] = 1; view.Flush();")]
    [InlineData("using (var h = m.Memory.Pin()) *(long*)h.Pointer = 1; view.Flush();")]
    [InlineData("var heap = new byte[10].AsMemory(); heap.Span[0] = 1; using var h = heap.Pin();")]
    [InlineData("using var rented = MemoryPool<byte>.Shared.Rent(10); rented.Memory.Span[0] = 1;")]
    [InlineData("var heap = new Manager((byte*)NativeMemory.Alloc(10), 10); heap.Memory.Span[0] = 1; heap.GetSpan()[1] = 2;")]
    public async Task FlushedOrNoMapping_IsSilent(string body) => await Verify.Silent(WithManager(body), Rules);

    [Theory]
    [InlineData("public void Put() { {|DAX1002:Memory.Span[0] = 1|}; }")]
    [InlineData("public void Put() { {|DAX1002:GetSpan()[0] = 1|}; }")]
    [InlineData("private Memory<byte> _memory; public void Open() { _memory = Memory; } public void Put() { {|DAX1002:_memory.Span[0] = 1|}; }")]
    public async Task ManagerThatNeverFlushesItsView_IsReported(string members) => await Verify.Analyzer(Manager(members), Rules);

    [Theory]
    [InlineData("public void Put() { Memory.Span[0] = 1; } public void Flush() => _view.Flush();")]
    [InlineData("public void Flush() => _view.Flush(); } class User { void M(MemoryMappedFile map) { var m = new Owner(map); m.Memory.Span[0] = 1; m.GetSpan()[1] = 2; m.Flush(); }")]
    [InlineData("public void Flush() => _view.Flush(); } class User { Owner _owner; void M() { _owner.Memory.Span[0] = 1; } void Sync() { _owner.Flush(); }")]
    public async Task ManagerThatFlushesItsView_IsSilent(string members) => await Verify.Silent(Manager(members), Rules);

    private static readonly VerifyOptions Rules = DurabilityScenario.DurabilityRules;

    private static string WithHandle(string body, string init = "SetHandle(mmap(IntPtr.Zero, n, 3, 1, fd, 0));") => $$"""
        unsafe sealed class MapHandle : SafeHandle
        {
            [DllImport("libc")] static extern IntPtr mmap(IntPtr address, nint length, int protection, int flags, int fd, nint offset);
            [DllImport("libc")] public static extern int msync(IntPtr address, nint length, int flags);
            [DllImport("libc")] static extern int munmap(IntPtr address, nint length);
            readonly nint _length;
            public MapHandle(int fd, nint n) : base(IntPtr.Zero, true) { _length = n; {{init}} }
            public override bool IsInvalid => handle == -1;
            protected override bool ReleaseHandle() => munmap(handle, _length) == 0;
            public byte* Pointer => (byte*)handle;
            public Span<byte> Span => new Span<byte>((void*)handle, (int)_length);
            public void Put(byte value) { *Pointer = value; }
            public void Flush() { if (msync(handle, _length, 4) != 0) throw new IOException(); }
        }
        unsafe class Store
        {
            MapHandle _kept;
            void Save(int fd) { var h = new MapHandle(fd, 4096); {{body}} }
            void Close() { _kept.Flush(); }
        }
        """;

    private static string WithManager(string body) => $$"""
        unsafe sealed class Manager : MemoryManager<byte>
        {
            readonly byte* _p; readonly int _n;
            public Manager(byte* p, int n) { _p = p; _n = n; }
            public override Span<byte> GetSpan() => new Span<byte>(_p, _n);
            public override MemoryHandle Pin(int index = 0) => new MemoryHandle(_p + index);
            public override void Unpin() { }
            protected override void Dispose(bool disposing) { }
        }
        unsafe class Store
        {
            void Save(MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                byte* p = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                var m = new Manager(p, 100);
                {{body}}
            }
        }
        """;

    private static string Manager(string members) => $$"""
        unsafe sealed class Owner : MemoryManager<byte>
        {
            readonly byte* _p; readonly MemoryMappedViewAccessor _view;
            public Owner(MemoryMappedFile map) { _view = map.CreateViewAccessor(); _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _p); }
            public override Span<byte> GetSpan() => new Span<byte>(_p, 100);
            public override MemoryHandle Pin(int index = 0) => new MemoryHandle(_p + index);
            public override void Unpin() { }
            protected override void Dispose(bool disposing) { _view.SafeMemoryMappedViewHandle.ReleasePointer(); }
            {{members}}
        }
        """;
}
