using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;

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
        var files = compilation.SyntaxTrees.Select(tree => (Tree: tree, Names: FileNames.Of(tree))).ToList();
        var declared = new Lazy<HashSet<string>>(() => new HashSet<string>(
            compilation.Assembly.TypeNames.Concat(files.SelectMany(file => file.Names.GlobalAliases(cancel))), StringComparer.Ordinal));
        var reached = new HashSet<SyntaxTree>();
        var known = new HashSet<int>();
        var names = new HashSet<int>(sourceNames.Concat(MappingNames.Promises).Select(WordSet.Hash));
        while (names.Count > 0)
        {
            known.UnionWith(names);
            var next = new HashSet<int>();
            foreach (var (tree, file) in files)
            {
                cancel.ThrowIfCancellationRequested();
                if (reached.Contains(tree) || !file.Words(cancel).ContainsAny(names))
                    continue;
                reached.Add(tree);
                var declarations = file.Declarations(cancel);
                next.UnionWith(declarations.Names.Select(WordSet.Hash));
                // Who calls through an interface or a base class meets what implements it.
                next.UnionWith(declarations.Bases.Where(declared.Value.Contains).Select(WordSet.Hash));
            }
            next.ExceptWith(known);
            names = next;
        }
        return new SourceReach(reached);
    }

    /// <summary>Another assembly hands out mappings by contract, without any name that we know.</summary>
    private static bool MayBeHandedMappings(Compilation compilation) => compilation.SourceModule.ReferencedAssemblySymbols.Any(assembly =>
        assembly.Name != RuntimeAssembly && !SymbolNames.IsSystem(assembly)
        && (SourceGate.HasContracts(assembly)
            || assembly.Modules.Any(module => module.ReferencedAssemblies.Any(further => further.Name == RuntimeAssembly))));
}
