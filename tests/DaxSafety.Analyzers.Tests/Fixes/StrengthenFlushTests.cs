using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>The fixes of DAX1003 and DAX1010: a flush that falls short.</summary>
public sealed class StrengthenFlushTests
{
    private static FixOptions On(string system, bool withRuntime) => new()
    {
        Verify = new() { WithRuntime = withRuntime, EditorConfig = $"is_global = true\ndax_safety.target_os = {system}" },
    };

    private static string Managed(string body, string usings = "") => FixSource.InType($$"""
        static void Run(string path, bool ok, long offset)
        {
            var file = new FileStream(path, FileMode.Open);
            var map = MemoryMappedFile.CreateFromFile(file, null, 65536, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
        {{Indented(body)}}
        }
        """, usings);

    private static string Native(string body) => FixSource.InType($$"""
        const int MS_ASYNC = 1, MS_SYNC = 4;

        [System.Runtime.InteropServices.DllImport("libc", SetLastError = true)]
        static extern void* mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

        [System.Runtime.InteropServices.DllImport("libc", SetLastError = true)]
        static extern int msync(void* address, nuint length, int flags);

        static void Run(int fd, bool ok)
        {
            var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
            *p = 1;
        {{Indented(body)}}
        }
        """);

    private static string Indented(string text) => string.Join("\n", text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "    " + line));

    private static Task FixesManaged(string before, string after, FixOptions? options = null, string usings = "") =>
        Verify.Fix(Managed(before), Managed(after, usings), options);

    [Fact]
    public Task AsyncFlag_BecomesTheSyncFlagBesideIt() => Verify.Fix(Native("""
        if ({|DAX1003:msync(p, 8192, MS_ASYNC)|} != 0)
            throw new IOException();
        """), Native("""
        if (msync(p, 8192, MS_SYNC) != 0)
            throw new IOException();
        """));

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public Task FlagAsANumber_BecomesThatOfLinux(int flags) => Verify.Fix(Native($$"""
        if ({|DAX1003:msync(p, 8192, {{flags}})|} != 0)
            throw new IOException();
        """), Native("""
        if (msync(p, 8192, 4) != 0)
            throw new IOException();
        """));

    [Theory]
    [InlineData("file.Flush()")]
    [InlineData("file.Flush(false)")]
    [InlineData("file.Flush(flushToDisk: false)")]
    public Task StreamFlush_BecomesOneToTheDisk(string flush) => FixesManaged($$"""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        {|DAX1003:{{flush}}|}; // now
        """, """
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        file.Flush(true); // now
        """);

    [Fact]
    public Task StreamFlushOnWindows_BecomesThePortablePair() => FixesManaged("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        {|DAX1003:file.Flush(true)|};
        """, """
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        view.Flush();
        file.Flush(true);
        """, On("windows", withRuntime: false));

    [Fact]
    public Task ViewFlushOnWindows_BecomesAPersistThroughTheFile() => FixesManaged("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        {|DAX1003:view.Flush()|};
        """, """
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        view.Persist(file.SafeFileHandle);
        """, On("windows", withRuntime: true), "using DaxSafety;\n");

    [Fact]
    public Task ViewFlushWithoutTheRuntime_IsFollowedByTheFile() => FixesManaged("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        if (ok)
            {|DAX1003:view.Flush()|};
        else
            throw new IOException();
        """, """
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        if (ok)
        {
            view.Flush();
            file.Flush(true);
        }
        else
            throw new IOException();
        """, On("any", withRuntime: false));

    [Fact]
    public Task FlushThatMissesATail_BecomesAPersist() => FixesManaged("""
        var view = map.CreateViewAccessor(offset, 100);
        view.Write(0, 1);
        {|DAX1010:view.Flush()|};
        """, """
        var view = map.CreateViewAccessor(offset, 100);
        view.Write(0, 1);
        view.Persist();
        """, FixSource.PersistFirst, "using DaxSafety;\n");

    [Fact]
    public Task FlushThatMissesATailWithoutTheRuntime_IsFollowedByTheFile() => FixesManaged("""
        var view = map.CreateViewAccessor(offset, 100);
        view.Write(0, 1);
        {|DAX1010:view.Flush()|};
        """, """
        var view = map.CreateViewAccessor(offset, 100);
        view.Write(0, 1);
        view.Flush();
        file.Flush(true);
        """);

    [Fact]
    public Task DisposalByUsingThatMissesATail_ComesAfterAPersist() => FixesManaged("""
        using var {|DAX1010:view = map.CreateViewAccessor(offset, 100)|};
        view.Write(0, 1);
        view.Write(8, 1);
        Console.WriteLine();
        """, """
        using var view = map.CreateViewAccessor(offset, 100);
        view.Write(0, 1);
        view.Write(8, 1);
        view.Persist();
        Console.WriteLine();
        """, FixSource.PersistFirst, "using DaxSafety;\n");

    [Fact]
    public Task DisposalByUsingOnWindows_ComesAfterThePortablePair() => FixesManaged("""
        using (var {|DAX1003:view = map.CreateViewAccessor()|})
        {
            if (ok)
                view.Write(0, 1);
        }
        """, """
        using (var view = map.CreateViewAccessor())
        {
            if (ok)
            {
                view.Write(0, 1);
                view.Flush();
                file.Flush(true);
            }
        }
        """, On("windows", withRuntime: false));

    [Fact]
    public Task DisposalByUsingOfAViewThatPointersLeadTo_IsLeftAlone() => Verify.NoFix(Managed("""
        using var {|DAX1010:view = map.CreateViewAccessor(offset, 100)|};
        view.Write(0, 1);
        byte* p = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
        p[9] = 1;
        """), FixSource.PersistFirst);

    [Fact]
    public Task StreamFlushAsync_IsFollowedByOneToTheDisk() => Verify.Fix(Async("""
        await {|DAX1003:file.FlushAsync()|}.ConfigureAwait(false); // soon
        """), Async("""
        await file.FlushAsync().ConfigureAwait(false); // soon
            file.Flush(true);
        """));

    private static string Async(string body) => FixSource.InSafeType($$"""
        static async Task Run(FileStream file)
        {
            var map = MemoryMappedFile.CreateFromFile(file, null, 65536, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
            var view = map.CreateViewAccessor();
            view.Write(0, 1);
            {{body}}
        }
        """);

    [Fact]
    public Task HelperThatFlushesWeakly_StaysAsItIs() => Verify.NoFix(FixSource.InType("""
        static void Sync(FileStream file) => file.Flush();

        static void Run(FileStream file)
        {
            var map = MemoryMappedFile.CreateFromFile(file, null, 65536, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
            var view = map.CreateViewAccessor();
            view.Write(0, 1);
            {|DAX1003:Sync(file)|};
        }
        """), On("windows", withRuntime: false));
}
