using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1006 and DAX1010: the flush is durable, but not of all the bytes that were written.</summary>
public sealed class FlushRangeTests
{
    private static readonly VerifyOptions Rules = DurabilityRules with { WithRuntime = true, OnlyIds = ["DAX1001", "DAX1003", "DAX1006", "DAX1010"] };

    private const string Native = """

        static unsafe class Libc
        {
            [DllImport("libc")] public static extern byte* mmap(void* addr, nuint length, int prot, int flags, int fd, long offset);
            [DllImport("libc", EntryPoint = "msync", SetLastError = true)] public static extern int Sync(void* addr, nuint len, int flags);
        }
        """;

    [Theory]
    [InlineData("view.Write(8, 1L); {|DAX1006:PersistentMemoryOf.Persist(view, 0, 8)|};")]
    [InlineData("view.Write(8, 1L); {|DAX1006:PersistentMemoryOf.Persist(view, 8, 4)|};")]
    [InlineData("view.Write(n, 1L); {|DAX1006:PersistentMemoryOf.Persist(view, n, 4)|};")]
    [InlineData("view.Write(n + 8, 1L); {|DAX1006:PersistentMemoryOf.Persist(view, n, 8)|};")]
    [InlineData("view.Write(0, 1L); view.Write(64, 1L); {|DAX1006:PersistentMemoryOf.Persist(view, 0, 8)|};")]
    public async Task RangeThatLeavesOutBytes_IsReportedOnTheFlush(string body) => await Verify.Analyzer(Persisting(body), Rules);

    [Theory]
    [InlineData("view.Write(8, 1L); PersistentMemoryOf.Persist(view, 8, 8);")]
    [InlineData("view.Write(8, 1L); PersistentMemoryOf.Persist(view, 0, 64);")]
    [InlineData("view.Write(n, 1L); PersistentMemoryOf.Persist(view, n, 8);")]
    [InlineData("view.Write(n + 8, 1L); PersistentMemoryOf.Persist(view, n, 16);")]
    [InlineData("view.Write(8, 1L); PersistentMemoryOf.Persist(view, n, 8);")]
    [InlineData("view.WriteArray(8, data, 0, n); PersistentMemoryOf.Persist(view, 8, n);")]
    [InlineData("view.Write(0, 1L); view.Write(64, 1L); PersistentMemoryOf.Persist(view, 0, 8); PersistentMemoryOf.Persist(view, 64, 8);")]
    [InlineData("view.Write(0, 1L); PersistentMemoryOf.Persist(view, 4096, 8); view.Flush();")]
    [InlineData("for (var i = 0; i < n; i += 8) { view.Write(i, 1L); PersistentMemoryOf.Persist(view, i, 8); }")]
    public async Task RangeThatCoversOrCannotBeCompared_IsSilent(string body) => await Verify.Silent(Persisting(body), Rules);

    [Theory]
    [InlineData("p[5000] = 1; if ({|DAX1006:Libc.Sync(p, 4096, 4)|} != 0) throw new IOException();")]
    [InlineData("*p = 1; if ({|DAX1006:Libc.Sync(p + 4096, 4096, 4)|} != 0) throw new IOException();")]
    [InlineData("p[8] = 1; if ({|DAX1006:Libc.Sync(p + 8, 1, 4)|} != 0) throw new IOException();")]
    public async Task MsyncOfOtherPagesOrInsideAPage_IsReported(string body) => await Verify.Analyzer(Mapped(body), Rules);

    [Theory]
    [InlineData("p[100] = 1; if (Libc.Sync(p, 1, 4) != 0) throw new IOException();")]
    [InlineData("p[4095] = 1; if (Libc.Sync(p, 1, 4) != 0) throw new IOException();")]
    [InlineData("p[5000] = 1; if (Libc.Sync(p, 8192, 4) != 0) throw new IOException();")]
    [InlineData("p[5000] = 1; if (Libc.Sync(p + 4096, 1, 4) != 0) throw new IOException();")]
    [InlineData("p[n] = 1; if (Libc.Sync((byte*)((nint)(p + n) & ~4095), 4096, 4) != 0) throw new IOException();")]
    public async Task MsyncCoversWholePages(string body) => await Verify.Silent(Mapped(body), Rules);

    [Theory]
    [InlineData("64", "8192")]
    [InlineData("100", "4096")]
    [InlineData("4095", "8192")]
    [InlineData("offset", "8192")]
    [InlineData("offset", "size")]
    [InlineData("offset * 512", "size")]
    public async Task FlushOfAnUnalignedView_IsReported(string offset, string size) =>
        await Verify.Analyzer(Unaligned(offset, size, "view.Write(0, 1); {|DAX1010:view.Flush()|};"), Rules);

    [Theory]
    [InlineData("0", "8192")]
    [InlineData("4096", "8192")]
    [InlineData("128", "256")]
    [InlineData("64", "0")]
    [InlineData("offset", "0")]
    [InlineData("offset * 4096L", "size")]
    [InlineData("offset & ~4095L", "size")]
    [InlineData("offset / 4096 * 4096", "size")]
    [InlineData("offset - offset % 4096", "size")]
    public async Task FlushOfAViewThatLosesNothing_IsSilent(string offset, string size) =>
        await Verify.Silent(Unaligned(offset, size, "view.Write(0, 1); view.Flush();"), Rules);

    [Theory]
    [InlineData("view.Write(0, 1); file.Flush(true);")]
    [InlineData("view.Write(0, 1); DaxSafety.ViewExtensions.Persist(view);")]
    [InlineData("view.Write(0, 1); view.Flush(); file.Flush(true);")]
    public async Task OtherFlushOfAnUnalignedView_IsRight(string body) => await Verify.Silent(Unaligned("64", "8192", body), Rules);

    [Fact]
    public async Task DisposalThatIsTheOnlyFlush_MissesTheTailToo() =>
        await Verify.Analyzer(Unaligned("64", "8192", "view.Write(0, 1); {|DAX1010:view.Dispose()|};"), Rules);

    private static string Persisting(string body) => WithView(body.Replace("PersistentMemoryOf.Persist", "DaxSafety.ViewExtensions.Persist"));

    private static string Mapped(string body) => $$"""
        unsafe class Store { void Save(int fd, int n) { var p = Libc.mmap(null, 65536, 3, 1, fd, 0); {{body}} } }
        """ + Native;

    private static string Unaligned(string offset, string size, string body) => $$"""
        class Store
        {
            void Save(FileStream file, long offset, long size)
            {
                var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                var view = map.CreateViewAccessor({{offset}}, {{size}});
                {{body}}
            }
        }
        """;
}
