using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1003 to DAX1011: flushes that do not do what their name says.</summary>
public sealed class FlushStrengthTests
{
    private static string Native(string body) => $$"""
        using System;
        using System.IO;
        using System.IO.MemoryMappedFiles;
        using System.Runtime.InteropServices;

        static unsafe class Program
        {
            [DllImport("libc", SetLastError = true)] static extern void* mmap(void* addr, nuint length, int prot, int flags, int fd, long offset);
            [DllImport("libc", EntryPoint = "msync", SetLastError = true)] static extern int Sync(void* addr, nuint length, int flags);
            [DllImport("libpmem")] static extern void pmem_flush(void* addr, nuint length);
            [DllImport("libpmem")] static extern void pmem_drain();
            [DllImport("libpmem")] static extern void pmem_persist(void* addr, nuint length);

            static void Run(int fd, bool ok)
            {
                var p = (byte*)mmap(null, 8192, 3, 1, fd, 0);
        {{body}}
            }
        }
        """;

    private static string Managed(string body) => $$"""
        using System;
        using System.IO;
        using System.IO.MemoryMappedFiles;

        static unsafe class Program
        {
            static void Run(string path, bool ok, long offset, int length)
            {
                var file = new FileStream(path, FileMode.Open);
                var map = MemoryMappedFile.CreateFromFile(file, null, 65536, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
        {{body}}
            }
        }
        """;

    [Fact]
    public Task MsSync_IsSilent() => Verify.Silent(Native("""
        *p = 1;
        if (Sync(p, 8192, 4) != 0) throw new IOException();
        """));

    [Fact]
    public Task MsAsync_IsReportedOnTheFlush() => Verify.Analyzer(Native("""
        *p = 1;
        if ({|DAX1003:Sync(p, 8192, 1)|} != 0) throw new IOException();
        """));

    [Fact]
    public Task MsyncWithBothFlags_IsReported() => Verify.Analyzer(Native("""
        *p = 1;
        if ({|DAX1003:Sync(p, 8192, 5)|} != 0) throw new IOException();
        """));

    [Fact]
    public Task DroppedResult_IsReported() => Verify.Analyzer(Native("""
        *p = 1;
        {|DAX1007:Sync(p, 8192, 4)|};
        """));

    [Fact]
    public Task DiscardedResult_IsADecision() => Verify.Silent(Native("""
        *p = 1;
        _ = Sync(p, 8192, 4);
        """));

    [Fact]
    public Task RangeElsewhere_IsReportedOnTheFlush() => Verify.Analyzer(Native("""
        p[0] = 1;
        if ({|DAX1006:Sync(p + 4096, 4096, 4)|} != 0) throw new IOException();
        """));

    [Fact]
    public Task PageFlush_CoversWholePages() => Verify.Silent(Native("""
        p[4095] = 1;
        if (Sync(p, 1, 4) != 0) throw new IOException();
        """));

    [Fact]
    public Task MisalignedStart_IsReported() => Verify.Analyzer(Native("""
        p[100] = 1;
        if ({|DAX1006:Sync(p + 100, 1, 4)|} != 0) throw new IOException();
        """));

    [Fact]
    public Task PrivateMapping_IsReportedWhenFlushed() => Verify.Analyzer("""
        using System.IO.MemoryMappedFiles;
        static class Program
        {
            static void Run(MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
                {|DAX1011:view.Write(0, 1)|};
                view.Flush();
            }
            static void Quiet(MemoryMappedFile map)
            {
                using var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
                view.Write(0, 1);
            }
        }
        """);

    [Fact]
    public Task WriteBackOfPageCache_IsReported() => Verify.Analyzer(Native("""
        *p = 1;
        {|DAX1005:pmem_flush(p, 64)|};
        pmem_drain();
        """));

    [Fact]
    public Task PersistOfThePageCache_IsReported() => Verify.Analyzer(Native("""
        *p = 1;
        {|DAX1005:pmem_persist(p, 64)|};
        """));

    [Fact]
    public Task PersistOfThePageCacheBeforeAFlush_IsSilent() => Verify.Silent(Native("""
        *p = 1;
        pmem_persist(p, 64);
        if (Sync(p, 8192, 4) != 0) throw new IOException();
        """));

    [Fact]
    public Task FileStreamFlushWithoutDisk_IsReported() => Verify.Analyzer(Managed("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        {|DAX1003:file.Flush()|};
        """));

    [Fact]
    public Task FileStreamFlushFalse_IsReported() => Verify.Analyzer(Managed("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        {|DAX1003:file.Flush(false)|};
        """));

    [Fact]
    public Task UnalignedView_IsReportedOnTheFlush() => Verify.Analyzer(Managed("""
        var view = map.CreateViewAccessor(64, 8192);
        view.Write(0, 1);
        {|DAX1010:view.Flush()|};
        """));

    [Fact]
    public Task UnalignedViewWithinOnePage_IsSilent() => Verify.Silent(Managed("""
        var view = map.CreateViewAccessor(128, 256);
        view.Write(0, 1);
        view.Flush();
        """));

    [Fact]
    public Task UnknownOffset_IsReported() => Verify.Analyzer(Managed("""
        var view = map.CreateViewAccessor(offset, length);
        view.Write(0, 1);
        {|DAX1010:view.Flush()|};
        """));

    [Fact]
    public Task AlignedOffset_IsSilent() => Verify.Silent(Managed("""
        var view = map.CreateViewAccessor(length * 4096L, length);
        view.Write(0, 1);
        view.Flush();
        var second = map.CreateViewAccessor(offset & ~4095L, length);
        second.Write(0, 1);
        second.Flush();
        """));

    [Fact]
    public Task ViewFlushAloneOnWindows_IsReported() => Verify.Analyzer(Managed("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        {|DAX1003:view.Flush()|};
        """), new VerifyOptions { EditorConfig = "dax_safety.target_os = windows" });

    [Fact]
    public Task PortablePair_IsSilentEverywhere() => Verify.Silent(Managed("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        view.Flush();
        file.Flush(true);
        """), new VerifyOptions { EditorConfig = "dax_safety.target_os = any" });

    [Fact]
    public Task FileFlushBeforeViewFlushOnWindows_IsReported() => Verify.Analyzer(Managed("""
        var view = map.CreateViewAccessor();
        view.Write(0, 1);
        {|DAX1003:file.Flush(true)|};
        """), new VerifyOptions { EditorConfig = "dax_safety.target_os = windows" });
}
