using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Patterns, taken apart down to tests of single values: <c>(true, > 0)</c> holds when both parts do, and when it does not, one of them
/// does not. So a switch over all combinations is seen to be exhaustive, and an <c>if</c> over a part is correlated with it.
/// </summary>
internal sealed partial class BodyLowering
{
    /// <summary>The tuples behind captured values.</summary>
    private readonly Dictionary<CaptureId, ITupleOperation> _capturedTuples = new();

    private Condition OfPattern(int value, IPatternOperation pattern, bool negated, IOperation whole)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        while (pattern is INegatedPatternOperation not)
            (pattern, negated) = (not.Pattern, !negated);
        switch (pattern)
        {
            case IDiscardPatternOperation:
                return Always(negated, whole);
            case IConstantPatternOperation constant when IsNullConstant(constant.Value):
                return Make(ConditionKind.IsNull, value, -1, negated, whole);
            case IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: bool truth } }:
                return Make(ConditionKind.Truth, Known(value, whole), -1, negated == truth, whole);
            case IConstantPatternOperation constant:
                return WithDomain(Make(ConditionKind.Equal, Known(value, whole), Lower(constant.Value), negated, whole), pattern.InputType);
            case IRelationalPatternOperation relation:
                return OfRelation(Known(value, whole), relation, negated, whole);
            case IDeclarationPatternOperation declaration:
                Declare(declaration.DeclaredSymbol, value, whole);
                return declaration.MatchesNull ? Always(negated, whole) : OfType(value, pattern.InputType, declaration.MatchedType, negated, whole);
            case ITypePatternOperation type:
                return OfType(value, pattern.InputType, type.MatchedType, negated, whole);
            case IBinaryPatternOperation both:
                return OfBinaryPattern(Known(value, whole), both, negated, whole);
            case IRecursivePatternOperation recursive:
                return OfRecursivePattern(value, recursive, negated, whole);
            case IListPatternOperation { LengthSymbol: IPropertySymbol } list:
                return OfListPattern(value, list, negated, whole);
        }
        foreach (var inner in pattern.DescendantsAndSelf())
            if (inner is IDeclarationPatternOperation { DeclaredSymbol: { } symbol })
                Declare(symbol, Registers.None, whole);
            else if (inner is IRecursivePatternOperation { DeclaredSymbol: { } named })
                Declare(named, Registers.None, whole);
        return Make(ConditionKind.Matches, Known(value, whole), -1, negated, whole, pattern.Syntax.ToString());
    }

    private static bool AsksForNull(IPatternOperation pattern) => pattern switch
    {
        INegatedPatternOperation not => AsksForNull(not.Pattern),
        IConstantPatternOperation constant => IsNullConstant(constant.Value),
        _ => false,
    };

    private Condition Always(bool negated, IOperation whole) =>
        Make(ConditionKind.Truth, _steps.Into(OpCode.Constant, payload: 1L), -1, negated, whole);

    private Condition OfType(int value, ITypeSymbol? type, ITypeSymbol? matched, bool negated, IOperation whole) => IsOnlyNullTest(type, matched)
        ? Make(ConditionKind.IsNull, value, -1, !negated, whole)
        : Make(ConditionKind.Matches, Known(value, whole), -1, negated, whole, matched?.ToDisplayString());

    /// <summary>A value of the type is one of the matched type unless it is null.</summary>
    private static bool IsOnlyNullTest(ITypeSymbol? type, ITypeSymbol? matched) => SymbolEqualityComparer.Default.Equals(type, matched)
        || (type is { IsReferenceType: true } && (type.AllInterfaces.Contains(matched, SymbolEqualityComparer.Default) || BasesOf(type).Contains(matched, SymbolEqualityComparer.Default)))
        || (IsNullable(type) && SymbolEqualityComparer.Default.Equals(((INamedTypeSymbol)type!).TypeArguments[0], matched));

    private static IEnumerable<ITypeSymbol> BasesOf(ITypeSymbol type)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
            yield return current;
    }

    /// <summary>When <c>x and y</c> holds, both do; when <c>x or y</c> does not, neither does. A chain of the same operator is one list of parts.</summary>
    private Condition OfBinaryPattern(int value, IBinaryPatternOperation pattern, bool negated, IOperation whole)
    {
        var parts = new List<Condition>();
        var left = new Stack<IPatternOperation>();
        left.Push(pattern);
        while (left.Count > 0)
        {
            var next = left.Pop();
            if (next is IBinaryPatternOperation chain && chain.OperatorKind == pattern.OperatorKind)
            {
                left.Push(chain.RightPattern);
                left.Push(chain.LeftPattern);
            }
            else
            {
                parts.Add(OfPattern(value, next, false, whole));
            }
        }
        return Composed(parts.ToArray(), pattern.OperatorKind == BinaryOperatorKind.And, value, pattern, negated, whole);
    }

    private Condition OfRecursivePattern(int value, IRecursivePatternOperation pattern, bool negated, IOperation whole)
    {
        Declare(pattern.DeclaredSymbol, value, whole);
        var parts = new List<Condition>();
        if (pattern.InputType is not { IsValueType: true } || !SymbolEqualityComparer.Default.Equals(pattern.InputType, pattern.MatchedType))
            parts.Add(OfType(value, pattern.InputType, pattern.MatchedType, false, whole));
        for (var i = 0; i < pattern.DeconstructionSubpatterns.Length; i++)
            parts.Add(OfPattern(LoadOf(value, ElementOf(pattern, i)), pattern.DeconstructionSubpatterns[i], false, whole));
        foreach (var property in pattern.PropertySubpatterns)
            parts.Add(OfPattern(LoadOf(value, (property.Member as IMemberReferenceOperation)?.Member), property.Pattern, false, whole));
        return parts.Count switch
        {
            0 => Always(negated, whole),
            1 => Negate(parts[0], negated),
            _ => Composed(parts.ToArray(), isAnd: true, value, pattern, negated, whole),
        };
    }

    /// <summary>How many elements there are (<c>[]</c>, <c>[_, ..]</c>), and what some of them are.</summary>
    private Condition OfListPattern(int value, IListPatternOperation list, bool negated, IOperation whole)
    {
        Declare(list.DeclaredSymbol, value, whole);
        var (size, elements) = (Known(LoadOf(value, list.LengthSymbol), whole), list.Patterns.Count(element => element is not ISlicePatternOperation));
        var count = _steps.Into(OpCode.Constant, payload: (long)elements);
        var parts = new List<Condition>();
        if (list.InputType is not { IsValueType: true })
            parts.Add(Make(ConditionKind.IsNull, value, -1, true, whole));
        parts.Add(elements < list.Patterns.Length ? Make(ConditionKind.LessOrEqual, count, size, false, whole) : Make(ConditionKind.Equal, size, count, false, whole));
        foreach (var element in list.Patterns)
            if ((element is ISlicePatternOperation slice ? slice.Pattern : element) is { } pattern and not IDiscardPatternOperation)
                parts.Add(OfPattern(PartOf(value, list, element), pattern, false, whole));
        return parts.Count == 1 ? Negate(parts[0], negated) : Composed(parts.ToArray(), isAnd: true, value, list, negated, whole);
    }

    /// <summary>A slice of a span lies in the same memory; of an element, and of an array's slice, nothing is known.</summary>
    private int PartOf(int value, IListPatternOperation list, IPatternOperation part) => part is ISlicePatternOperation && value >= 0 && TypeFacts.IsSpan(list.InputType)
        ? _steps.Into(OpCode.Arithmetic, value, Registers.None, payload: "range", site: AddSite(list))
        : Registers.None;

    /// <summary>Remembered as a whole, where it is about values that cannot change underneath, and by its parts.</summary>
    private Condition Composed(Condition[] parts, bool isAnd, int value, IPatternOperation pattern, bool negated, IOperation whole)
    {
        var onValues = pattern.DescendantsAndSelf().All(part => part is not (IPropertySubpatternOperation or IDeclarationPatternOperation));
        var condition = onValues
            ? Make(ConditionKind.Matches, IdentityOf(value, pattern.InputType), -1, negated, whole, pattern.Syntax.ToString())
            : Make(ConditionKind.Opaque, -1, -1, negated, whole);
        condition.Parts = parts;
        condition.PartsWhen = isAnd;
        return condition;
    }

    /// <summary>Two tuples of the same elements are the same value.</summary>
    private int IdentityOf(int value, ITypeSymbol type)
    {
        if (value < 0 || type is not INamedTypeSymbol { IsTupleType: true } tuple)
            return value;
        var identity = Registers.None;
        foreach (var element in tuple.TupleElements)
        {
            var part = LoadOf(value, element);
            identity = identity < 0 ? part : _steps.Into(OpCode.Arithmetic, identity, part, payload: "pair");
        }
        return identity;
    }

    private Condition Negate(Condition condition, bool negated) => !negated ? condition
        : new Condition(condition.Kind, condition.A, condition.B, !condition.Negated, condition.Key, condition.Text, condition.Site)
        {
            Correlated = condition.Correlated, Domain = condition.Domain, Parts = condition.Parts, PartsWhen = condition.PartsWhen, IsPolicy = condition.IsPolicy, IsCount = condition.IsCount, AsksForMemory = condition.AsksForMemory, IsLifted = condition.IsLifted,
        };

    /// <summary>What a deconstruction takes a part from: a tuple's element, or the property that a record's parameter has become.</summary>
    private static ISymbol? ElementOf(IRecursivePatternOperation pattern, int index) => pattern switch
    {
        { MatchedType: INamedTypeSymbol { IsTupleType: true } tuple } when index < tuple.TupleElements.Length => tuple.TupleElements[index],
        { DeconstructSymbol: IMethodSymbol { IsImplicitlyDeclared: true } method } => method.ContainingType.GetMembers(method.Parameters[index].Name).FirstOrDefault(),
        _ => null,
    };

    private int LoadOf(int value, ISymbol? member) => member switch
    {
        null => Registers.None,
        _ when value < 0 => Registers.None,
        IPropertySymbol property when HasEffects(property) || HasOwnCode(property) => property.GetMethod is { } getter
            ? EmitCall(getter, _current, value, Array.Empty<int>(), effectsOf: HasEffects(property) ? property : null)
            : Registers.None,
        IFieldSymbol or IPropertySymbol => _steps.Into(OpCode.LoadField, value, FieldNumber(member), scale: member is IPropertySymbol part ? ElementSize(part) : 0),
        _ => Registers.None,
    };

    private Condition OfRelation(int value, IRelationalPatternOperation relation, bool negated, IOperation whole)
    {
        var bound = Lower(relation.Value);
        var condition = relation.OperatorKind switch
        {
            BinaryOperatorKind.LessThan => Make(ConditionKind.Less, value, bound, negated, whole),
            BinaryOperatorKind.LessThanOrEqual => Make(ConditionKind.LessOrEqual, value, bound, negated, whole),
            BinaryOperatorKind.GreaterThan => Make(ConditionKind.Less, bound, value, negated, whole),
            _ => Make(ConditionKind.LessOrEqual, bound, value, negated, whole),
        };
        condition.IsLifted = IsNullable(relation.InputType);
        return condition;
    }

    private static bool IsNullable(ITypeSymbol? type) => type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T };

    private void Declare(ISymbol? symbol, int value, IOperation site)
    {
        if (symbol is null)
            return;
        Store(Place.Variable(SlotOf(symbol)), value, site);
        if (symbol is not ILocalSymbol { Type.IsValueType: true } || site is not IIsPatternOperation { Value: var asked })
            return;
        // `_options is { FlushEvery: var n }`: n is an option as well.
        NotePolicy(symbol, asked);
        // `last is int n && n > 0` asks what `last > 0` does.
        if (IsPlainRead(asked))
            NoteMadeOf(symbol, asked);
    }
}
