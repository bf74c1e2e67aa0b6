using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>What an assignment writes to (<c>*p</c>, <c>span[3]</c>, <c>header->Count</c>), as text that can be repeated after it.</summary>
internal sealed class AssignedPlace
{
    private readonly SemanticModel _model;
    private readonly SyntaxNode _write;
    private readonly ExpressionSyntax _place;

    private AssignedPlace(SemanticModel model, SyntaxNode write, ExpressionSyntax place)
    {
        _model = model;
        _write = write;
        _place = place;
    }

    public string Text => _place.ToString();

    /// <summary>Null when the write is no assignment to memory, or when reading the place again would do something.</summary>
    public static AssignedPlace? Of(SyntaxNode write, SemanticModel model)
    {
        var place = write switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left,
            PrefixUnaryExpressionSyntax step when step.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression => step.Operand,
            PostfixUnaryExpressionSyntax step when step.Kind() is SyntaxKind.PostIncrementExpression or SyntaxKind.PostDecrementExpression => step.Operand,
            _ => null,
        };
        return place is not null && IsQuiet(place) && IsMemory(place, model) && model.GetTypeInfo(place).Type is { IsUnmanagedType: true, TypeKind: not (TypeKind.Pointer or TypeKind.FunctionPointer) }
            ? new AssignedPlace(model, write, place)
            : null;
    }

    public bool IsSameAfter(Slot slot) => Repetition.IsStable(_model, _place, _write, slot);

    private static bool IsQuiet(ExpressionSyntax place) => !place.DescendantNodesAndSelf().Any(node =>
        node is InvocationExpressionSyntax or AssignmentExpressionSyntax or AwaitExpressionSyntax or BaseObjectCreationExpressionSyntax
        || node.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression or SyntaxKind.PostIncrementExpression or SyntaxKind.PostDecrementExpression);

    private static bool IsMemory(ExpressionSyntax place, SemanticModel model) => place switch
    {
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression } => true,
        MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.PointerMemberAccessExpression } => true,
        ElementAccessExpressionSyntax element => model.GetSymbolInfo(element).Symbol is null or IPropertySymbol { ReturnsByRef: true },
        MemberAccessExpressionSyntax access => model.GetSymbolInfo(access).Symbol is IFieldSymbol { ContainingType.IsValueType: true } && IsMemory(access.Expression, model),
        IdentifierNameSyntax name => model.GetSymbolInfo(name).Symbol is ILocalSymbol { IsRef: true },
        ParenthesizedExpressionSyntax wrapped => IsMemory(wrapped.Expression, model),
        _ => false,
    };
}
