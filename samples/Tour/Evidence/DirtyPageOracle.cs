namespace DaxSafety.Tour.Evidence;

/// <summary>
/// Says how many pages of a file were changed in memory and have not reached the medium. There are several ways to ask the
/// kernel, and none works everywhere, so each is tried on a known page before it is believed.
/// </summary>
internal abstract class DirtyPageOracle
{
    /// <summary>How it asks, in words for the screen.</summary>
    public abstract string Name { get; }

    /// <summary>The file's dirty pages, as far as <paramref name="processId"/>, which has it mapped, or anyone made them so.</summary>
    /// <exception cref="IOException">The kernel does not answer, and why.</exception>
    public abstract long DirtyPages(string path, int processId);
}
