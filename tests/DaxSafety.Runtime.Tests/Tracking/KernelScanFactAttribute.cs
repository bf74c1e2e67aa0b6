using DaxSafety.Tracking;

namespace DaxSafety.Tests.Tracking;

/// <summary>A test that needs the kernel's report of written pages, and says why when there is none.</summary>
internal sealed class KernelScanFactAttribute : FactAttribute
{
    public KernelScanFactAttribute() => Skip = WhyNot;

    public static string? WhyNot => WrittenPageScan.KernelFault is { Length: > 0 } why ? why : PageCache.WhyNot;
}
