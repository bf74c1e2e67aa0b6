using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Numbers that are fixed once and kept under a name: <c>static readonly int PageSize = Environment.SystemPageSize;</c></summary>
internal sealed partial class BodyLowering
{
    private const int DeepestFixedNumber = 4;

    /// <summary>The expression that a member's number is, wherever it is read; null when it may be another.</summary>
    private IOperation? FixedNumberBehind(IMemberReferenceOperation reading, int depth = 0)
    {
        if (depth == DeepestFixedNumber || !IsInteger(reading.Type) || !_context.IsOwn(reading.Member) || !IsReadOnly(reading.Member)
            || _context.ValueOf(reading.Member, _cancel) is not { } value || IsAssignedByConstructor(reading.Member))
            return null;
        return value.DescendantsAndSelf().All(part => part switch
        {
            IMemberReferenceOperation member => member.ConstantValue.HasValue || IsPageSize(member) || FixedNumberBehind(member, depth + 1) is not null,
            IInstanceReferenceOperation or ILiteralOperation or IConversionOperation { OperatorMethod: null } or IParenthesizedOperation or ISizeOfOperation => true,
            IBinaryOperation { OperatorMethod: null } or IUnaryOperation { OperatorMethod: null } => true,
            _ => part.ConstantValue.HasValue,
        })
            ? value
            : null;
    }

    private bool IsPageSize(IMemberReferenceOperation member) =>
        _context.Knowledge.EffectsOf(member.Member).Any(effect => effect.Kind == EffectKind.Measure && effect.Has("page-size"));

    private static bool IsReadOnly(ISymbol member) => member switch
    {
        IFieldSymbol field => field is { IsReadOnly: true, IsConst: false },
        IPropertySymbol property => property is { SetMethod: null, IsVirtual: false, IsOverride: false, IsAbstract: false, IsIndexer: false },
        _ => false,
    };

    private bool IsAssignedByConstructor(ISymbol member) => member.ContainingType.Constructors
        .SelectMany(constructor => constructor.DeclaringSyntaxReferences).Select(reference => reference.GetSyntax(_cancel)).OfType<ConstructorDeclarationSyntax>()
        .SelectMany(constructor => constructor.DescendantTokens()).Any(token => token.ValueText == member.Name);

    private int LowerNegation(IUnaryOperation unary)
    {
        var operand = Lower(unary.Operand);
        var (constant, operation) = unary.OperatorKind == UnaryOperatorKind.Minus ? (0L, "-") : (-1L, "ExclusiveOr");
        return operand < 0 ? Registers.None
            : _steps.Into(OpCode.Arithmetic, _steps.Into(OpCode.Constant, payload: constant), operand, scale: 1, payload: operation, site: AddSite(unary));
    }
}
