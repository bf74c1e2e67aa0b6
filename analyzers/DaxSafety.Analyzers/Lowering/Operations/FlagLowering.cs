using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Flags: locals that hold the outcome of a test for later. What they hold is kept as a term over what was asked, so that
/// <c>var both = x &amp;&amp; y; … if (x &amp;&amp; y)</c> asks one thing twice.
/// </summary>
internal sealed partial class BodyLowering
{
    /// <summary>The local that gets what <c>? :</c> or a switch expression comes to.</summary>
    private readonly Dictionary<CaptureId, ISymbol> _chosenFor = new();

    private int LowerFlag(ILocalSymbol local, IOperation value)
    {
        if (value is IFlowCaptureReferenceOperation chosen)
            _chosenFor[chosen.Id] = local;
        if (IsInteger(local.Type) && !value.ConstantValue.HasValue && Unconverted(value) is IPropertyReferenceOperation or IBinaryOperation && value.DescendantsAndSelf().All(IsPlainTest))
            NoteMadeOf(local, value);
        if (value.Type?.SpecialType != SpecialType.System_Boolean || value.ConstantValue.HasValue)
            return LowerValue(value);
        var whole = WithoutBranches(value) ?? value;
        NoteGathered(local, whole as IBinaryOperation);
        if (whole.DescendantsAndSelf().All(IsPlainTest))
            NoteMadeOf(local, whole);
        return Lower(whole);
    }

    /// <summary>The conditions of the body as they were before the graph made branches of them.</summary>
    private Dictionary<SyntaxNode, IBinaryOperation>? _whole;

    /// <summary><c>x &amp;&amp; y</c> without branches, if its parts may as well all be evaluated; else null.</summary>
    private IOperation? WithoutBranches(IOperation value) => value is IFlowCaptureReferenceOperation ? WithoutBranches(value.Syntax) : null;

    private IBinaryOperation? WithoutBranches(SyntaxNode syntax)
    {
        if (syntax is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression })
            return null;
        if (_whole is null)
        {
            _whole = new Dictionary<SyntaxNode, IBinaryOperation>();
            foreach (var part in _cfg.OriginalOperation.DescendantsAndSelf())
                if (part is IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } condition)
                    _whole[condition.Syntax] = condition;
        }
        return _whole.TryGetValue(syntax, out var whole) && whole.DescendantsAndSelf().All(IsPlainTest) ? whole : null;
    }

    /// <summary>Asked only to keep what the flag says: <c>any = any || wrote</c>. A branch would join the two again as one group that knows neither.</summary>
    private bool IsGathered(IOperation test) => test is ILocalReferenceOperation { Local.Name: var flag, Syntax.Parent: BinaryExpressionSyntax both }
        && both.Parent is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Left: IdentifierNameSyntax target }
        && target.Identifier.ValueText == flag && both.Left == test.Syntax && WithoutBranches(both) is not null;

    /// <summary>A part of a condition that only reads.</summary>
    private bool IsPlainTest(IOperation part) => part switch
    {
        { ConstantValue.HasValue: true } or IParenthesizedOperation or IFlowCaptureReferenceOperation => true,
        IBinaryOperation { OperatorMethod: null } or IUnaryOperation { OperatorMethod: null } or IConversionOperation { OperatorMethod: null } => true,
        IIsPatternOperation { Value: var value } => IsPlainRead(value),
        IConstantPatternOperation or IRelationalPatternOperation or INegatedPatternOperation or IBinaryPatternOperation => true,
        IRecursivePatternOperation { DeclaredSymbol: null, DeconstructionSubpatterns.IsEmpty: true } or IPropertySubpatternOperation { Member: IMemberReferenceOperation } => true,
        IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.PatternInput } => true,
        IArgumentOperation => true,
        IInvocationOperation call when ComparedBy(call) is not null || AsksSameTwice(call) => true,
        _ => IsPlainRead(part) || AskedForAny(part) is not null,
    };

    private int Not(int flag, IOperation site) =>
        flag < 0 ? Registers.None : TestValue(BinaryOperatorKind.ExclusiveOr, flag, _steps.Into(OpCode.Constant, payload: 1L), site);

    private int TestValue(BinaryOperatorKind kind, int left, int right, IOperation site) =>
        _steps.Into(OpCode.Arithmetic, left, right, scale: 1, payload: kind switch { BinaryOperatorKind.And => nameof(BinaryOperatorKind.ConditionalAnd), BinaryOperatorKind.Or => nameof(BinaryOperatorKind.ConditionalOr), _ => kind.ToString() }, site: AddSite(site));

    /// <summary>What <c>x is a or b</c> comes to, as the comparisons that it stands for; nothing for what only a test can tell.</summary>
    private int PatternValue(int value, IPatternOperation pattern)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (pattern)
        {
            case IConstantPatternOperation constant:
                return TestValue(BinaryOperatorKind.Equals, value, Lower(constant.Value), pattern);
            case IRelationalPatternOperation relation:
                return TestValue(relation.OperatorKind, value, Lower(relation.Value), pattern);
            case INegatedPatternOperation { Pattern: IConstantPatternOperation other }:
                return TestValue(BinaryOperatorKind.NotEquals, value, Lower(other.Value), pattern);
            case INegatedPatternOperation not:
                return Not(PatternValue(value, not.Pattern), pattern);
            case IBinaryPatternOperation both:
                var (left, right) = (PatternValue(value, both.LeftPattern), PatternValue(value, both.RightPattern));
                return left < 0 || right < 0 ? Registers.None : TestValue(both.OperatorKind, left, right, pattern);
            case IRecursivePatternOperation recursive when recursive.DescendantsAndSelf().All(IsPlainTest) && IsOnlyNullTest(recursive.InputType, recursive.MatchedType):
                return RecursiveValue(value, recursive);
            default:
                return Registers.None;
        }
    }

    private int RecursiveValue(int value, IRecursivePatternOperation pattern)
    {
        var all = pattern.InputType is { IsValueType: true } and not INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }
            ? _steps.Into(OpCode.Constant, payload: 1L)
            : TestValue(BinaryOperatorKind.NotEquals, value, _steps.Into(OpCode.Constant), pattern);
        foreach (var property in pattern.PropertySubpatterns)
        {
            var part = LoadOf(value, (property.Member as IMemberReferenceOperation)?.Member) is >= 0 and var member ? PatternValue(member, property.Pattern) : Registers.None;
            if (part < 0)
                return Registers.None;
            all = TestValue(BinaryOperatorKind.And, all, part, pattern);
        }
        return all;
    }
}
