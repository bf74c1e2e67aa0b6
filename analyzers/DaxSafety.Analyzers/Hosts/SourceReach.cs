using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>
/// Which files of a compilation can meet a mapping: those that name a source of one or make a promise about one, and those that name a type (an extension
/// method, an alias) that such a file declares or implements, and so on. Every expression begins with something that its own file names, so what
/// leads to a mapping is named along the way. From the text alone: too many files cost time, too few are impossible. Immutable.
/// </summary>
internal sealed class SourceReach
{
    private const string RuntimeAssembly = "DaxSafety.Runtime";

    private readonly HashSet<SyntaxTree>? _reached;

    private SourceReach(HashSet<SyntaxTree>? reached) => _reached = reached;

    /// <summary>For code that is analysed whatever it names.</summary>
    public static SourceReach Everywhere { get; } = new(null);

    public bool Contains(SyntaxTree tree) => _reached is null || _reached.Contains(tree);

    public static SourceReach Of(Compilation compilation, IEnumerable<string> sourceNames, CancellationToken cancel)
    {
        if (MayBeHandedMappings(compilation))
            return Everywhere;
        var files = compilation.SyntaxTrees.Select(tree => (Tree: tree, Words: FileWords.Of(tree, cancel))).ToList();
        var declared = new HashSet<int>(files.SelectMany(file => file.Words.Types));
        var reached = new HashSet<SyntaxTree>();
        var known = new HashSet<int>();
        var names = new HashSet<int>(sourceNames.Concat(MappingNames.Promises).Select(FileWords.Hash));
        while (names.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            known.UnionWith(names);
            var next = new HashSet<int>();
            foreach (var (tree, words) in files)
            {
                if (reached.Contains(tree) || !words.MentionsAny(names))
                    continue;
                reached.Add(tree);
                next.UnionWith(words.Types);
                next.UnionWith(words.Extensions);
                // Who calls through an interface or a base class meets what implements it.
                next.UnionWith(words.Bases.Where(declared.Contains));
            }
            next.ExceptWith(known);
            names = next;
        }
        return new SourceReach(reached);
    }

    /// <summary>Another assembly hands out mappings by contract, without any name that we know.</summary>
    private static bool MayBeHandedMappings(Compilation compilation) => compilation.SourceModule.ReferencedAssemblySymbols.Any(assembly =>
        assembly.Name != RuntimeAssembly && !SymbolNames.IsFramework(assembly)
        && (assembly.GetTypeByMetadataName(SourceGate.ContractAttribute) is not null
            || assembly.Modules.Any(module => module.ReferencedAssemblies.Any(further => further.Name == RuntimeAssembly))));

    /// <summary>The words of one file, as hashes: two words that share one make the answer too large, never too small. Kept with the tree.</summary>
    private sealed class FileWords
    {
        private static readonly ConditionalWeakTable<SyntaxTree, FileWords> Known = new();

        private readonly int[] _words;

        private FileWords(SyntaxTree tree, CancellationToken cancel)
        {
            _words = WordsIn(tree.GetText(cancel));
            var (types, extensions, bases) = (ImmutableArray.CreateBuilder<int>(), ImmutableArray.CreateBuilder<int>(), ImmutableArray.CreateBuilder<int>());
            foreach (var node in tree.GetRoot(cancel).DescendantNodes(node => node is not (BlockSyntax or ArrowExpressionClauseSyntax or EqualsValueClauseSyntax)))
            {
                switch (node)
                {
                    case BaseTypeDeclarationSyntax type:
                        types.Add(Hash(type.Identifier.ValueText));
                        break;
                    case DelegateDeclarationSyntax type:
                        types.Add(Hash(type.Identifier.ValueText));
                        break;
                    case UsingDirectiveSyntax { Alias.Name.Identifier.ValueText: { } alias }:
                        types.Add(Hash(alias));
                        break;
                    case MethodDeclarationSyntax { ParameterList.Parameters: { Count: > 0 } parameters } method when parameters[0].Modifiers.Any(SyntaxKind.ThisKeyword):
                        extensions.Add(Hash(method.Identifier.ValueText));
                        break;
                    case BaseTypeSyntax { Type: var named }:
                        if (NameOf(named) is { } name)
                            bases.Add(Hash(name));
                        break;
                }
            }
            (Types, Extensions, Bases) = (types.ToImmutable(), extensions.ToImmutable(), bases.ToImmutable());
        }

        public ImmutableArray<int> Types { get; }

        public ImmutableArray<int> Extensions { get; }

        public ImmutableArray<int> Bases { get; }

        public static FileWords Of(SyntaxTree tree, CancellationToken cancel) =>
            Known.TryGetValue(tree, out var words) ? words : Known.GetValue(tree, added => new FileWords(added, cancel));

        public bool MentionsAny(HashSet<int> names)
        {
            foreach (var word in _words)
                if (names.Contains(word))
                    return true;
            return false;
        }

        /// <summary>FNV-1a.</summary>
        public static int Hash(string word)
        {
            var hash = Start;
            foreach (var character in word)
                hash = Add(hash, character);
            return (int)hash;
        }

        private const uint Start = 2166136261;

        private static uint Add(uint hash, char character) => unchecked((hash ^ character) * 16777619);

        private static int[] WordsIn(SourceText text)
        {
            var found = new HashSet<int>();
            var buffer = new char[Math.Min(text.Length, 1 << 14)];
            var (hash, length) = (Start, 0);
            for (var start = 0; start < text.Length; start += buffer.Length)
            {
                var count = Math.Min(buffer.Length, text.Length - start);
                text.CopyTo(start, buffer, 0, count);
                for (var i = 0; i < count; i++)
                {
                    if (WordSearch.IsPartOfWord(buffer[i]))
                    {
                        (hash, length) = (Add(hash, buffer[i]), length + 1);
                        continue;
                    }
                    if (length > 0)
                        found.Add((int)hash);
                    (hash, length) = (Start, 0);
                }
            }
            if (length > 0)
                found.Add((int)hash);
            return found.ToArray();
        }

        private static string? NameOf(TypeSyntax type) => type switch
        {
            SimpleNameSyntax simple => simple.Identifier.ValueText,
            QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
            AliasQualifiedNameSyntax aliased => aliased.Name.Identifier.ValueText,
            _ => null,
        };
    }
}
