using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>The members of a file that have a body: methods, accessors, constructors, operators, initializers, and the statements at the top level.</summary>
internal static class FileBodies
{
    /// <param name="file">What declares them.</param>
    /// <param name="span">Only those that stand in a part of the file; null for all.</param>
    /// <param name="cancel">Stops the search.</param>
    public static IEnumerable<ISymbol> Of(SemanticModel file, TextSpan? span, CancellationToken cancel)
    {
        var root = file.SyntaxTree.GetRoot(cancel);
        foreach (var node in root.DescendantNodesAndSelf(node => (span is not { } part || node.FullSpan.IntersectsWith(part)) && MayDeclare(node)))
        {
            cancel.ThrowIfCancellationRequested();
            if ((span is not { } wanted || node.Span.IntersectsWith(wanted)) && OwnerAt(node, file, cancel) is { } owner)
                yield return owner;
        }
    }

    /// <summary>Not into bodies: what is declared there belongs to them.</summary>
    private static bool MayDeclare(SyntaxNode node) => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax
        or BasePropertyDeclarationSyntax or AccessorListSyntax or BaseFieldDeclarationSyntax or VariableDeclarationSyntax;

    private static ISymbol? OwnerAt(SyntaxNode node, SemanticModel file, CancellationToken cancel) => node switch
    {
        CompilationUnitSyntax unit => unit.Members.Any(SyntaxKind.GlobalStatement) ? file.GetDeclaredSymbol(unit, cancel) : null,
        BaseMethodDeclarationSyntax { Body: null, ExpressionBody: null } => null,
        AccessorDeclarationSyntax { Body: null, ExpressionBody: null } => null,
        BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or VariableDeclaratorSyntax { Initializer: not null } => file.GetDeclaredSymbol(node, cancel),
        PropertyDeclarationSyntax { Initializer: not null } => file.GetDeclaredSymbol(node, cancel),
        PropertyDeclarationSyntax { ExpressionBody: not null } or IndexerDeclarationSyntax { ExpressionBody: not null } => (file.GetDeclaredSymbol(node, cancel) as IPropertySymbol)?.GetMethod,
        TypeDeclarationSyntax { ParameterList: not null } type => PrimaryConstructorOf(type, file, cancel),
        _ => null,
    };

    private static ISymbol? PrimaryConstructorOf(TypeDeclarationSyntax type, SemanticModel file, CancellationToken cancel) =>
        file.GetDeclaredSymbol(type, cancel)?.InstanceConstructors.FirstOrDefault(constructor => constructor.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(cancel) == type));
}
