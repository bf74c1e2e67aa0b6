using System.Text.Json;
using Xunit;

namespace DaxSafety.Package.Tests;

/// <summary>How a finding shows in a user's build: its severity, the exit code, and what silences or sharpens it.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class FindingsTests(PackedFeed feed)
{
    private const string Enforce = "-p:DaxSafetyMode=Enforce";

    [Fact]
    public void Default_UnflushedWrite_WarnsAndBuilds_AndEnforceFailsEvenThen()
    {
        Build byDefault = feed.Unsafe.Rebuild();
        Build enforced = feed.Unsafe.Build(Enforce);
        Build enforcedAgain = feed.Unsafe.Build(Enforce);

        Assert.Equal((0, "DAX1001"), (byDefault.ExitCode, Assert.Single(byDefault.Of("warning"))));
        Assert.Equal(("Source0.cs", 9), (Path.GetFileName(byDefault.Diagnostics[0].File), byDefault.Diagnostics[0].Line));
        Assert.Equal((1, "DAX1001"), (enforced.ExitCode, Assert.Single(enforced.Of("error"))));
        Assert.Equal((1, "DAX1001"), (enforcedAgain.ExitCode, Assert.Single(enforcedAgain.Of("error"))));
    }

    [Fact]
    public void Default_FlushedWrite_IsSilent() => Assert.Empty(feed.Safe.Rebuild().Diagnostics);

    [Theory]
    [InlineData("-warnaserror")]
    [InlineData("-warnaserror:DAX1001")]
    [InlineData("-p:TreatWarningsAsErrors=true")]
    public void UnflushedWrite_WithWarningsAsErrors_FailsTheBuild(string argument)
    {
        Build build = feed.Unsafe.Rebuild(argument);

        Assert.Equal((1, "DAX1001"), (build.ExitCode, Assert.Single(build.Of("error"))));
    }

    [Theory]
    [InlineData("-p:DaxSafetyMode=Suggest")]
    [InlineData("-p:NoWarn=DAX1001")]
    public void UnflushedWrite_MadeASuggestionOrSilenced_IsNotPrinted(string argument)
    {
        Build build = feed.Unsafe.Rebuild(argument);

        Assert.Equal(0, build.ExitCode);
        Assert.Empty(build.Diagnostics);
    }

    [Theory]
    [InlineData("dotnet_diagnostic.DAX1001.severity = error", "", 1)]
    [InlineData("dotnet_analyzer_diagnostic.category-Durability.severity = error", "", 1)]
    [InlineData("dotnet_diagnostic.DAX1001.severity = suggestion", "", 0)]
    [InlineData("dotnet_diagnostic.DAX1001.severity = none", Enforce, 0)]
    public void EditorConfig_SetsTheSeverityWhateverTheMode(string setting, string mode, int exitCode)
    {
        using IDisposable config = feed.Unsafe.With(".editorconfig", $"root = true\n[*.cs]\n{setting}\n");

        Build build = feed.Unsafe.Rebuild(mode.Length == 0 ? [] : [mode]);

        Assert.Equal(exitCode, build.ExitCode);
        Assert.Equal(exitCode == 0 ? [] : ["DAX1001"], build.Of("error"));
        Assert.Empty(build.Of("warning"));
    }

    [Fact]
    public void RuntimePackage_BringsTheFindings()
    {
        Consumer consumer = feed.Get("UnsafeByRuntime", Consumer.Reference("DaxSafety.Runtime"), Consumer.UnflushedWrite);

        Assert.Equal(["DAX1001"], consumer.Rebuild().Of("warning"));
    }

    [Fact]
    public void Sarif_OfASuppressedFinding_KeepsItWithItsReason()
    {
        string suppressed = Consumer.UnflushedWrite.Replace(
            "    internal static void Save",
            """    [System.Diagnostics.CodeAnalysis.SuppressMessage("Durability", "DAX1001", Justification = "scratch file")]""" + "\n    internal static void Save");
        Consumer consumer = feed.Get("Suppressed", Consumer.Reference("DaxSafety.Analyzers"), suppressed);

        Build build = consumer.Rebuild(Enforce, "-p:ErrorLog=findings.sarif%2Cversion=2.1");

        Assert.Equal(0, build.ExitCode);
        using JsonDocument sarif = JsonDocument.Parse(File.ReadAllText(Path.Combine(consumer.Folder, "findings.sarif")));
        JsonElement result = Assert.Single(sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray());
        Assert.Equal("DAX1001", result.GetProperty("ruleId").GetString());
        JsonElement suppression = Assert.Single(result.GetProperty("suppressions").EnumerateArray());
        Assert.Equal("inSource", suppression.GetProperty("kind").GetString());
        Assert.Equal("scratch file", suppression.GetProperty("justification").GetString());
    }
}
