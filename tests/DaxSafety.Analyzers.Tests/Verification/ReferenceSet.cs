using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>
/// The framework a test source is compiled against. Reading reference assemblies is most of what a test costs, so each
/// set is read once a process and shared by every test and thread.
/// </summary>
internal sealed class ReferenceSet
{
    public static readonly ReferenceSet Net10 = new("Net10");
    public static readonly ReferenceSet Net8 = new("Net8");
    public static readonly ReferenceSet NetStandard20 = new("NetStandard20");
    public static readonly ReferenceSet NetFramework472 = new("NetFramework472");

    /// <summary>The runtime library, as users reference it.</summary>
    public static readonly MetadataReference Runtime =
        MetadataReference.CreateFromFile(Path.Combine(AppContext.BaseDirectory, "DaxSafety.Runtime.dll"));

    private readonly string _name;
    private readonly Lazy<ImmutableArray<MetadataReference>> _references;

    private ReferenceSet(string name)
    {
        _name = name;
        _references = new(Load);
    }

    public ImmutableArray<MetadataReference> References => _references.Value;

    public override string ToString() => _name;

    private ImmutableArray<MetadataReference> Load()
    {
        var folder = typeof(ReferenceSet).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == $"ReferenceAssemblies.{_name}").Value!;
        return [.. Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal).Where(IsManaged).Select(Read)];

        static MetadataReference Read(string path) => MetadataReference.CreateFromFile(path);
    }

    /// <summary>The .NET Framework's folder also holds what only its own compiler reads.</summary>
    private static bool IsManaged(string path) => !Path.GetFileName(path).Contains(".Wrapper", StringComparison.Ordinal)
        && !Path.GetFileName(path).Contains(".Thunk", StringComparison.Ordinal);
}
