using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Branch conditions, in the few shapes that an outcome can be remembered for.</summary>
internal sealed partial class BodyLowering
{
    private const int LongestConditionText = 60;

    private Condition LowerCondition(IOperation operation, bool negated = false)
    {
        var test = operation;
        while (true)
        {
            if (test is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not)
                (test, negated) = (not.Operand, !negated);
            else if (test is IParenthesizedOperation parenthesized)
                test = parenthesized.Operand;
            else if (test is IConversionOperation { OperatorMethod: null } conversion && conversion.Type?.SpecialType == SpecialType.System_Boolean)
                test = conversion.Operand;
            else if (BranchShapes.Asked(test) is var (flag, value))
                (test, negated) = (flag, negated == value);
            else if (test is IFlowCaptureReferenceOperation { Id: var asked } && _askedFlags.Contains(asked))
                // The first case was not it.
                return Always(negated: false, operation);
            else if (test is IFlowCaptureReferenceOperation { Id: var id } && _switchedOn.TryGetValue(id, out var question))
                test = question;
            else
                break;
        }
        if (LoopCondition(test, negated) is { } loop)
            return loop;
        if (!negated && ExtremeCondition(test) is { } extreme)
            return extreme;
        return test switch
        {
            IIsNullOperation isNull => Make(ConditionKind.IsNull, LowerAsked(isNull.Operand), -1, negated, operation),
            IBinaryOperation { OperatorMethod: null, OperatorKind: BinaryOperatorKind.And or BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr } flags => Make(ConditionKind.Truth, Known(Lower(flags), flags), -1, negated, operation),
            IBinaryOperation binary => OfComparison(binary, negated, operation),
            _ when ComparedBy(test) is var (left, right) => OfEquality(left, right, negated, operation),
            IIsPatternOperation { Value: var asked, Pattern: var pattern } => OfPattern(AsksForNull(pattern) ? LowerAsked(asked) : Lower(asked), pattern, negated, operation),
            IIsTypeOperation isType => Make(ConditionKind.Matches, Lower(isType.ValueOperand), -1, negated != isType.IsNegated, operation, isType.TypeOperand.ToDisplayString()),
            IPropertyReferenceOperation { Property: var property, Instance: { } nullable } when IsHasValue(property) => Make(ConditionKind.IsNull, Lower(nullable), -1, !negated, operation),
            // As `??=` asks.
            IInvocationOperation { TargetMethod.AssociatedSymbol: IPropertySymbol property, Instance: { } nullable } when IsHasValue(property) => Make(ConditionKind.IsNull, Lower(nullable), -1, !negated, operation),
            IInvocationOperation { TargetMethod: { Name: "IsNullOrEmpty", ContainingType.SpecialType: SpecialType.System_String }, Arguments: { Length: 1 } arguments } when IsPlainRead(arguments[0].Value) =>
                OfNullOrEmpty(test, arguments[0].Value, negated, operation),
            _ => Make(ConditionKind.Truth, Known(Lower(test), test), -1, negated, operation),
        };
    }

    /// <summary>What <c>switch (x &gt; 0)</c> is about: its cases ask that again.</summary>
    private readonly Dictionary<CaptureId, IOperation> _switchedOn = new();

    /// <summary>Flags that the first case of a switch has asked.</summary>
    private readonly HashSet<CaptureId> _askedFlags = new();

    private Condition OfNullOrEmpty(IOperation test, IOperation text, bool negated, IOperation whole)
    {
        var condition = Make(ConditionKind.Truth, Known(Lower(test), test), -1, negated, whole);
        var asked = Known(Lower(text), text);
        condition.Parts = new[]
        {
            Make(ConditionKind.IsNull, asked, -1, false, whole),
            Make(ConditionKind.Equal, LoadOf(asked, SizeOf(text.Type)), _steps.Into(OpCode.Constant, payload: 0L), false, whole),
        };
        return condition;
    }

    private static bool IsHasValue(IPropertySymbol property) => property is { Name: "HasValue", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T };

    private Condition Make(ConditionKind kind, int a, int b, bool negated, IOperation operation, string? key = null)
    {
        var text = operation.Syntax.Parent is CaseSwitchLabelSyntax { Parent.Parent: SwitchStatementSyntax decided } ? $"{decided.Expression} is {operation.Syntax}" : operation.Syntax.ToString();
        if (text.Length > LongestConditionText || text.IndexOf('\n') >= 0)
            text = text.Substring(0, Math.Min(LongestConditionText, text.Length)).Split('\n')[0].TrimEnd() + "…";
        var condition = new Condition(a < 0 ? ConditionKind.Opaque : kind, a, b, negated, key, text, AddSite(operation));
        condition.IsPolicy = ReadsOnlyPolicy(operation);
        condition.Question = QuestionIn(operation);
        condition.IsCount = AsksCount(operation);
        condition.Answered = kind is ConditionKind.Less or ConditionKind.LessOrEqual or ConditionKind.Truth ? AnsweredIn(operation) : null;
        condition.AsksForMemory = kind == ConditionKind.IsNull && operation.DescendantsAndSelf().Any(read => _context.Types.NamesMemory(read.Type));
        _conditions.Add((operation.Syntax, condition));
        NoteTested(operation, condition);
        return condition;
    }

