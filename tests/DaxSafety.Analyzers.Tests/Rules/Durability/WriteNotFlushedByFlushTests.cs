using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>What makes a write durable on Linux, and what is no flush at all.</summary>
public sealed class WriteNotFlushedByFlushTests
{
    private const string Native = """
        static unsafe class Libc
        {
            [DllImport("libc", SetLastError = true)] public static extern int msync(void* addr, nuint len, int flags);
            [DllImport("libc", EntryPoint = "msync")] public static extern int Sync(byte* addr, nuint len, int flags);
            [DllImport("libc")] public static extern int fsync(int fd);
            [DllImport("libc")] public static extern int fdatasync(int fd);
            [DllImport("libpmem")] public static extern void pmem_persist(void* addr, nuint len);
        }
        """;

    [Theory]
    [InlineData("view.Flush();")]
    [InlineData("if (Libc.msync(p, 4096, 4) != 0) throw new IOException();")]
    [InlineData("if (Libc.msync(p, 4096, 4 | 2) != 0) throw new IOException();")]
    [InlineData("const int MS_SYNC = 4; if (Libc.Sync(p, 4096, MS_SYNC) < 0) throw new IOException();")]
    [InlineData("_ = Libc.msync(p, 4096, n);")]
    [InlineData("if (Libc.msync((void*)((nint)p & ~4095), 4096, 4) != 0) throw new IOException();")]
    [InlineData("var other = map.CreateViewAccessor(); other.Flush();")]
    [InlineData("view.Dispose();")]
    [InlineData("var flush = view.Flush; flush();")]
    public async Task DurableFlushOfTheView_IsSilent(string flush) =>
        await Verify.Silent(WithPointer("*p = 1; " + flush) + Native, DurabilityRules);

    [Theory]
    [InlineData("file.Flush(true);")]
    [InlineData("file.Flush(flushToDisk: true);")]
    [InlineData("RandomAccess.FlushToDisk(file.SafeFileHandle);")]
    [InlineData("var handle = file.SafeFileHandle; RandomAccess.FlushToDisk(handle);")]
    [InlineData("if (Libc.fsync((int)file.SafeFileHandle.DangerousGetHandle()) != 0) throw new IOException();")]
    [InlineData("if (Libc.fdatasync((int)file.SafeFileHandle.DangerousGetHandle()) != 0) throw new IOException();")]
    [InlineData("view.Flush(); file.Flush(true);")]
    [InlineData("using (var again = new FileStream(path, FileMode.Open)) again.Flush(true);")]
    public async Task DurableFlushOfTheFile_IsSilent(string flush) =>
        await Verify.Silent(WithFile("view.Write(0, 1); " + flush), DurabilityRules);

    [Theory]
    [InlineData("[|view.Write(0, 1)|]; using (var elsewhere = new FileStream(\"b.db\", FileMode.Open)) elsewhere.Flush(true);")]
    [InlineData("file.Flush(true); [|view.Write(0, 1)|];")]
    [InlineData("[|view.Write(0, 1)|]; file.Dispose();")]
    public async Task FlushOfAnotherFileOrTooEarly_IsReported(string body) => await Verify.Analyzer(WithFile(body), DurabilityRules);

    [Theory]
    [InlineData("[|*p = 1|]; Thread.MemoryBarrier();")]
    [InlineData("[|*p = 1|]; Interlocked.MemoryBarrier();")]
    [InlineData("[|Volatile.Write(ref *p, 1)|];")]
    [InlineData("[|*p = 1|]; System.Runtime.Intrinsics.X86.Sse.StoreFence();")]
    [InlineData("[|*p = 1|]; GC.KeepAlive(view);")]
    [InlineData("[|*p = 1|]; var other = map.CreateViewAccessor(8192, 4096); other.Flush();")]
    public async Task OrderOrFlushOfOtherBytes_IsNoFlush(string body) => await Verify.Analyzer(WithPointer(body), DurabilityRules);

    [Fact]
    public async Task PersistOfTheRuntime_IsSilent() =>
        await Verify.Silent(WithPointer("*p = 1; PersistentMemory.Persist(p, 1); view.Write(8, 1); view.Persist(8, 4); view.Write(16, 1); view.Persist();")
            .Insert(0, "using DaxSafety;\n"), DurabilityRules with { WithRuntime = true });

    /// <summary>The more exact rule speaks: a write whose flush is told to be weak is not told a second time.</summary>
    [Theory]
    [InlineData("*p = 1; if ({|DAX1003:Libc.msync(p, 4096, 1)|} != 0) throw new IOException();")]
    [InlineData("*p = 1; if ({|DAX1003:Libc.msync(p, 4096, 0)|} != 0) throw new IOException();")]
    [InlineData("*p = 1; if ({|DAX1003:Libc.msync(p, 4096, 5)|} != 0) throw new IOException();")]
    public async Task WeakMsync_IsReportedOnTheFlush(string body) => await Verify.Analyzer(WithPointer(body) + Native, DurabilityRules);

    [Theory]
    [InlineData("view.Write(0, 1); {|DAX1003:file.Flush()|};")]
    [InlineData("view.Write(0, 1); {|DAX1003:file.Flush(false)|};")]
    public async Task WeakFileFlush_IsReportedOnTheFlush(string body) => await Verify.Analyzer(WithFile(body), DurabilityRules);

    private static string WithFile(string body) => $$"""
        class Store
        {
            void Save()
            {
                const string path = "a.db";
                var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
                var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                var view = map.CreateViewAccessor();
                {{body}}
            }
        }
        """ + Native;
}
