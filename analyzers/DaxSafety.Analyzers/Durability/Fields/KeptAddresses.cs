using System.Collections.Concurrent;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Fields that may keep an address as a number: those of which the type's own text says <c>_at = (long)p</c>. What is stored there has the last word. Thread safe.</summary>
internal sealed class KeptAddresses(LoweringContext lowering)
{
    private readonly ConcurrentDictionary<INamedTypeSymbol, HashSet<string>> _names = new(SymbolEqualityComparer.Default);

    public bool May(ISymbol? member) => member is IFieldSymbol { Type.SpecialType: SpecialType.System_Int64 or SpecialType.System_UInt64, IsConst: false, ContainingType: { } type }
        && lowering.Types.CanCarryMapping(type) && _names.GetOrAdd(type.OriginalDefinition, NamesIn).Contains(member.Name);

    private static HashSet<string> NamesIn(INamedTypeSymbol type) => new(
        type.DeclaringSyntaxReferences.SelectMany(reference => reference.GetSyntax().DescendantNodes()).OfType<AssignmentExpressionSyntax>()
            .Where(assignment => assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) && IsCastToNumber(assignment.Right)).Select(assignment => NameOf(assignment.Left)),
        StringComparer.Ordinal);

    private static bool IsCastToNumber(ExpressionSyntax value) =>
        value is CastExpressionSyntax { Type: PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.LongKeyword or (int)SyntaxKind.ULongKeyword } };

    private static string NameOf(ExpressionSyntax target) => target switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } => name,
        _ => "",
    };
}
