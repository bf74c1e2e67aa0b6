using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Branch conditions, in the few shapes that an outcome can be remembered for.</summary>
internal sealed partial class BodyLowering
{
    private const int LongestConditionText = 60;

    private Condition LowerCondition(IOperation operation)
    {
        var negated = false;
        var test = operation;
        while (true)
        {
            if (test is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not)
                (test, negated) = (not.Operand, !negated);
            else if (test is IParenthesizedOperation parenthesized)
                test = parenthesized.Operand;
            else if (test is IConversionOperation { OperatorMethod: null } conversion && conversion.Type?.SpecialType == SpecialType.System_Boolean)
                test = conversion.Operand;
            else
                break;
        }
        if (LoopCondition(test, negated) is { } loop)
            return loop;
        return test switch
        {
            IIsNullOperation isNull => Make(ConditionKind.IsNull, Lower(isNull.Operand), -1, negated, operation),
            IBinaryOperation binary => OfComparison(binary, negated, operation),
            IIsPatternOperation pattern => OfPattern(Lower(pattern.Value), pattern.Value, pattern.Pattern, negated, operation),
            IIsTypeOperation isType => Make(ConditionKind.Matches, Lower(isType.ValueOperand), -1, negated != isType.IsNegated, operation, isType.TypeOperand.ToDisplayString()),
            IPropertyReferenceOperation { Property: { Name: "HasValue", ContainingType.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }, Instance: { } nullable } =>
                Make(ConditionKind.IsNull, Lower(nullable), -1, !negated, operation),
            _ => Make(ConditionKind.Truth, Known(Lower(test), test), -1, negated, operation),
        };
    }

    private Condition Make(ConditionKind kind, int a, int b, bool negated, IOperation operation, string? key = null)
    {
        var text = operation.Syntax.ToString();
        if (text.Length > LongestConditionText || text.IndexOf('\n') >= 0)
            text = text.Substring(0, Math.Min(LongestConditionText, text.Length)).Split('\n')[0].TrimEnd() + "…";
        var condition = new Condition(a < 0 ? ConditionKind.Opaque : kind, a, b, negated, key, text, AddSite(operation));
        condition.IsPolicy = ReadsOnlyPolicy(operation);
        NoteTested(operation, condition);
        return condition;
    }

    /// <summary>
    /// Whether a condition depends on what is set elsewhere: members of this object, options, bool and enum parameters, a
    /// clock. A member of an argument counts when it is a flag too.
    /// </summary>
    private static bool ReadsOnlyPolicy(IOperation operation)
    {
        var readsPolicy = false;
        var pending = new Stack<IOperation>();
        pending.Push(operation);
        while (pending.Count > 0)
        {
            var read = pending.Pop();
            switch (read)
            {
                case IMemberReferenceOperation { Instance: null or IInstanceReferenceOperation }:
                case IMemberReferenceOperation when IsFlag(read.Type):
                case IParameterReferenceOperation when IsFlag(read.Type):
                case IInvocationOperation { Arguments.IsEmpty: true, Instance: null or IInstanceReferenceOperation }:
                    readsPolicy = true;
                    continue;
                case ILocalReferenceOperation or IParameterReferenceOperation or IFlowCaptureReferenceOperation:
                    return false;
                case IInvocationOperation { Instance: IInstanceReferenceOperation or ILocalReferenceOperation or IParameterReferenceOperation }:
                    return false;
            }
            foreach (var child in read.ChildOperations)
                pending.Push(child);
        }
        return readsPolicy;
    }

