using DaxSafety.Benchmarks.CacheLines;
using DaxSafety.Benchmarks.Mapping;

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
    ];
}
