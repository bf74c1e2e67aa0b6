using System.Runtime.CompilerServices;
using DaxSafety.Benchmarks.Ratios;

namespace DaxSafety.Benchmarks.CacheLines;

/// <summary><c>persist.lines.N</c>: store to N lines, write back, fence; ours by the public Persist, theirs by pmem_persist called from C.</summary>
internal sealed unsafe class PersistLinesSuite : IRatioSuite
{
    private const int Rounds = 801;
    private const double Limit = 1.05;
    private const nuint Bytes = 1 << 20;

    public IReadOnlyList<string> Prefixes => ["persist.lines"];

    public void Run(RatioReport report)
    {
        int[] counts = [1, 8, 64, 4096];
        if (Libpmem.TryLoad(out string why) is not { } pmem)
        {
            foreach (int lines in counts)
                report.Cannot($"persist.lines.{lines}", why);
            return;
        }

        using DirectAccessBuffer buffer = new(Bytes);
        byte* memory = buffer.Address;
        foreach (int lines in counts)
        {
            int operations = Math.Max(10, 4_000 / lines);
            nuint mask = Bytes - 1, count = (nuint)lines;
            SideBySide c = SideBySide.Measure(
                Rounds, () => Ours(memory, mask, count, operations), () => pmem.LinesInC(memory, mask, count, operations));
            report.Add($"persist.lines.{lines}", c.Ratio, Limit, c.Detail(operations));
            SideBySide csharp = SideBySide.Measure(
                Rounds, () => Ours(memory, mask, count, operations), () => FromCSharp(pmem, memory, mask, count, operations));
            report.Add($"persist.lines.{lines}.from-csharp", csharp.Ratio, Limit, csharp.Detail(operations));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Ours(byte* memory, nuint mask, nuint lines, long rounds)
    {
        nuint bytes = lines * 64, at = 0;
        for (long r = 0; r < rounds; r++)
        {
            byte* p = memory + at;
            Store(p, bytes, r);
            PersistentMemory.Persist(p, bytes);
            at = (at + bytes) & mask;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FromCSharp(Libpmem pmem, byte* memory, nuint mask, nuint lines, long rounds)
    {
        delegate* unmanaged<void*, nuint, void> persist = pmem.Persist;
        nuint bytes = lines * 64, at = 0;
        for (long r = 0; r < rounds; r++)
        {
            byte* p = memory + at;
            Store(p, bytes, r);
            persist(p, bytes);
            at = (at + bytes) & mask;
        }
    }

    /// <summary>
    /// Unrolled, so that the stores are as fast as the C compiler makes its own: they are not what is compared, and at 64 lines they
    /// are a seventh of the time.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* p, nuint bytes, long value)
    {
        nuint i = 0;
        for (; i + 256 <= bytes; i += 256)
        {
            *(long*)(p + i) = value;
            *(long*)(p + i + 64) = value;
            *(long*)(p + i + 128) = value;
            *(long*)(p + i + 192) = value;
        }

        for (; i < bytes; i += 64)
            *(long*)(p + i) = value;
    }
}
