using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using DaxSafety.Benchmarks.Ratios;
using DaxSafety.Tracking;

namespace DaxSafety.Benchmarks.Tracking;

/// <summary>
/// <c>persist.16-lines.growth</c>: what a persist of 16 dirty lines costs must not grow with the mapping. <c>hammer.1GiB</c>: how
/// much the exact lines save against writing back the whole range. On a mapping that lives in memory: the work of the
/// processor is that of direct access.
/// </summary>
internal sealed unsafe class PersistDirtySuite : IRatioSuite
{
    private const int DirtyLines = 16, Persists = 200;
    private const long GiB = 1L << 30;

    public IReadOnlyList<string> Prefixes => ["persist.16-lines", "hammer"];

    public void Run(RatioReport report)
    {
        if (!CacheLineFlush.IsAvailable)
        {
            report.Cannot("persist.16-lines.growth", "no instruction to write a cache line back");
            report.Cannot("hammer.1GiB", "no instruction to write a cache line back");
            return;
        }

        if (report.Wants("persist.16-lines.growth"))
        {
            using InMemory large = new(8 * GiB), small = new(GiB);
            SideBySide growth = SideBySide.Measure(301, () => WriteAndPersist(large), () => WriteAndPersist(small));
            report.Add("persist.16-lines.growth", growth.Ratio, 1.2, growth.Detail(Persists));
        }

        if (report.Wants("hammer.1GiB"))
        {
            using InMemory map = new(GiB);
            new Span<byte>(map.Address, 1 << 30).Fill(1);
            SideBySide hammer = SideBySide.Measure(15, () => WriteBackAll(map), () => WriteAndPersist(map));
            report.AddAtLeast("hammer.1GiB", hammer.Ratio * Persists, 1000, hammer.Detail(1, "us") + $", the second for {Persists}");
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteBackAll(InMemory map)
    {
        CacheLineFlush.WriteBack(map.Address, (nuint)map.Length);
        CacheLineFlush.Fence();
    }

    /// <summary>
    /// Stores to 16 lines far apart, marks them, persists; another 16 neighbours in each round of 64. Their places are random: at
    /// equal distances they would all fall into one set of the processor's cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WriteAndPersist(InMemory map)
    {
        for (int i = 0; i < Persists; i++)
        {
            foreach (long page in map.Pages)
            {
                long offset = page + (i & 63) * 64;
                *(long*)(map.Address + offset) = i;
                map.Tree.Mark(LineIndex.Of(offset));
            }

            map.Tree.Persist(map.Sink);
        }
    }

    /// <summary>A sparse file in memory where the system has such a folder, mapped, with its tree.</summary>
    private sealed class InMemory : IDisposable
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;

        public InMemory(long length)
        {
            string folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
            string path = Path.Combine(folder, $"daxsafety-{Guid.NewGuid():n}");
            FileStream stream = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.DeleteOnClose);
            _file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, length);
            byte* address = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
            Address = address;
            Length = length;
            var random = new Random(1);
            Pages = [.. Enumerable.Range(0, DirtyLines).Select(i => (i * (length / DirtyLines) + random.NextInt64(length / DirtyLines)) & -4096L)];
            Tree = new DirtyTree(length);
            Sink = new MappingSink(new AddressRange(address, (nuint)length), 0, PersistGranularity.CacheLine, null);
        }

        public byte* Address { get; }

        /// <summary>The pages in which the dirty lines are, in bytes from the start: one in each sixteenth.</summary>
        public long[] Pages { get; }

        public long Length { get; }

        public DirtyTree Tree { get; }

        public MappingSink Sink { get; }

        public void Dispose()
        {
            Tree.Dispose();
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
