using System.Runtime.CompilerServices;

namespace DaxSafety;

/// <summary>
/// The address ranges of this process that are known to be direct access: mapped so by this library, or adopted from foreign
/// code. What is not in here is treated as page granularity, which is right everywhere. It is consulted on every persist of a
/// plain address, so readers take no lock (a snapshot is replaced, never changed), and the newest region, most often the
/// only one, is tried before any search.
/// </summary>
internal static unsafe class DirectAccessRegions
{
    private static readonly object s_gate = new();
    private static readonly List<Region> s_all = [];
    private static Snapshot s_snapshot = new([]);

    /// <summary>The grain of a whole range; Page unless one known region holds all of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PersistGranularity GranularityOf(void* address, nuint length)
    {
        Snapshot known = s_snapshot;
        return known.NewestHolds((nuint)address, length) ? known.NewestGranularity : Search(known.Sorted, (nuint)address, length);
    }

    /// <summary>Whether all of a range lies in the newest region: all that a caller in a hurry asks; else it asks <see cref="GranularityOf"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool NewestHolds(void* address, nuint length) => s_snapshot.NewestHolds((nuint)address, length);

    /// <exception cref="ArgumentOutOfRangeException">Page: what is in here is persisted without asking the system.</exception>
    public static void Add(AddressRange range, PersistGranularity granularity)
    {
        if (granularity == PersistGranularity.Page)
            throw new ArgumentOutOfRangeException(nameof(granularity), granularity, $"{range} is no direct access; a range of page granularity is known by not being added.");
        lock (s_gate)
        {
            s_all.Add(new Region((nuint)range.Start, range.Length, granularity));
            Volatile.Write(ref s_snapshot, new Snapshot(s_all));
        }
    }

    /// <summary>To be called before the range is unmapped: its addresses may then mean something else at any time.</summary>
    public static void Remove(AddressRange range)
    {
        lock (s_gate)
        {
            // One only: a range may be known twice, and whoever else made it known still relies on it.
            int index = s_all.FindLastIndex(region => region.Start == (nuint)range.Start && region.Length == range.Length);
            if (index >= 0)
                s_all.RemoveAt(index);
            Volatile.Write(ref s_snapshot, new Snapshot(s_all));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static PersistGranularity Search(Region[] sorted, nuint address, nuint length)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            ref readonly Region region = ref sorted[middle];
            nuint offset = address - region.Start;
            if (offset < region.Length)
                return length <= region.Length - offset ? region.Granularity : PersistGranularity.Page;
            if (address < region.Start)
                high = middle;
            else
                low = middle + 1;
        }

        return PersistGranularity.Page;
    }

    private readonly record struct Region(nuint Start, nuint Length, PersistGranularity Granularity);

    private sealed class Snapshot
    {
        public readonly PersistGranularity NewestGranularity;
        public readonly Region[] Sorted;
        private readonly nuint _newestStart, _newestLength;

        public Snapshot(List<Region> regions)
        {
            Region newest = regions.LastOrDefault();
            (_newestStart, _newestLength, NewestGranularity) = (newest.Start, newest.Length, newest.Granularity);
            Sorted = [.. regions.OrderBy(region => region.Start)];
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool NewestHolds(nuint address, nuint length)
        {
            nuint offset = address - _newestStart;
            return offset < _newestLength && length <= _newestLength - offset;
        }
    }
}
