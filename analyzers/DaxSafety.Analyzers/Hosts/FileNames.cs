using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>What one file mentions and what it declares, each found when it is asked for and then kept with the tree. Thread safe: who comes second finds the same.</summary>
internal sealed class FileNames
{
    private static readonly ConditionalWeakTable<SyntaxTree, FileNames> Known = new();

    private readonly SyntaxTree _tree;
    private WordSet? _words;
    private FileDeclarations? _declarations;

    private FileNames(SyntaxTree tree) => _tree = tree;

    public static FileNames Of(SyntaxTree tree) => Known.GetValue(tree, added => new FileNames(added));

    public WordSet Words(CancellationToken cancel) => _words ??= WordSet.Of(_tree.GetText(cancel));

    public FileDeclarations Declarations(CancellationToken cancel) => _declarations ??= FileDeclarations.Of(_tree.GetRoot(cancel));

    /// <summary>The names that the file gives to types for all files; such directives come before all others.</summary>
    public IEnumerable<string> GlobalAliases(CancellationToken cancel) => _tree.GetRoot(cancel) is CompilationUnitSyntax unit
        ? unit.Usings.TakeWhile(directive => directive.GlobalKeyword.Span.Length > 0).Select(directive => directive.Alias?.Name.Identifier.ValueText).OfType<string>()
        : Enumerable.Empty<string>();
}
