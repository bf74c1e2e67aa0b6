using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix: which call it inserts, and what it offers where.</summary>
public sealed class InsertFlushRuntimeTests
{
    private static FixOptions On(string system, bool withRuntime = false) => new()
    {
        Verify = new() { WithRuntime = withRuntime, EditorConfig = $"is_global = true\ndax_safety.target_os = {system}" },
    };

    private static Task Fixes(string before, string after, FixOptions options, string usings = "using DaxSafety;\n") =>
        Verify.Fix(FixSource.InMethod(before), FixSource.InMethod(after, usings), options);

    [Fact]
    public Task RangeThatIsKnown_IsPersisted() => Fixes("""
        {|DAX1001:view.Write(n, 1L)|};
        Console.WriteLine();
        """, """
        view.Write(n, 1L);
        view.Persist(n, sizeof(long));
        Console.WriteLine();
        """, FixSource.Persist);

    [Fact]
    public Task RangeThatHasChanged_IsNotRepeated() => Fixes("""
        for (var i = 0; i < n; i++)
            {|DAX1001:view.Write(i * 4, i)|};
        """, """
        for (var i = 0; i < n; i++)
            view.Write(i * 4, i);
        view.Persist();
        """, FixSource.Persist);

    [Fact]
    public Task SeveralWrites_PersistTheView() => Fixes("""
        view.Write(0, 1);
        {|DAX1001:view.Write(8, 2)|};
        """, """
        view.Write(0, 1);
        view.Write(8, 2);
        view.Persist();
        """, FixSource.Persist);

    [Fact]
    public Task RuntimeIsReferenced_BothAreOfferedFrameworkFirst() => Verify.Offers(FixSource.InMethod("""
        {|DAX1001#w:view.Write(0, 1)|};
        """), "w", FixSource.PersistFirst, "Flush 'view' after the write", "Persist the written bytes of 'view'");

    [Fact]
    public Task RuntimeIsMissing_OnlyTheFrameworkIsOffered() => Verify.Offers(FixSource.InMethod("""
        {|DAX1001#w:view.Write(0, 1)|};
        """), "w", null, "Flush 'view' after the write");

    [Fact]
    public Task UnalignedView_IsPersistedByTheRuntime() => Fixes("""
        var part = map.CreateViewAccessor(n, 64);
        {|DAX1001:part.Write(0, 7)|};
        """, """
        var part = map.CreateViewAccessor(n, 64);
        part.Write(0, 7);
        part.Persist(0, sizeof(int));
        """, FixSource.PersistFirst);

    [Fact]
    public Task UnalignedViewWithoutTheRuntime_IsLeftAlone() => Verify.NoFix(FixSource.InMethod("""
        var part = map.CreateViewAccessor(n, 64);
        {|DAX1001:part.Write(0, 7)|};
        """));

    [Theory]
    [InlineData("windows")]
    [InlineData("macos")]
    [InlineData("any")]
    public Task OtherSystem_IsPersistedByTheRuntime(string system) => Fixes("""
        {|DAX1001:view.Write(0, 1)|};
        """, """
        view.Write(0, 1);
        view.Persist(0, sizeof(int));
        """, On(system, withRuntime: true));

    [Fact]
    public Task OtherSystemWithoutTheRuntime_IsLeftAlone() => Verify.NoFix(FixSource.InMethod("""
        {|DAX1001:view.Write(0, 1)|};
        """), On("any"));

    private const string OverAStream = """
        static void Run(FileStream file)
        {
            using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
            var view = map.CreateViewAccessor();

        """;

    [Fact]
    public Task OtherSystemWithTheFileAtHand_IsFlushedTwice() => Verify.Fix(FixSource.InType(OverAStream + """
            {|DAX1001:view.Write(0, 1)|};
        }
        """), FixSource.InType(OverAStream + """
            view.Write(0, 1);
            view.Flush();
            file.Flush(true);
        }
        """), On("any"));

