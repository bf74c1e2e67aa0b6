using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using DaxSafety.Tour;
using Xunit;

namespace DaxSafety.Package.Tests;

/// <summary>What is in the packages, read from the files that a user downloads.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed partial class PackageContentsTests(PackedFeed feed)
{
    [Fact]
    public void AnalyzerPackage_HoldsTheAssembliesAndWhatGoesWithThem()
    {
        string[] expected =
        [
            "DaxSafety.Analyzers.nuspec",
            "README.md",
            "analyzers/dotnet/cs/DaxSafety.Analyzers.dll",
            "analyzers/dotnet/cs/DaxSafety.CodeFixes.dll",
            "build/DaxSafety.Analyzers.props",
            "build/DaxSafety.Analyzers.targets",
            "buildTransitive/DaxSafety.Analyzers.props",
            "buildTransitive/DaxSafety.Analyzers.targets",
            "presets/DaxSafety.Enforce.globalconfig",
            "presets/DaxSafety.Suggest.globalconfig",
        ];

        Assert.Equal(expected, Contents("DaxSafety.Analyzers"));
    }

    [Fact]
    public void RuntimePackage_HoldsTheLibraryForBothFrameworksAndNothingNative()
    {
        string[] expected =
        [
            "DaxSafety.Runtime.nuspec",
            "README.md",
            "lib/net10.0/DaxSafety.Runtime.dll",
            "lib/net10.0/DaxSafety.Runtime.xml",
            "lib/net8.0/DaxSafety.Runtime.dll",
            "lib/net8.0/DaxSafety.Runtime.xml",
        ];

        Assert.Equal(expected, Contents("DaxSafety.Runtime"));
    }

    [Fact]
    public void AnalyzerPackage_IsADevelopmentDependencyThatDependsOnNothing()
    {
        XElement metadata = Nuspec("DaxSafety.Analyzers");

        Assert.Equal("true", ValueOf(metadata, "developmentDependency"));
        Assert.DoesNotContain(metadata.Descendants(), element => element.Name.LocalName == "dependency");
    }

    [Fact]
    public void RuntimePackage_DependsOnTheAnalyzersOfItsVersionWithAllTheirAssets()
    {
        string[] dependencies = Nuspec("DaxSafety.Runtime").Descendants().Where(element => element.Name.LocalName == "group")
            .Select(group => $"{group.Attribute("targetFramework")!.Value}: {string.Join("; ", group.Elements().Select(Describe))}").ToArray();

        Assert.Equal(["net10.0: DaxSafety.Analyzers 0.1.0 All", "net8.0: DaxSafety.Analyzers 0.1.0 All"], dependencies);
    }

    [Theory]
    [InlineData("DaxSafety.Analyzers")]
    [InlineData("DaxSafety.Runtime")]
    public void Package_SaysWhatItIsAndUnderWhichLicense(string package)
    {
        XElement metadata = Nuspec(package);

        Assert.Equal("MIT", ValueOf(metadata, "license"));
        Assert.Equal("README.md", ValueOf(metadata, "readme"));
        Assert.StartsWith($"# {package}", Text(package, "README.md"));
        Assert.False(string.IsNullOrWhiteSpace(ValueOf(metadata, "description")));
    }

    [Theory]
    [InlineData("DaxSafety.Analyzers")]
    [InlineData("DaxSafety.Runtime")]
    public void Assemblies_NameNoFolderOfTheMachineThatBuiltThem(string package)
    {
        foreach (string assembly in Contents(package).Where(name => name.EndsWith(".dll", StringComparison.Ordinal)))
        {
            string image = Encoding.Latin1.GetString(Bytes(package, assembly));

            Assert.DoesNotContain(Workshop.Repository, image);
            Assert.DoesNotContain(feed.Root, image);
        }
    }

    [Theory]
    [InlineData("DaxSafety.Analyzers", "4.8.0.0")]
    public void AnalyzerAssemblies_NeedNoCompilerNewerThanTheFloor(string assembly, string floor)
    {
        Version[] roslyn = References("DaxSafety.Analyzers", $"analyzers/dotnet/cs/{assembly}.dll")
            .Where(reference => reference.Name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)).Select(reference => reference.Version).ToArray();

        Assert.NotEmpty(roslyn);
        Assert.All(roslyn, version => Assert.True(version <= Version.Parse(floor), $"{assembly} needs Roslyn {version}; hosts start at {floor}."));
    }

    [Fact]
    public void AnalyzerAssembly_NeedsNothingThatTheCommandLineCompilerLacks()
    {
        string[] references = References("DaxSafety.Analyzers", "analyzers/dotnet/cs/DaxSafety.Analyzers.dll").Select(reference => reference.Name).ToArray();

        Assert.DoesNotContain("Microsoft.CodeAnalysis.Workspaces", references);
        Assert.All(references, name => Assert.True(
            name is "netstandard" or "System.Collections.Immutable" or "System.Reflection.Metadata" or "System.Memory" || name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal),
            $"{name} is not part of every host."));
    }

    [Theory]
    [InlineData("Enforce", "error")]
    [InlineData("Suggest", "suggestion")]
    public void Preset_CoversEveryDurabilityOrderingAndUsageRule(string mode, string severity)
    {
        string preset = Text("DaxSafety.Analyzers", $"presets/DaxSafety.{mode}.globalconfig");
        string[] missing = RulesIn("Durability", "Ordering", "Usage")
            .Where(id => !preset.Contains($"dotnet_diagnostic.{id}.severity = {severity}\n", StringComparison.Ordinal)).ToArray();

        Assert.True(missing.Length == 0, $"DaxSafety.{mode}.globalconfig lacks {string.Join(", ", missing)} as {severity}.");
    }

    [Fact]
    public void Repository_PacksTheTwoPackagesAndNoOther()
    {
        string[] packable = Directory.EnumerateFiles(Workshop.Repository, "*.csproj", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("<IsPackable>true</IsPackable>", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(["DaxSafety.Analyzers.Package", "DaxSafety.Runtime"], packable);
    }

    /// <summary>Rule IDs from the release files, which the build holds to what the analyzers really declare (RS2000 to RS2008).</summary>
    private static string[] RulesIn(params string[] categories)
    {
        string folder = Path.Combine(Workshop.Repository, "analyzers", "DaxSafety.Analyzers");
        string[] rules = Directory.GetFiles(folder, "AnalyzerReleases.*.md").SelectMany(File.ReadAllLines)
            .Select(line => ReleasedRule().Match(line)).Where(row => row.Success && categories.Contains(row.Groups["category"].Value))
            .Select(row => row.Groups["id"].Value).Distinct().ToArray();
        Assert.Contains("DAX1001", rules);
        return rules;
    }

    private static string Describe(XElement dependency) =>
        $"{dependency.Attribute("id")!.Value} {dependency.Attribute("version")!.Value} {dependency.Attribute("include")?.Value}";

    private static string? ValueOf(XElement metadata, string name) =>
        metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;

    private IEnumerable<string> Contents(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(feed.PathOf(package));
        return archive.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
            .Order(StringComparer.Ordinal).ToArray();
    }

    private byte[] Bytes(string package, string name)
    {
        using ZipArchive archive = ZipFile.OpenRead(feed.PathOf(package));
        using Stream content = archive.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    private string Text(string package, string name) => Encoding.UTF8.GetString(Bytes(package, name));

    private XElement Nuspec(string package)
    {
        using var content = new MemoryStream(Bytes(package, package + ".nuspec"));
        return XDocument.Load(content).Root!.Elements().Single();
    }

    private List<(string Name, Version Version)> References(string package, string assembly)
    {
        using var image = new PEReader(new MemoryStream(Bytes(package, assembly)));
        MetadataReader metadata = image.GetMetadataReader();
        return metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
            .Select(reference => (metadata.GetString(reference.Name), reference.Version)).ToList();
    }

    [GeneratedRegex(@"^(?<id>DAX\d{4})\s*\|\s*(?<category>\w+)\s*\|")]
    private static partial Regex ReleasedRule();
}
