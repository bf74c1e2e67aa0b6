namespace DaxSafety.Tests;

/// <summary>A test that asks <see cref="PageCache"/>, and says why when it cannot.</summary>
internal sealed class PageCacheFactAttribute : FactAttribute
{
    public PageCacheFactAttribute() => Skip = PageCache.WhyNot;
}
