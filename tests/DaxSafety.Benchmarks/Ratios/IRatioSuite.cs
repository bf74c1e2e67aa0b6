namespace DaxSafety.Benchmarks.Ratios;

/// <summary>A group of side-by-side measurements that share their set-up.</summary>
internal interface IRatioSuite
{
    /// <summary>What every name it adds starts with, without the final dot.</summary>
    IReadOnlyList<string> Prefixes { get; }

    void Run(RatioReport report);
}
