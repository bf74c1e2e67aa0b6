using DaxSafety.Tour.Terminal;
using DaxSafety.Tour.Toolchain;

namespace DaxSafety.Tour.Steps;

/// <summary>Packs both packages into a folder that serves as the user's only package source.</summary>
internal sealed class PackStep : Step
{
    public override string Title => "Pack the packages into a local feed";

    public override bool OthersNeedIt => true;

    public override Outcome Show(Screen screen, Workshop workshop)
    {
        CommandResult result = screen.During("dotnet pack -c Release", () => LocalFeed.Pack(Workshop.Repository, workshop.Scratch, workshop.Feed));
        if (result.ExitCode != 0)
        {
            CommandOutput.Show(screen, result);
            return Outcome.Of(false, $"dotnet pack ended with exit code {result.ExitCode}");
        }

        string[] packages = Directory.GetFiles(workshop.Feed, "*.nupkg");
        foreach (string package in packages.Order(StringComparer.Ordinal))
            screen.Line("   ", Path.GetFileName(package));
        return Outcome.Of(packages.Length == 2, $"{packages.Length} packages");
    }
}
