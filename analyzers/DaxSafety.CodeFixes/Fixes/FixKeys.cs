namespace DaxSafety.CodeFixes.Fixes;

/// <summary>
/// The equivalence keys of our actions: what a Fix All, <c>roslynator fix --diagnostic-fix-map</c> and a test ask for. Documented in
/// docs/fixes.md; never renamed.
/// </summary>
internal static class FixKeys
{
    /// <summary>Flush by the base class library.</summary>
    public const string Flush = "DaxSafety.Flush";

    /// <summary>Persist by DaxSafety.Runtime.</summary>
    public const string Persist = "DaxSafety.Persist";

    /// <summary>The same call, so that it reaches the medium: <c>MS_SYNC</c>, <c>Flush(true)</c>.</summary>
    public const string Strengthen = "DaxSafety.Strengthen";

    /// <summary>A fence after cache lines were written back.</summary>
    public const string Fence = "DaxSafety.Fence";

    /// <summary>An exception when a flush says that it failed.</summary>
    public const string ThrowOnFailure = "DaxSafety.ThrowOnFailure";
}
