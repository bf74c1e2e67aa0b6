using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>The fixes of DAX1004, DAX1005 and DAX1007: native flushes, write-backs and fences.</summary>
public sealed class NativeFlushFixTests
{
    private static string Native(string body, string usings = "", string parameters = "int fd, bool ok, int n") => FixSource.InType($$"""
        [DllImport("libc", SetLastError = true)] static extern void* mmap(void* address, nuint length, int protection, int flags, int fd, long offset);
        [DllImport("libc", SetLastError = true)] static extern int msync(void* address, nuint length, int flags);
        [DllImport("kernel32")] static extern int FlushFileBuffers(nint file);
        [DllImport("libpmem")] static extern void pmem_flush(void* address, nuint length);
        [DllImport("libpmem")] static extern void pmem_drain();

        static void Run({{parameters}})
        {
        {{string.Join("\n", body.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : "    " + line))}}
        }
        """, "using System.Runtime.InteropServices;\n" + usings);

    private static readonly FixOptions WithRuntime = FixSource.PersistFirst;

    [Fact]
    public Task DroppedResult_Throws() => Verify.Fix(Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        *p = 1;
        {|DAX1007:msync(p, 8192, 4)|}; // all of it
        if (ok)
            {|DAX1007:FlushFileBuffers(fd)|};
        """), Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        *p = 1;
        if (msync(p, 8192, 4) != 0) // all of it
            throw new IOException($"msync failed: error {Marshal.GetLastPInvokeError()}");
        if (ok)
            if (FlushFileBuffers(fd) == 0)
                throw new IOException("FlushFileBuffers failed");
        """));

    [Fact]
    public Task DroppedResultBesideAnElse_GetsBraces() => Verify.Fix(Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        if (ok)
            {|DAX1007:msync(p, 8192, 4)|};
        else
            Console.WriteLine();
        """), Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        if (ok)
        {
            if (msync(p, 8192, 4) != 0)
                throw new IOException($"msync failed: error {Marshal.GetLastPInvokeError()}");
        }
        else
            Console.WriteLine();
        """));

    [Fact]
    public Task WriteBackByALibrary_IsFencedByIt() => Verify.Fix(Native("""
        var p = (byte*)mmap(null, 8192, 3, 3 | 0x80000, fd, 0);
        *p = 1;
        {|DAX1004:pmem_flush(p, 64)|};
        """), Native("""
        var p = (byte*)mmap(null, 8192, 3, 3 | 0x80000, fd, 0);
        *p = 1;
        pmem_flush(p, 64);
        pmem_drain();
        """));

    [Fact]
    public Task WriteBackOfThePageCache_BecomesAPersist() => Verify.Fix(Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        *p = 1;
        {|DAX1005:pmem_flush(p, 64)|};
        pmem_drain();
        """), Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        *p = 1;
        PersistentMemory.Persist(p, 64);
        pmem_drain();
        """, "using DaxSafety;\n"), WithRuntime);

    [Fact]
    public Task WriteBackByTheRuntime_BecomesItsPersist() => Verify.Fix(Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        *p = 1;
        {|DAX1005:PersistentMemory.WriteBack(p, 64)|};
        PersistentMemory.Fence();
        """, "using DaxSafety;\n"), Native("""
        var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        *p = 1;
        PersistentMemory.Persist(p, 64);
        PersistentMemory.Fence();
        """, "using DaxSafety;\n"), WithRuntime);

    [Fact]
    public Task WriteBackInALoop_IsFencedOnceAfterIt() => Verify.Fix(Native("""
        var p = (byte*)mmap(null, 8192, 3, 0x80003, fd, 0);
        for (var i = 0; i < n; i++)
        {
            p[0] = (byte)i;
            {|DAX1004:PersistentMemory.WriteBack(p, 1)|};
        }
        """, "using DaxSafety;\n"), Native("""
        var p = (byte*)mmap(null, 8192, 3, 0x80003, fd, 0);
        for (var i = 0; i < n; i++)
        {
            p[0] = (byte)i;
            PersistentMemory.WriteBack(p, 1);
        }
        PersistentMemory.Fence();
        """, "using DaxSafety;\n"), WithRuntime);
}
