using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>libpmem: no-drain copies, flush without drain, drain without flush, ordinary stores that nothing flushes.</summary>
public sealed class PersistentMemoryTests
{
    [Theory]
    [InlineData("Pmem.pmem_memcpy_persist(p, q, 8);")]
    [InlineData("Pmem.pmem_memcpy_nodrain(p, q, 8); Pmem.pmem_drain();")]
    [InlineData("*p = 1; Pmem.pmem_persist(p, 1);")]
    [InlineData("*p = 1; Pmem.pmem_flush(p, 1); Pmem.pmem_drain();")]
    [InlineData("for (var i = 0; i < n; i++) { p[i] = 1; Pmem.pmem_flush(p + i, 1); } Pmem.pmem_drain();")]
    [InlineData("*p = 1; if (Pmem.pmem_msync(p, 1) != 0) throw new IOException();")]
    public async Task PersistentMemoryDoneRight_IsSilent(string body) => await Verify.Silent(WithPmem(body), Rules);

    [Theory]
    [InlineData("[|*p = 1|];")]
    [InlineData("[|*p = 1|]; Pmem.pmem_drain();")]
    [InlineData("*p = 1; {|DAX1004:Pmem.pmem_flush(p, 1)|};")]
    [InlineData("{|DAX1004:Pmem.pmem_memcpy_nodrain(p, q, 8)|};")]
    public async Task PersistentMemoryLeftHalfDone_IsReported(string body) => await Verify.Analyzer(WithPmem(body), Rules);

    private static readonly VerifyOptions Rules = DurabilityRules with { OnlyIds = ["DAX1001", "DAX1002", "DAX1003", "DAX1004", "DAX1005"] };

    private static string WithPmem(string body) => $$"""
        static unsafe class Pmem
        {
            [DllImport("libpmem")] public static extern byte* pmem_map_file(string path, nuint length, int flags, int mode, out nuint mapped, out int isPmem);
            [DllImport("libpmem")] public static extern void pmem_persist(void* p, nuint n);
            [DllImport("libpmem")] public static extern void pmem_flush(void* p, nuint n);
            [DllImport("libpmem")] public static extern int pmem_msync(void* p, nuint n);
            [DllImport("libpmem")] public static extern void pmem_drain();
            [DllImport("libpmem")] public static extern void* pmem_memcpy_persist(void* p, void* q, nuint n);
            [DllImport("libpmem")] public static extern void* pmem_memcpy_nodrain(void* p, void* q, nuint n);
        }
        unsafe class Store
        {
            void Save(string path, byte* q, int n)
            {
                var p = Pmem.pmem_map_file(path, 4096, 0, 0, out _, out _);
                {{body}}
            }
        }
        """;
}
