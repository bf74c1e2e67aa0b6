using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Options;

/// <summary>Reads <see cref="AnalysisOptions"/> for a file: its .editorconfig first, then what the project targets. Thread safe.</summary>
internal sealed class OptionsReader
{
    private readonly AnalyzerConfigOptionsProvider _provider;
    private readonly ConcurrentDictionary<SyntaxTree, AnalysisOptions> _known = new();

    public OptionsReader(AnalyzerConfigOptionsProvider provider) => _provider = provider;

    public AnalysisOptions For(SyntaxTree tree) => _known.GetOrAdd(tree, Read);

    private AnalysisOptions Read(SyntaxTree tree)
    {
        var options = _provider.GetOptions(tree);
        var exceptional = options.TryGetValue("dax_safety.exceptional_paths", out var text) && bool.TryParse(text, out var value) && value;
        var os = options.TryGetValue("dax_safety.target_os", out var named) ? Parse(named) : null;
        return new AnalysisOptions(os ?? OfProject() ?? TargetOs.Linux, exceptional);
    }

    private static TargetOs? Parse(string name) => name.Trim().ToLowerInvariant() switch
    {
        "linux" => TargetOs.Linux,
        "windows" => TargetOs.Windows,
        "macos" or "osx" => TargetOs.MacOs,
        "any" => TargetOs.Any,
        _ => null,
    };

    /// <summary>From the project's runtime identifiers or target platform; several systems mean any.</summary>
    private TargetOs? OfProject()
    {
        var global = _provider.GlobalOptions;
        var systems = new HashSet<TargetOs>();
        foreach (var property in new[] { "RuntimeIdentifier", "DaxSafetyRuntimeIdentifiers", "TargetPlatformIdentifier" })
        {
            if (!global.TryGetValue($"build_property.{property}", out var names))
                continue;
            foreach (var name in names.Split(',', ';'))
                if (OfIdentifier(name.Trim().ToLowerInvariant()) is { } system)
                    systems.Add(system);
        }
        return systems.Count switch
        {
            0 => null,
            1 => systems.First(),
            _ => TargetOs.Any,
        };
    }

    private static TargetOs? OfIdentifier(string identifier) => identifier switch
    {
        _ when identifier.StartsWith("win", StringComparison.Ordinal) => TargetOs.Windows,
        _ when identifier.StartsWith("osx", StringComparison.Ordinal) || identifier.StartsWith("mac", StringComparison.Ordinal) => TargetOs.MacOs,
        _ when identifier.StartsWith("linux", StringComparison.Ordinal) || identifier.StartsWith("unix", StringComparison.Ordinal) => TargetOs.Linux,
        _ => null,
    };
}
