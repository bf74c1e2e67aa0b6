using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DaxSafety.Benchmarks.Analyzer.Corpus;

/// <summary>
/// What a compilation needs of one project: its files and the few settings that change what the sources mean. Read from the
/// text of the project file, without MSBuild, so that a corpus needs no restore and no project of it is ever built.
/// </summary>
internal sealed record SourceProject(string Name, string? ProjectFile, IReadOnlyList<string> Files)
{
    private static readonly Regex s_symbol = new(@"^\w+$", RegexOptions.CultureInvariant);

    public bool ImplicitUsings { get; init; }

    public bool Nullable { get; init; }

    public IReadOnlyList<string> Symbols { get; init; } = [];

    public IReadOnlyList<string> References { get; init; } = [];

    public static SourceProject Read(string root, string projectFile, IReadOnlyList<string> files)
    {
        string name = Path.GetRelativePath(root, projectFile);
        List<XDocument> sources = [.. SharedSettings(root, projectFile).Append(projectFile).Select(Parse).OfType<XDocument>()];
        bool Is(string property, string value) => sources.Any(
            source => Values(source, property).Any(text => text.Equals(value, StringComparison.OrdinalIgnoreCase)));
        return new SourceProject(name, projectFile, files)
        {
            ImplicitUsings = Is("ImplicitUsings", "enable") || Is("ImplicitUsings", "true"),
            Nullable = Is("Nullable", "enable"),
            Symbols = [.. sources.SelectMany(source => Values(source, "DefineConstants")).SelectMany(text => text.Split([';', ',', ' '])).Where(text => s_symbol.IsMatch(text)).Distinct()],
            References = [.. sources[^1..].SelectMany(source => ProjectReferences(source, Path.GetDirectoryName(projectFile)!))],
        };
    }

    /// <summary>The Directory.Build.props files above the project, outermost first.</summary>
    private static IEnumerable<string> SharedSettings(string root, string projectFile)
    {
        List<string> found = [];
        for (string? folder = Path.GetDirectoryName(projectFile); folder is not null && folder.StartsWith(root, StringComparison.Ordinal); folder = Path.GetDirectoryName(folder))
        {
            string candidate = Path.Combine(folder, "Directory.Build.props");
            if (File.Exists(candidate))
                found.Add(candidate);
        }

        found.Reverse();
        return found;
    }

    private static XDocument? Parse(string path)
    {
        try
        {
            return XDocument.Load(path);
        }
        catch (System.Xml.XmlException)
        {
            return new XDocument();
        }
    }

    /// <summary>A property's values whatever its conditions say: a corpus is read for what the code does in any of its targets.</summary>
    private static IEnumerable<string> Values(XDocument source, string property)
        => source.Descendants().Where(element => element.Name.LocalName == property).Select(element => element.Value.Trim());

    private static IEnumerable<string> ProjectReferences(XDocument source, string folder)
        => source.Descendants().Where(element => element.Name.LocalName == "ProjectReference")
            .Select(element => (string?)element.Attribute("Include")).OfType<string>()
            .Where(include => !include.Contains('$', StringComparison.Ordinal) && !include.Contains('*', StringComparison.Ordinal))
            .Select(include => Path.GetFullPath(Path.Combine(folder, include.Replace('\\', '/'))));
}
