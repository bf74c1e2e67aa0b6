using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>Our own tables, embedded as text: the same format that a user's table has, and its examples.</summary>
internal static class BuiltInTables
{
    private const string Suffix = ".effects.txt";

    /// <summary>What could be read. That all of it can is a test's business, not that of a user's build.</summary>
    public static IEnumerable<EffectRow> Rows => Read().SelectMany(table => table.Rows);

    public static ImmutableArray<EffectTable> Read()
    {
        var assembly = typeof(BuiltInTables).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(Suffix, System.StringComparison.Ordinal))
            .OrderBy(name => name, System.StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return EffectTableReader.Read(name, SourceText.From(reader.ReadToEnd()));
            })
            .ToImmutableArray();
    }
}
