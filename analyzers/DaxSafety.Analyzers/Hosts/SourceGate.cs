using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>
/// Decides from the text alone whether a compilation can hold a mapping, so that a project without any pays for a search
/// of its sources and nothing else.
/// </summary>
internal static class SourceGate
{
    public const string ContractAttribute = "DaxSafety.MappedAttribute";
    private static readonly ConditionalWeakTable<SyntaxTree, StrongBox<bool>> Known = new();

    private static readonly Lazy<WordSearch> BuiltIn = new(() => new WordSearch(KnowledgeBase.BuiltIn.SourceNames));

    /// <param name="compilation">Whose sources are searched.</param>
    /// <param name="more">Rows of the project's own tables.</param>
    /// <param name="cancel">Stops the search.</param>
    public static bool Passes(Compilation compilation, ImmutableArray<EffectRow> more, CancellationToken cancel)
    {
        var own = more.IsEmpty ? null : new WordSearch(KnowledgeBase.BuiltIn.With(more).SourceNames);
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancel.ThrowIfCancellationRequested();
            if (own is not null ? own.FindsIn(tree.GetText(cancel)) : Mentions(tree, cancel))
                return true;
        }
        // Another assembly may hand out mappings without any of the names: its contracts are attributes. One of the program's own is among the names; to ask
        // the compilation would be to ask for the declarations of all sources.
        return compilation.SourceModule.ReferencedAssemblySymbols.Any(assembly => !SymbolNames.IsSystem(assembly) && HasContracts(assembly));
    }

    /// <summary>Whether an assembly declares the attribute itself, as some do instead of referring to the library's.</summary>
    public static bool HasContracts(IAssemblySymbol assembly) => assembly.GetTypeByMetadataName(ContractAttribute) is not null;

    private static bool Mentions(SyntaxTree tree, CancellationToken cancel)
    {
        if (Known.TryGetValue(tree, out var answer))
            return answer.Value;
        var found = BuiltIn.Value.FindsIn(tree.GetText(cancel));
        Known.GetValue(tree, _ => new StrongBox<bool>(found));
        return found;
    }
}
