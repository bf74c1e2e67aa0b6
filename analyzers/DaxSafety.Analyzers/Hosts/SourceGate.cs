using System.Runtime.CompilerServices;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>
/// Decides from the text alone whether a compilation can hold a mapping, so that a project without any pays for one pass
/// over its characters and nothing else.
/// </summary>
internal static class SourceGate
{
    private const string ContractAttribute = "DaxSafety.MappedAttribute";
    private static readonly ConditionalWeakTable<SyntaxTree, StrongBox<bool>> Known = new();

    public static bool Passes(Compilation compilation, KnowledgeBase knowledge, CancellationToken cancel)
    {
        var names = new HashSet<string>(knowledge.SourceNames, StringComparer.Ordinal);
        var builtIn = names.Count == KnowledgeBase.BuiltIn.SourceNames.Count();
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancel.ThrowIfCancellationRequested();
            if (builtIn && Known.TryGetValue(tree, out var answer) ? answer.Value : Search(tree, names, builtIn, cancel))
                return true;
        }
        // Another assembly may hand out mappings without any of the names: its contracts are attributes.
        return compilation.GetTypesByMetadataName(ContractAttribute).Any();
    }

    private static bool Search(SyntaxTree tree, HashSet<string> names, bool remember, CancellationToken cancel)
    {
        var found = Mentions(tree.GetText(cancel), names);
        if (remember)
            Known.GetValue(tree, _ => new StrongBox<bool>(found));
        return found;
    }

    /// <summary>Whether one of the names stands in the text as a whole word.</summary>
    private static bool Mentions(SourceText text, HashSet<string> names)
    {
        var shortest = names.Min(name => name.Length);
        var longest = names.Max(name => name.Length);
        var initials = new HashSet<char>(names.Select(name => name[0]));
        var buffer = new char[Math.Min(text.Length, 1 << 15)];
        var word = new System.Text.StringBuilder(longest + 1);
        for (var start = 0; start < text.Length; start += buffer.Length)
        {
            var count = Math.Min(buffer.Length, text.Length - start);
            text.CopyTo(start, buffer, 0, count);
            for (var i = 0; i < count; i++)
            {
                if (char.IsLetterOrDigit(buffer[i]) || buffer[i] == '_')
                {
                    if (word.Length <= longest)
                        word.Append(buffer[i]);
                    continue;
                }
                if (word.Length >= shortest && word.Length <= longest && initials.Contains(word[0]) && names.Contains(word.ToString()))
                    return true;
                word.Clear();
            }
        }
        return word.Length >= shortest && word.Length <= longest && names.Contains(word.ToString());
    }
}
