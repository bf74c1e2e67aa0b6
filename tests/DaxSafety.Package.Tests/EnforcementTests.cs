using Xunit;

namespace DaxSafety.Package.Tests;

/// <summary>What Enforce refuses whether or not the code is right: builds in which a green result would say nothing.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class EnforcementTests(PackedFeed feed)
{
    private const string Enforce = "-p:DaxSafetyMode=Enforce";

    [Fact]
    public void Enforce_SafeProgram_Builds()
    {
        Build build = feed.Safe.Rebuild(Enforce);

        Assert.Equal(0, build.ExitCode);
        Assert.Empty(build.Diagnostics);
    }

    [Theory]
    [InlineData("Enforce")]
    [InlineData("enforce")]
    [InlineData("SUGGEST")]
    public void Mode_InAnyCase_PicksItsPreset(string mode) =>
        Assert.Contains(
            $"DaxSafety.{mode}.globalconfig",
            feed.Safe.Dotnet("msbuild", $"-p:DaxSafetyMode={mode}", "-getItem:EditorConfigFiles").Text,
            StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("RunAnalyzers")]
    [InlineData("RunAnalyzersDuringBuild")]
    public void Enforce_AnalyzersSwitchedOff_FailsNamingTheSwitch(string property)
    {
        Build build = feed.Safe.Check(Enforce, $"-p:{property}=false");

        Assert.Equal(1, build.ExitCode);
        Assert.Equal(["DAXB002"], build.Of("error"));
        Assert.Contains($"{property} is false", build.Diagnostics[0].Message);
    }

    [Fact]
    public void Enforce_AnalyzersSwitchedOffAfterAnUpToDateBuild_StillFails()
    {
        Assert.Equal(0, feed.Safe.Build(Enforce).ExitCode);

        Build build = feed.Safe.Build(Enforce, "-p:RunAnalyzers=false");

        Assert.Equal((1, "DAXB002"), (build.ExitCode, Assert.Single(build.Of("error"))));
    }

    [Fact]
    public void Enforce_SwitchThatTheCompilerIgnores_IsIgnored() =>
        Assert.Equal(0, feed.Safe.Check(Enforce, "-p:RunAnalyzers=true", "-p:RunAnalyzersDuringBuild=false").ExitCode);

    [Theory]
    [InlineData("NoWarn", "DAX1001")]
    [InlineData("NoWarn", "CS1591%3Bdax1007")]
    [InlineData("NoWarn", "AD0001")]
    [InlineData("NoWarn", "9057")]
    [InlineData("WarningsNotAsErrors", "DAX1002")]
    public void Enforce_RuleSilencedByAProperty_FailsNamingBoth(string property, string value)
    {
        Build build = feed.Safe.Check(Enforce, $"-p:{property}={value}");

        Assert.Equal(1, build.ExitCode);
        Assert.Equal(["DAXB003"], build.Of("error"));
        Assert.Contains($"{property} contains '{value.Split("%3B").Last()}'", build.Diagnostics[0].Message);
    }

    [Theory]
    [InlineData("CS1591%3B1701%3BCA2000")]
    [InlineData("NU9057%3BXDAX1001")]
    public void Enforce_OthersSilenced_IsNoneOfItsBusiness(string noWarn) =>
        Assert.Equal(0, feed.Safe.Check(Enforce, $"-p:NoWarn={noWarn}").ExitCode);

    [Theory]
    [InlineData("Strict")]
    [InlineData("Enforced")]
    public void UnknownMode_FailsNamingItAndTheModes(string mode)
    {
        Build build = feed.Safe.Check($"-p:DaxSafetyMode={mode}");

        Assert.Equal(["DAXB001"], build.Of("error"));
        Assert.Contains($"'{mode}'", build.Diagnostics[0].Message);
        Assert.Contains("Suggest, Default or Enforce", build.Diagnostics[0].Message);
    }

    [Fact]
    public void Enforce_AnalyzersRemovedToBuildFaster_Fails()
    {
        const string Removal = """<Target Name="Faster" BeforeTargets="CoreCompile"><ItemGroup><Analyzer Remove="@(Analyzer)" /></ItemGroup></Target>""";
        Consumer faster = feed.Get("Faster", Consumer.Reference("DaxSafety.Analyzers") + Removal, Consumer.FlushedWrite);

        Assert.Equal(["DAXB004"], faster.Rebuild(Enforce).Of("error"));
        Assert.Equal(0, faster.Rebuild().ExitCode);
    }

    [Fact]
    public void AnalyzerThatCannotBeLoaded_IsAWarningByDefaultAndAnErrorUnderEnforce()
    {
        Consumer broken = feed.Get("Broken", Consumer.Reference("DaxSafety.Analyzers") + "<ItemGroup><Analyzer Include=\"Broken.dll\" /></ItemGroup>", Consumer.FlushedWrite);
        using IDisposable file = broken.With("Broken.dll", "not an assembly");

        Build byDefault = broken.Rebuild();
        Build enforced = broken.Rebuild(Enforce);

        Assert.Equal((0, "CS8034"), (byDefault.ExitCode, Assert.Single(byDefault.Of("warning"))));
        Assert.Equal((1, "CS8034"), (enforced.ExitCode, Assert.Single(enforced.Of("error"))));
    }

    [Fact]
    public void Enforce_EveryWayAnAnalyzerCanNotRun_IsAnError()
    {
        string errors = feed.Safe.Dotnet("msbuild", Enforce, "-getProperty:WarningsAsErrors").Text;

        Assert.All(["CS9057", "CS8032", "CS8033", "CS8034", "AD0001"], id => Assert.Contains(id, errors));
    }

    [Fact]
    public void RuntimePackage_BringsTheAnalyzersAndTheirModes()
    {
        Consumer consumer = feed.Get("ByRuntime", Consumer.Reference("DaxSafety.Runtime"), Consumer.FlushedWrite);

        Assert.Equal(0, consumer.Rebuild(Enforce).ExitCode);
        Assert.Equal(["DAXB002"], consumer.Rebuild(Enforce, "-p:RunAnalyzers=false").Of("error"));
    }
}