    private Condition OfComparison(IBinaryOperation binary, bool negated, IOperation whole)
    {
        if (binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals)
        {
            negated ^= binary.OperatorKind == BinaryOperatorKind.NotEquals;
            if (IsNullConstant(binary.RightOperand) || IsNullConstant(binary.LeftOperand))
                return OfEquality(binary.LeftOperand, binary.RightOperand, negated, whole);
        }
        if (binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals && Unconverted(binary.RightOperand).ConstantValue is { HasValue: true, Value: bool truth })
            return Make(ConditionKind.Truth, Known(Lower(binary.LeftOperand), binary.LeftOperand), -1, negated == truth, whole);
        var left = Known(Lower(binary.LeftOperand), binary.LeftOperand);
        var right = Known(Lower(binary.RightOperand), binary.RightOperand);
        var condition = OfComparison(binary, left, right, negated, whole);
        if ((SteppedBy(binary.LeftOperand) ?? SteppedBy(binary.RightOperand)) is { } stepped)
            condition.Stepped = SlotOf(stepped);
        condition.IsLifted = binary.IsLifted;
        return condition;
    }

    private static ILocalSymbol? SteppedBy(IOperation operation) => Unconverted(operation) is IIncrementOrDecrementOperation { Target: ILocalReferenceOperation { Local: var local } } ? local : null;

    private Condition OfComparison(IBinaryOperation binary, int left, int right, bool negated, IOperation whole) =>
        binary.OperatorKind switch
        {
            BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals => WithDomain(Make(ConditionKind.Equal, left, right, negated, whole), EnumOf(binary)),
            BinaryOperatorKind.LessThan => Make(ConditionKind.Less, left, right, negated, whole),
            BinaryOperatorKind.LessThanOrEqual => Make(ConditionKind.LessOrEqual, left, right, negated, whole),
            BinaryOperatorKind.GreaterThan => Make(ConditionKind.Less, right, left, negated, whole),
            BinaryOperatorKind.GreaterThanOrEqual => Make(ConditionKind.LessOrEqual, right, left, negated, whole),
            _ => Make(ConditionKind.Opaque, -1, -1, negated, whole),
        };

    /// <summary>The type of the compared values, below the conversions to numbers that a comparison of enums has.</summary>
    private static ITypeSymbol? EnumOf(IBinaryOperation binary)
    {
        return Unconverted(binary.LeftOperand).Type;
    }

    private static bool IsNullConstant(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
            operation = conversion.Operand;
        return operation.ConstantValue is { HasValue: true, Value: null } || operation is IDefaultValueOperation { Type.IsReferenceType: true };
    }

    /// <summary>An enum's values are those it names, unless they are flags.</summary>
    private Condition WithDomain(Condition condition, ITypeSymbol? type)
    {
        condition.Domain = _context.Types.NamedNumbers(type);
        return condition;
    }