    private static bool IsFlag(ITypeSymbol? type) => type is { SpecialType: SpecialType.System_Boolean } or { TypeKind: TypeKind.Enum }
        || type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments.Length: 1 } nullable && nullable.TypeArguments[0].SpecialType == SpecialType.System_Boolean;

    private Condition OfComparison(IBinaryOperation binary, bool negated, IOperation whole)
    {
        if (binary.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals)
        {
            negated ^= binary.OperatorKind == BinaryOperatorKind.NotEquals;
            if (IsNullConstant(binary.RightOperand))
                return Make(ConditionKind.IsNull, Lower(binary.LeftOperand), -1, negated, whole);
            if (IsNullConstant(binary.LeftOperand))
                return Make(ConditionKind.IsNull, Lower(binary.RightOperand), -1, negated, whole);
        }
        var left = Known(Lower(binary.LeftOperand), binary.LeftOperand);
        var right = Known(Lower(binary.RightOperand), binary.RightOperand);
        return binary.OperatorKind switch
        {
            BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals => WithDomain(Make(ConditionKind.Equal, left, right, negated, whole), EnumOf(binary)),
            BinaryOperatorKind.LessThan => Make(ConditionKind.Less, left, right, negated, whole),
            BinaryOperatorKind.LessThanOrEqual => Make(ConditionKind.LessOrEqual, left, right, negated, whole),
            BinaryOperatorKind.GreaterThan => Make(ConditionKind.Less, right, left, negated, whole),
            BinaryOperatorKind.GreaterThanOrEqual => Make(ConditionKind.LessOrEqual, right, left, negated, whole),
            _ => Make(ConditionKind.Opaque, -1, -1, negated, whole),
        };
    }

    /// <summary>The type of the compared values, below the conversions to numbers that a comparison of enums has.</summary>
    private static ITypeSymbol? EnumOf(IBinaryOperation binary)
    {
        var operand = binary.LeftOperand;
        while (operand is IConversionOperation { OperatorMethod: null } conversion)
            operand = conversion.Operand;
        return operand.Type;
    }

    private static bool IsNullConstant(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
            operation = conversion.Operand;
        return operation.ConstantValue is { HasValue: true, Value: null } || operation is IDefaultValueOperation { Type.IsReferenceType: true };
    }

    private Condition OfPattern(int value, IOperation operand, IPatternOperation pattern, bool negated, IOperation whole)
    {
        while (pattern is INegatedPatternOperation not)
            (pattern, negated) = (not.Pattern, !negated);
        switch (pattern)
        {
            case IConstantPatternOperation constant when IsNullConstant(constant.Value):
                return Make(ConditionKind.IsNull, value, -1, negated, whole);
            case IConstantPatternOperation constant:
                return WithDomain(Make(ConditionKind.Equal, Known(value, operand), Lower(constant.Value), negated, whole), operand.Type);
            case IRelationalPatternOperation relation:
                return OfRelation(Known(value, operand), relation, negated, whole);
            case IDeclarationPatternOperation declaration:
                Declare(declaration.DeclaredSymbol, value, whole);
                return declaration.MatchesNull ? Make(ConditionKind.Opaque, -1, -1, negated, whole)
                    : IsOnlyNullTest(operand.Type, declaration.MatchedType)
                        ? Make(ConditionKind.IsNull, value, -1, !negated, whole)
                        : Make(ConditionKind.Matches, Known(value, operand), -1, negated, whole, declaration.MatchedType?.ToDisplayString());
            case ITypePatternOperation type when IsOnlyNullTest(operand.Type, type.MatchedType):
                return Make(ConditionKind.IsNull, value, -1, !negated, whole);
            case IBinaryPatternOperation both when both.DescendantsAndSelf().All(part => part is not (IDeclarationPatternOperation or IRecursivePatternOperation)):
                return OfBinaryPattern(Known(value, operand), operand, both, negated, whole);
            case ITypePatternOperation type:
                return Make(ConditionKind.Matches, Known(value, operand), -1, negated, whole, type.MatchedType.ToDisplayString());
            case IRecursivePatternOperation { PropertySubpatterns.IsEmpty: true, DeconstructionSubpatterns.IsEmpty: true } recursive
                when SymbolEqualityComparer.Default.Equals(recursive.InputType, recursive.MatchedType):
                Declare(recursive.DeclaredSymbol, value, whole);
                return Make(ConditionKind.IsNull, value, -1, !negated, whole);
        }
        foreach (var inner in pattern.DescendantsAndSelf())
            if (inner is IDeclarationPatternOperation { DeclaredSymbol: { } symbol })
                Declare(symbol, Registers.None, whole);
            else if (inner is IRecursivePatternOperation { DeclaredSymbol: { } named })
                Declare(named, Registers.None, whole);
        return Make(ConditionKind.Matches, Known(value, operand), -1, negated, whole, pattern.Syntax.ToString());
    }

    /// <summary>A value of the type is one of the matched type unless it is null.</summary>
    private static bool IsOnlyNullTest(ITypeSymbol? type, ITypeSymbol? matched) => SymbolEqualityComparer.Default.Equals(type, matched)
        || (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable && SymbolEqualityComparer.Default.Equals(nullable.TypeArguments[0], matched));

    /// <summary>When <c>x and y</c> holds, both do; when <c>x or y</c> does not, neither does.</summary>
    private Condition OfBinaryPattern(int value, IOperation operand, IBinaryPatternOperation pattern, bool negated, IOperation whole)
    {
        var isAnd = pattern.OperatorKind == BinaryOperatorKind.And;
        var parts = new[] { OfPattern(value, operand, pattern.LeftPattern, false, whole), OfPattern(value, operand, pattern.RightPattern, false, whole) };
        var condition = Make(ConditionKind.Matches, value, -1, negated, whole, pattern.Syntax.ToString());
        condition.Parts = parts;
        condition.PartsWhen = isAnd;
        return condition;
    }

    private const int MostNamedValues = 32;

    /// <summary>An enum's values are those it names, unless they are flags.</summary>
    private static Condition WithDomain(Condition condition, ITypeSymbol? type)
    {
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Enum } named || named.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "FlagsAttribute"))
            return condition;
        var values = named.GetMembers().OfType<IFieldSymbol>().Where(member => member.HasConstantValue).Select(member => Normalize(member.ConstantValue) as long? ?? long.MinValue).Distinct().ToList();
        if (values.Count is > 1 and <= MostNamedValues)
            condition.Domain = values.ToArray();
        return condition;
    }

    private Condition OfRelation(int value, IRelationalPatternOperation relation, bool negated, IOperation whole)
    {
        var bound = Lower(relation.Value);
        return relation.OperatorKind switch
        {
            BinaryOperatorKind.LessThan => Make(ConditionKind.Less, value, bound, negated, whole),
            BinaryOperatorKind.LessThanOrEqual => Make(ConditionKind.LessOrEqual, value, bound, negated, whole),
            BinaryOperatorKind.GreaterThan => Make(ConditionKind.Less, bound, value, negated, whole),
            _ => Make(ConditionKind.LessOrEqual, bound, value, negated, whole),
        };
    }

    private void Declare(ISymbol? symbol, int value, IOperation site)
    {
        if (symbol is not null)
            Store(Place.Variable(SlotOf(symbol)), value, site);
    }

    /// <summary>The variable whose value an expression is, below conversions.</summary>
    private static ISymbol? SymbolBehind(IOperation operation)
    {
        while (operation is IConversionOperation { OperatorMethod: null } conversion)
            operation = conversion.Operand;
        return operation switch
        {
            ILocalReferenceOperation local => local.Local,
            IParameterReferenceOperation parameter => parameter.Parameter,
            _ => null,
        };
    }

    /// <summary>Remembers which variables and fields a condition reads: two conditions that share one are worth correlating.</summary>
    private void NoteTested(IOperation operation, Condition condition)
    {
        foreach (var read in operation.DescendantsAndSelf())
        {
            var symbol = read switch
            {
                ILocalReferenceOperation local => local.Local,
                IParameterReferenceOperation parameter => parameter.Parameter,
                IFieldReferenceOperation field => field.Field,
                IPropertyReferenceOperation property => property.Property,
                IFlowCaptureReferenceOperation reference => _copiedBy.TryGetValue(reference.Id, out var copied) ? copied : (object)reference.Id,
                _ => null,
            };
            if (symbol is null)
                continue;
            if (read is ILocalReferenceOperation or IParameterReferenceOperation)
                _testedVariables.Add((ISymbol)symbol);
            if (read is IFlowCaptureReferenceOperation captured)
            {
                _testedCaptures.Add(captured.Id);
                // `x?.Write()` tests a copy of x.
                if (_copiedBy.TryGetValue(captured.Id, out var original))
                    _testedVariables.Add(original);
            }
            if (read is IParameterReferenceOperation)
                condition.Correlated = true;
            if (_testedBy.TryGetValue(symbol, out var first))
                first.Correlated = condition.Correlated = true;
            else
                _testedBy[symbol] = condition;
        }
    }
}
