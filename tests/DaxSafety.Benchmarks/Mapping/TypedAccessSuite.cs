using System.Runtime.CompilerServices;
using DaxSafety.Benchmarks.Ratios;

namespace DaxSafety.Benchmarks.Mapping;

/// <summary>
/// <c>read.typed</c>, <c>write.typed</c>: a loop over the map's typed span (View and BeginWrite, one check for all) against a loop over a
/// raw pointer to the same bytes, untracked, in the second cache, where an instruction too many would show. <c>.values</c> is the
/// same with one checked Read or Write a value: reported beside it, promised by nobody.
/// </summary>
internal sealed unsafe class TypedAccessSuite : IRatioSuite
{
    private const int Bytes = 256 << 10, Repeats = 50, Rounds = 61;
    private const double Limit = 1.10;

    public IReadOnlyList<string> Prefixes => ["read.typed", "write.typed"];

    public void Run(RatioReport report)
    {
        using ColdFile file = new(4 << 20);
        using DurableMap map = DurableMap.Open(file.Path, new() { Tracking = MapTracking.None });
        byte* raw = (byte*)map.Address;
        WriteSpan(map);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        WriteSpan(map);
        ReadSpan(map);
        WriteValues(map);
        ReadValues(map);
        if (GC.GetAllocatedBytesForCurrentThread() != allocated)
            throw new InvalidOperationException("Typed access allocates.");
        Measure(report, "read.typed", Limit, () => ReadSpan(map), () => ReadRaw(raw));
        Measure(report, "write.typed", Limit, () => WriteSpan(map), () => WriteRaw(raw));
        Measure(report, "read.typed.values", null, () => ReadValues(map), () => ReadRaw(raw));
        Measure(report, "write.typed.values", null, () => WriteValues(map), () => WriteRaw(raw));
    }

    private static void Measure(RatioReport report, string name, double? limit, Action ours, Action raw)
    {
        SideBySide result = SideBySide.Measure(Rounds, ours, raw);
        report.Add(name, result.Ratio, limit, result.Detail((long)Repeats * Bytes / 8));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long ReadSpan(DurableMap map)
    {
        long sum = 0;
        for (int r = 0; r < Repeats; r++)
        {
            foreach (long value in map.View<long>(0, Bytes / 8))
                sum += value;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long ReadRaw(byte* raw)
    {
        long sum = 0;
        for (int r = 0; r < Repeats; r++)
        {
            for (long* p = (long*)raw, end = (long*)(raw + Bytes); p < end; p++)
                sum += *p;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long ReadValues(DurableMap map)
    {
        long sum = 0;
        for (int r = 0; r < Repeats; r++)
        {
            for (long offset = 0; offset < Bytes; offset += 8)
                sum += map.Read<long>(offset);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void WriteSpan(DurableMap map)
    {
        for (int r = 0; r < Repeats; r++)
        {
            using MapWrite<long> write = map.BeginWrite<long>(0, Bytes / 8);
            Span<long> span = write.Span;
            for (int i = 0; i < span.Length; i++)
                span[i] = i;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void WriteRaw(byte* raw)
    {
        for (int r = 0; r < Repeats; r++)
        {
            long i = 0;
            for (long* p = (long*)raw, end = (long*)(raw + Bytes); p < end; p++)
                *p = i++;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void WriteValues(DurableMap map)
    {
        for (int r = 0; r < Repeats; r++)
        {
            for (long offset = 0; offset < Bytes; offset += 8)
                map.Write(offset, offset);
        }
    }
}
