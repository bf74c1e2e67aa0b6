using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <summary>
/// The address ranges of this process that are known to be direct access: mapped so by this library, or adopted from foreign
/// code. What is not in here is treated as page granularity, which is right everywhere. It is consulted on every
/// persist of a plain address, so readers take no lock: the sorted
/// array is replaced, never changed.
/// </summary>
internal static unsafe class DirectAccessRegions
{
    private static readonly object s_gate = new();
    private static Region[] s_regions = [];

    /// <summary>The grain of a whole range; Page unless one known region holds all of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PersistGranularity GranularityOf(void* address, nuint length)
    {
        Region[] regions = s_regions;
        int low = 0, high = regions.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            ref readonly Region region = ref regions[middle];
            nuint offset = (nuint)address - region.Start;
            if (offset < region.Length)
                return length <= region.Length - offset ? region.Granularity : PersistGranularity.Page;
            if ((nuint)address < region.Start)
                high = middle;
            else
                low = middle + 1;
        }

        return PersistGranularity.Page;
    }

    public static void Add(AddressRange range, PersistGranularity granularity)
    {
        lock (s_gate)
            Volatile.Write(ref s_regions, [.. s_regions.Append(new Region((nuint)range.Start, range.Length, granularity)).OrderBy(r => r.Start)]);
    }

    /// <summary>To be called before the range is unmapped: its addresses may then mean something else at any time.</summary>
    public static void Remove(AddressRange range)
    {
        lock (s_gate)
            Volatile.Write(ref s_regions, [.. s_regions.Where(r => r.Start != (nuint)range.Start)]);
    }

    private readonly record struct Region(nuint Start, nuint Length, PersistGranularity Granularity);
}
