namespace DaxSafety.Tests;

/// <summary>A folder of its own that goes away with all that is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dax-safety").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