    [Fact]
    public Task WindowsWithTheFileAtHand_PersistsThroughItsHandle() => Verify.Fix(FixSource.InType(OverAStream + """
            {|DAX1001:view.Write(0, 1)|};
        }
        """), FixSource.InType(OverAStream + """
            view.Write(0, 1);
            view.Persist(0, sizeof(int), file.SafeFileHandle);
        }
        """, "using DaxSafety;\n"), On("windows", withRuntime: true));

    [Fact]
    public Task WriterOverAView_IsFlushedItself() => FixSource.Fixes("""
        var stream = map.CreateViewStream();
        var writer = new BinaryWriter(stream);
        {|DAX1001:writer.Write(n)|};
        """, """
        var stream = map.CreateViewStream();
        var writer = new BinaryWriter(stream);
        writer.Write(n);
        writer.Flush();
        """);

    [Fact]
    public Task PointerIntoAView_FlushesTheView() => FixSource.Fixes("""
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        p[0] = 1;
        {|DAX1001:*(int*)(p + 8) = n|};
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        """, """
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        p[0] = 1;
        *(int*)(p + 8) = n;
        view.Flush();
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        """);

    private const string Mmap = """
        [System.Runtime.InteropServices.DllImport("libc", SetLastError = true)]
        static extern void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);


        """;

    [Fact]
    public Task BarePointer_PersistsWhatWasAssigned() => Verify.Fix(FixSource.InType(Mmap + """
        static void Run(int fd, int n)
        {
            var p = (byte*)mmap(null, 4096, 3, 1, fd, 0);
            p[n] = 1;
            {|DAX1001:*(int*)(p + 8) = n|};
        }
        """), FixSource.InType(Mmap + """
        static void Run(int fd, int n)
        {
            var p = (byte*)mmap(null, 4096, 3, 1, fd, 0);
            p[n] = 1;
            PersistentMemory.Persist(in p[n]);
            *(int*)(p + 8) = n;
            PersistentMemory.Persist(in *(int*)(p + 8));
        }
        """, "using DaxSafety;\n"), FixSource.PersistFirst);

    [Fact]
    public Task BarePointerThatMoves_IsLeftAlone() => Verify.NoFix(FixSource.InType(Mmap + """
        static void Run(int fd, int n)
        {
            var p = (byte*)mmap(null, 4096, 3, 1, fd, 0);
            {|DAX1001:*p++ = 1|};
        }
        """), FixSource.PersistFirst);

    [Fact]
    public Task MapOfTheRuntime_PersistsItself() => Verify.Fix("""
        using DaxSafety;
        class Store
        {
            void One(string path, long value)
            {
                using var map = DurableMap.Open(path);
                {|DAX1001:map.Write(0, value)|};
            }
            void Several(string path, long[] values)
            {
                using var map = DurableMap.Open(path);
                for (var i = 0; i < values.Length; i++)
                    {|DAX1001:map.Write(i * 8, values[i])|};
            }
        }
        """, """
        using DaxSafety;
        class Store
        {
            void One(string path, long value)
            {
                using var map = DurableMap.Open(path);
                map.Write(0, value);
                map.Persist(0, sizeof(long));
            }
            void Several(string path, long[] values)
            {
                using var map = DurableMap.Open(path);
                for (var i = 0; i < values.Length; i++)
                    map.Write(i * 8, values[i]);
                map.Persist();
            }
        }
        """, new FixOptions { Verify = new() { WithRuntime = true } });

    [Fact]
    public Task ScopeOfTheRuntimesMap_IsLeftAlone() => Verify.NoFix("""
        using DaxSafety;
        class Store
        {
            void Fill(string path)
            {
                using var map = DurableMap.Open(path);
                using var write = map.BeginWrite(0, 16);
                {|DAX1001:write.Span.Fill(1)|};
            }
            void Late(string path)
            {
                using var map = DurableMap.Open(path);
                using (var write = map.BeginWrite<long>(0, 2))
                    write.Span[0] = 1;
                {|DAX1001:map.Write(8, 1L)|};
            }
        }
        """, new FixOptions { Verify = new() { WithRuntime = true } });
}
