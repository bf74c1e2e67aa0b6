using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Small objects that keep account of what has been written, and hold no mapping themselves: <c>dirty.Mark(page); … if (dirty.Any) view.Flush();</c></summary>
internal sealed partial class LoweringContext
{
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _markers = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> _keepsAccount = new(SymbolEqualityComparer.Default);

    /// <summary>A member that only sets, counts, collects or reads what its object holds: any of a class, and those of a structure that keeps account.</summary>
    public bool IsMarker(IMethodSymbol method) => OnlyMarks(method) && (method.ContainingType.TypeKind == TypeKind.Class || KeepsAccount(method.ContainingType));

    /// <summary>Whether objects of the type are worth following for what their members set. Most structures are data that somebody reads.</summary>
    public bool KeepsAccount(ITypeSymbol? type) =>
        type is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false, IsRefLikeType: false } named && IsOwn(named) && _keepsAccount.GetOrAdd(named.OriginalDefinition, definition => definition.GetMembers()
            .Any(member => member is IMethodSymbol { ReturnsVoid: true } method && (definition.TypeKind == TypeKind.Class || method is { MethodKind: MethodKind.Ordinary, IsReadOnly: false }) && OnlyMarks(method)));

    private bool OnlyMarks(IMethodSymbol method) => _markers.GetOrAdd(method.OriginalDefinition, FindMarker);

    private bool FindMarker(IMethodSymbol method) =>
        method is { IsStatic: false, IsVirtual: false, IsOverride: false, IsAbstract: false, IsAsync: false, MethodKind: MethodKind.Ordinary or MethodKind.PropertyGet or MethodKind.PropertySet, DeclaringSyntaxReferences.Length: 1, ContainingType: { TypeKind: TypeKind.Class or TypeKind.Struct, IsAnonymousType: false, IsRefLikeType: false } type }
        && (method.ReturnsVoid || IsScalar(method.ReturnType)) && IsOwn(method) && !Types.CanCarryMapping(type)
        && BodyOf(method.DeclaringSyntaxReferences[0].GetSyntax()) is { } body && IsSimple(body);

    private static SyntaxNode? BodyOf(SyntaxNode declaration) => declaration switch
    {
        BaseMethodDeclarationSyntax method => (SyntaxNode?)method.Body ?? method.ExpressionBody,
        AccessorDeclarationSyntax accessor => (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody,
        ArrowExpressionClauseSyntax arrow => arrow,
        _ => null,
    };

    private const int MostParts = 64;

    /// <summary>No calls but of what it holds, and nothing made but an exception to throw.</summary>
    private static bool IsSimple(SyntaxNode body)
    {
        var parts = 0;
        foreach (var part in body.DescendantNodes())
            if (++parts > MostParts || part is AnonymousFunctionExpressionSyntax or BaseObjectCreationExpressionSyntax { Parent: not (ThrowStatementSyntax or ThrowExpressionSyntax) }
                or InvocationExpressionSyntax { Expression: not (MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax } or IdentifierNameSyntax { Identifier.ValueText: "nameof" }) })
                return false;
        return true;
    }
}
