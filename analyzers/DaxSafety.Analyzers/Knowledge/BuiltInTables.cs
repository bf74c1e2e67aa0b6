using System;
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

    /// <summary>What can be read, as far as members go. That all of it can is a test's business, not that of a user's build.</summary>
    public static IEnumerable<EffectRow> Rows => Tables(EffectTableReader.ReadMembers).SelectMany(table => table.Rows);

    /// <summary>In full, with whatever is wrong.</summary>
    public static ImmutableArray<EffectTable> Read() => Tables(EffectTableReader.Read);

    private static ImmutableArray<EffectTable> Tables(Func<string, SourceText, EffectTable> read)
    {
        var assembly = typeof(BuiltInTables).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal))
            .OrderBy(name => name, StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return read(name, SourceText.From(reader.ReadToEnd()));
            })
            .ToImmutableArray();
    }
}