    /// <summary>What the compiler's own conversions are around.</summary>
    private static IOperation Unconverted(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } conversion)
            operation = conversion.Operand;
        return operation;
    }

    /// <summary>The variable whose value an expression is, below conversions.</summary>
    private static ISymbol? SymbolBehind(IOperation operation)
    {
        return Unconverted(operation) switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => null,
        };
    }

    /// <summary>The variable or member that a copy stands for: `s?.Length` is the length of s.</summary>
    private ISymbol? AskedSymbol(IOperation operation)
    {
        operation = Unconverted(operation);
        return operation switch
        {
            IFlowCaptureReferenceOperation copy => _copiedBy.TryGetValue(copy.Id, out var copied) ? copied : null,
            IInvocationOperation when AskedForAny(operation) is { } collection => AskedSymbol(collection),
            IPropertyReferenceOperation { Instance: IFlowCaptureReferenceOperation collection } property when SymbolEqualityComparer.Default.Equals(SizeOf(collection.Type), property.Property) => AskedSymbol(collection),
            IMemberReferenceOperation member => member.Member,
            _ => SymbolBehind(operation),
        };
    }

    /// <summary>Locals that have been given what was passed.</summary>
    private readonly HashSet<ISymbol> _copiesOfParameters = new(SymbolEqualityComparer.Default);

    /// <summary>A member of this object, or one of the program's own of what it holds: <c>_options.Durable</c>.</summary>
    private static bool IsSettingOfThis(IMemberReferenceOperation member)
    {
        while (member.Instance is IMemberReferenceOperation holder && !IsFramework(member.Member))
            member = holder;
        return member.Instance is IInstanceReferenceOperation;
    }

    /// <summary>A member that holds what can be flushed, and goes on holding it: whoever made the object knows that it is there, in <c>_view?.Flush()</c>.</summary>
    private bool IsKeptMapping(object symbol) =>
        symbol is IFieldSymbol or IPropertySymbol && _context.Types.NamesMemory(TypeFacts.TypeOf((ISymbol)symbol)) && !(_replaced ??= ReplacedMembers()).Contains((ISymbol)symbol);

    private HashSet<ISymbol>? _replaced;

    /// <summary>The members that are given something else here, and not only let go of.</summary>
    private HashSet<ISymbol> ReplacedMembers() => new(_cfg.OriginalOperation.DescendantsAndSelf()
        .Select(operation => operation is IAssignmentOperation { Target: IMemberReferenceOperation target, Value: { ConstantValue: not { HasValue: true, Value: null } } } assignment
            && !IsMadeForWant(assignment, target.Member) ? target.Member : null).OfType<ISymbol>(), SymbolEqualityComparer.Default);

    /// <summary><c>_view ??= …</c> or <c>if (_view == null) _view = …;</c></summary>
    private static bool IsMadeForWant(IAssignmentOperation assignment, ISymbol member)
    {
        if (assignment is ICoalesceAssignmentOperation)
            return true;
        IOperation? around = assignment.Parent;
        while (around is IExpressionStatementOperation or IBlockOperation { Operations.Length: 1 })
            around = around.Parent;
        return around is IConditionalOperation { WhenFalse: null, Condition: var test } && test.ChildOperations.Any(IsNullOrNullPattern)
            && test.ChildOperations.Any(part => Unconverted(part) is IMemberReferenceOperation asked && SymbolEqualityComparer.Default.Equals(asked.Member, member));
    }

    private static bool IsNullOrNullPattern(IOperation part) => IsNullConstant(part) || part is IConstantPatternOperation { Value: var value } && IsNullConstant(value);

    /// <summary>A flag of the program's own of which a switch tests a copy.</summary>
    private bool IsOwnFlag(object symbol) => symbol is IFieldSymbol or IPropertySymbol && TypeFacts.TypeOf((ISymbol)symbol)?.IsValueType == true && _context.IsOwn((ISymbol)symbol);

    /// <summary>A local of the body around this one.</summary>
    private bool IsOfOuter(object symbol) => symbol is ILocalSymbol { ContainingSymbol: var holder } && !SymbolEqualityComparer.Default.Equals(holder, _owner);

    /// <summary>Remembers which variables and fields a condition reads: two conditions that share one are worth correlating.</summary>
    private void NoteTested(IOperation operation, Condition condition)
    {
        foreach (var read in operation.DescendantsAndSelf())
        {
            // `switch ((a, b))` tests a copy of the tuple: it is its elements that are tested.
            if (read is IFlowCaptureReferenceOperation copy && _capturedTuples.TryGetValue(copy.Id, out var tuple))
                NoteTested(tuple, condition);
            if (read is IFlowCaptureReferenceOperation { Id: var switched } && _switchedOn.TryGetValue(switched, out var question))
                NoteTested(question, condition);
            var symbol = read switch
            {
                ILocalReferenceOperation local => _aliasOf.TryGetValue(local.Local, out var named) ? named : local.Local,
                IParameterReferenceOperation parameter => parameter.Parameter,
                IFieldReferenceOperation field => field.Field,
                IPropertyReferenceOperation property => property.Property,
                IFlowCaptureReferenceOperation reference => _copiedBy.TryGetValue(reference.Id, out var copied) ? copied : (object)reference.Id,
                _ => null,
            };
            if (symbol is null)
                continue;
            if (symbol is ILocalSymbol or IParameterSymbol)
                _testedVariables.Add((ISymbol)symbol);
            if (read is IFlowCaptureReferenceOperation captured)
            {
                _testedCaptures.Add(captured.Id);
                // `x?.Write()` tests a copy of x.
                if (_copiedBy.TryGetValue(captured.Id, out var original))
                {
                    _testedVariables.Add(original);
                    condition.Correlated |= _copiesOfParameters.Contains(original);
                }
            }
            // The caller may know what was passed, and what it has done to the object: `if (_dirty) _view.Flush()`.
            if (symbol is IParameterSymbol || IsOfOuter(symbol) || (read is IMemberReferenceOperation { Type.IsValueType: true } member && IsSettingOfThis(member)) || (read is IFlowCaptureReferenceOperation && IsOwnFlag(symbol)) || IsKeptMapping(symbol))
                condition.Correlated = true;
            // `for (var left = n; left > 0; left--)` tests the parameter too.
            if (read is ILocalReferenceOperation { Local: var variable } && _copiesOfParameters.Contains(variable))
                condition.Correlated = true;
            if (_testedBy.TryGetValue(symbol, out var first))
                first.Correlated = condition.Correlated = true;
            else
                _testedBy[symbol] = condition;
        }
    }
}
