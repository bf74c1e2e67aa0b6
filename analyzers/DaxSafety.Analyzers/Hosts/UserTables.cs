using System.Collections.Immutable;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>The <c>*.effects.txt</c> files of a project: rows that can be used, and a diagnostic for each that cannot.</summary>
internal static class UserTables
{
    private const string Suffix = ".effects.txt";

    public static ImmutableArray<EffectRow> Rows(ImmutableArray<AdditionalText> files, CancellationToken cancel)
    {
        var rows = ImmutableArray.CreateBuilder<EffectRow>();
        foreach (var file in files)
            if (Read(file, cancel) is { } table)
                rows.AddRange(table.Rows);
        return rows.ToImmutable();
    }

    /// <summary>DAX9001: reports what in one table cannot be read, or names nothing of what the project references.</summary>
    public static void Check(AdditionalFileAnalysisContext context)
    {
        if (Read(context.AdditionalFile, context.CancellationToken) is not { } table)
            return;
        foreach (var error in table.Errors.Concat(EffectTableCheck.Of(table.Rows, context.Compilation)))
            context.ReportDiagnostic(Diagnostic.Create(
                RuleCatalog.EffectRowUnreadable, Location.Create(error.Place.Path, error.Place.Span, error.Place.Lines), error.Message));
    }

    private static EffectTable? Read(AdditionalText file, CancellationToken cancel) =>
        file.Path.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) && file.GetText(cancel) is { } text
            ? EffectTableReader.Read(file.Path, text)
            : null;
}
