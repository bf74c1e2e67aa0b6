using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DaxSafety.Benchmarks.Ratios;

namespace DaxSafety.Benchmarks.CacheLines;

/// <summary><c>copy.N</c>, <c>copy.misaligned.N</c>: copy N bytes and persist; ours by CopyAndPersist, theirs by pmem_memcpy_persist called from C.</summary>
internal sealed unsafe class CopySuite : IRatioSuite
{
    private const int SmallRounds = 801, MiddleRounds = 4001, LargeRounds = 101;
    private const double Limit = 1.00;
    private const nuint Window = 1 << 26;
    private const int Misalignment = 13;

    public IReadOnlyList<string> Prefixes => ["copy"];

    public void Run(RatioReport report)
    {
        (string Name, int Bytes, int Shift)[] cases =
        [
            .. new[] { 64, 256, 1024, 4096, 65536, 1 << 20, 1 << 26 }.Select(n => ($"copy.{n}", n, 0)),
            .. new[] { 4096, 65536, 1 << 20 }.Select(n => ($"copy.misaligned.{n}", n, Misalignment)),
        ];
        Libpmem? pmem = Libpmem.TryLoad(out string why);
        using DirectAccessBuffer to = new(Window + 4096);
        byte* from = (byte*)NativeMemory.AlignedAlloc(Window + 4096, 4096);
        NativeMemory.Fill(from, Window + 4096, 7);
        foreach ((string name, int bytes, int shift) in cases)
        {
            if (!report.Wants(name))
                continue;
            if (pmem is null)
                report.Cannot(name, why);
            else
                Measure(report, pmem, name, to.Address + shift, from, bytes);
        }

        NativeMemory.AlignedFree(from);
    }

    private static void Measure(RatioReport report, Libpmem pmem, string name, byte* to, byte* from, int bytes)
    {
        int operations = Math.Clamp((1 << 20) / bytes, 1, 4_000), rounds = bytes < 1 << 16 ? SmallRounds : bytes <= 1 << 20 ? MiddleRounds : LargeRounds;
        nuint step = (nuint)bytes, mask = Window - 1;
        SideBySide c = SideBySide.Measure(
            rounds, () => Ours(to, from, mask, bytes, operations), () => pmem.CopiesInC(to, from, mask, step, step, operations));
        report.Add(name, c.Ratio, Limit, c.Detail(operations));
        SideBySide csharp = SideBySide.Measure(
            rounds, () => Ours(to, from, mask, bytes, operations), () => FromCSharp(pmem, to, from, mask, step, operations));
        report.Add($"{name}.from-csharp", csharp.Ratio, Limit, csharp.Detail(operations));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Ours(byte* to, byte* from, nuint mask, int bytes, long rounds)
    {
        nuint at = 0;
        for (; rounds > 0; rounds--)
        {
            PersistentMemory.CopyAndPersist(new ReadOnlySpan<byte>(from, bytes), to + at);
            at = (at + (nuint)bytes) & mask;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FromCSharp(Libpmem pmem, byte* to, byte* from, nuint mask, nuint step, long rounds)
    {
        delegate* unmanaged<void*, void*, nuint, void*> copy = pmem.Memcpy;
        nuint at = 0;
        for (long r = 0; r < rounds; r++)
        {
            copy(to + at, from, step);
            at = (at + step) & mask;
        }
    }
}
