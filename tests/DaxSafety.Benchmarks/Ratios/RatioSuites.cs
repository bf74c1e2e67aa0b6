using DaxSafety.Benchmarks.CacheLines;
using DaxSafety.Benchmarks.Mapping;
using DaxSafety.Benchmarks.Tracking;

namespace DaxSafety.Benchmarks.Ratios;

/// <summary>Every suite of the <c>ratios</c> command, in the order they run.</summary>
internal static class RatioSuites
{
    public static IReadOnlyList<IRatioSuite> All { get; } =
    [
        new PersistLinesSuite(),
        new CopySuite(),
        new ViewPersistSuite(),
        new TypedAccessSuite(),
        new MarkSuite(),
        new DrainSuite(),
        new PersistDirtySuite(),
    ];
}
