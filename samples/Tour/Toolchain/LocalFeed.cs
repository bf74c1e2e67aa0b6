namespace DaxSafety.Tour.Toolchain;

/// <summary>
/// A folder of our packages, and a nuget.config that knows nothing else: what is restored from it comes from this commit, and
/// without a network.
/// </summary>
internal static class LocalFeed
{
    private static readonly string[] Packed = ["analyzers/DaxSafety.Analyzers.Package", "runtime/DaxSafety.Runtime"];

    /// <summary>Packs both packages into <paramref name="feed"/>; the build's own files go to <paramref name="scratch"/>, beside nobody's.</summary>
    public static CommandResult Pack(string repository, string scratch, string feed)
    {
        CommandResult result = new(0, []);
        foreach (string project in Packed)
        {
            result = new DotnetCommand(repository).Run(
                "pack", Path.Combine(repository, project), "-c", "Release", "-nologo", "-v:minimal", $"-p:ArtifactsPath={scratch}", $"-p:PackageOutputPath={feed}");
            if (result.ExitCode != 0)
                break;
        }

        return result;
    }

    public static void WriteConfiguration(string folder, string feed) =>
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <?xml version="1.0" encoding="utf-8"?>
            <configuration>
              <packageSources>
                <clear />
                <add key="local" value="{feed}" />
              </packageSources>
            </configuration>
            """);
}
