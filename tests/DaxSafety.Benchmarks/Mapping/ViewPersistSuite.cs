using System.IO.MemoryMappedFiles;
using DaxSafety.Benchmarks.Ratios;

namespace DaxSafety.Benchmarks.Mapping;

/// <summary>
/// <c>view.persist.*</c>: our map's Persist against the framework's Flush of an ordinary view, each on a 1 GiB file of its own on
/// the file system of the working directory. Both files are on the disk in full and cold when they are mapped; both are then read
/// once from end to end, as an engine does that starts up, and from there on written at random.
/// </summary>
internal sealed unsafe class ViewPersistSuite : IRatioSuite
{
    private const long Length = 1L << 30;
    private const int Page = 4096, Rounds = 15, CleanRounds = 41, CleanOperations = 200;

    public IReadOnlyList<string> Prefixes => ["view.persist"];

    public void Run(RatioReport report)
    {
        using ColdFile ourFile = new(Length), theirFile = new(Length);
        using DurableMap map = DurableMap.Open(ourFile.Path);
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(theirFile.Path, FileMode.Open);
        using MemoryMappedViewAccessor view = mapped.CreateViewAccessor();
        long sum = 0;
        for (long offset = 0; offset < Length; offset += Page)
            sum += map.Read<byte>(offset) + view.ReadByte(offset);
        GC.KeepAlive(sum);
        foreach (int pages in new[] { 1, 16, 256 })
            Scattered(report, map, view, pages);
        Clean(report, map, view);
    }

    private static void Scattered(RatioReport report, DurableMap map, MemoryMappedViewAccessor view, int pages)
    {
        Random ourRandom = new(7), theirRandom = new(7);
        SideBySide result = SideBySide.Measure(
            Rounds,
            map.Persist,
            view.Flush,
            () =>
            {
                for (int i = 0; i < pages; i++)
                    map.Write(Place(ourRandom), (long)i);
            },
            () =>
            {
                for (int i = 0; i < pages; i++)
                    view.Write(Place(theirRandom), (long)i);
            });
        report.Add($"view.persist.range.{pages}", result.Ratio, pages == 256 ? 0.25 : null, result.Detail(1, "us"));
    }

    private static void Clean(RatioReport report, DurableMap map, MemoryMappedViewAccessor view)
    {
        map.Persist();
        view.Flush();
        SideBySide result = SideBySide.Measure(
            CleanRounds,
            () =>
            {
                for (int i = 0; i < CleanOperations; i++)
                    map.Persist();
            },
            () =>
            {
                for (int i = 0; i < CleanOperations; i++)
                    view.Flush();
            });
        report.Add("view.persist.clean", result.Ratio, 0.01, result.Detail(CleanOperations));
    }

    private static long Place(Random random) => random.NextInt64(Length / Page) * Page + 64;
}
