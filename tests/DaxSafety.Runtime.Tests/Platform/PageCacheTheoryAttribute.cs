namespace DaxSafety.Tests;

/// <summary>A theory that asks <see cref="PageCache"/>, and says why when it cannot.</summary>
internal sealed class PageCacheTheoryAttribute : TheoryAttribute
{
    public PageCacheTheoryAttribute() => Skip = PageCache.WhyNot;
}
