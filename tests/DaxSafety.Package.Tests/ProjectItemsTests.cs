using DaxSafety.Tour.Toolchain;
using Xunit;

namespace DaxSafety.Package.Tests;

/// <summary>What the package's MSBuild files hand to the compiler: the project's effect tables and its properties.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class ProjectItemsTests(PackedFeed feed)
{
    [Fact]
    public void EffectTables_AnywhereInTheProject_AreAdditionalFilesOnce()
    {
        Consumer consumer = feed.Safe;
        using IDisposable top = consumer.With("Storage.effects.txt", "");
        using IDisposable nested = consumer.With("Knowledge/Pages.effects.txt", "");
        using IDisposable output = consumer.With("bin/Copied.effects.txt", "");
        using IDisposable other = consumer.With("effects.txt", "");

        Assert.Equal(["Knowledge/Pages.effects.txt", "Storage.effects.txt"], Items(consumer, "AdditionalFiles"));
        Assert.Equal(["effects.txt"], Items(consumer, "None"));
    }

    [Theory]
    [InlineData("EnableDefaultDaxSafetyItems")]
    [InlineData("EnableDefaultItems")]
    public void EffectTables_DefaultItemsSwitchedOff_AreLeftToTheProject(string property)
    {
        Consumer consumer = feed.Safe;
        using IDisposable table = consumer.With("Storage.effects.txt", "");

        Assert.Empty(Items(consumer, "AdditionalFiles", $"-p:{property}=false"));
    }

    [Fact]
    public void EffectTable_ThatTheProjectNamesItself_IsNotDoubled()
    {
        Consumer consumer = feed.Get("Naming", Consumer.Reference("DaxSafety.Analyzers") + "<ItemGroup><AdditionalFiles Include=\"Storage.effects.txt\" /></ItemGroup>", Consumer.FlushedWrite);
        using IDisposable table = consumer.With("Storage.effects.txt", "");

        Assert.Equal(["Storage.effects.txt"], Items(consumer, "AdditionalFiles"));
    }

    [Theory]
    [InlineData("-p:RuntimeIdentifier=win-x64", "build_property.RuntimeIdentifier = win-x64")]
    [InlineData("-p:RuntimeIdentifiers=linux-x64%3Bwin-x64", "build_property.DaxSafetyRuntimeIdentifiers = linux-x64,win-x64")]
    [InlineData("-p:TargetPlatformIdentifier=windows", "build_property.TargetPlatformIdentifier = windows")]
    [InlineData("-p:DaxSafetyMode=Enforce", "build_property.DaxSafetyMode = Enforce")]
    public void Property_ThatARuleReads_ReachesTheCompiler(string argument, string line)
    {
        Consumer consumer = feed.Safe;
        string folder = Path.Combine(consumer.Folder, "obj", "properties/");

        CommandResult result = consumer.Dotnet("msbuild", "-nologo", "-t:GenerateMSBuildEditorConfigFile", argument, $"-p:IntermediateOutputPath={folder}");

        Assert.True(result.ExitCode == 0, result.Text);
        Assert.Contains(line, File.ReadAllLines(Assert.Single(Directory.GetFiles(folder, "*.editorconfig", SearchOption.AllDirectories))));
        Directory.Delete(folder, recursive: true);
    }

    private static string[] Items(Consumer consumer, string type, params ReadOnlySpan<string> arguments)
    {
        CommandResult result = consumer.Dotnet(["msbuild", $"-getItem:{type}", .. arguments]);
        Assert.True(result.ExitCode == 0, result.Text);
        using var items = System.Text.Json.JsonDocument.Parse(result.Text);
        return items.RootElement.GetProperty("Items").GetProperty(type).EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!.Replace('\\', '/')).Order(StringComparer.Ordinal).ToArray();
    }
}
