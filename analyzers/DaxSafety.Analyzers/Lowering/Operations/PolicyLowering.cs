using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Conditions behind which a flush is put off on purpose: options, flags, clocks, counts.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>
    /// Whether a condition depends on what is set elsewhere: members of this object, options, bool and enum parameters, a
    /// clock. A member of an argument counts when it is a flag too, and no answer of the
    /// framework's such as <c>IsEmpty</c>.
    /// </summary>
    private bool ReadsOnlyPolicy(IOperation operation)
    {
        var readsPolicy = false;
        var pending = _toRead;
        pending.Clear();
        pending.Push(operation);
        while (pending.Count > 0)
        {
            var read = pending.Pop();
            switch (read)
            {
                // What lies in the memory is data, `_base[0]`; `_header->Sync` is a member.
                case { Kind: OperationKind.None, IsImplicit: false } when !IsFlag(read.Type) && IsDereference(read, out _):
                    return false;
                case IParameterReferenceOperation { Parameter: var captured } when IsPrimaryConstructorCapture(captured):
                case IIsPatternOperation { Pattern: var pattern } when AsksOnlyFlags(pattern) || AsksKind(pattern):
                case IIsTypeOperation { TypeOperand: var kind } when _context.IsOwn(kind):
                // `if (!reader.TryPeek(out _))`: no more has come so far.
                case IInvocationOperation { TargetMethod: { Name: "TryPeek" } peek } when IsFramework(peek):
                case IMemberReferenceOperation { Instance: null or IInstanceReferenceOperation }:
                case IMemberReferenceOperation { Member: var member } when IsFlag(read.Type) && !IsFramework(member):
                case IParameterReferenceOperation when IsFlag(read.Type):
                case IInvocationOperation { Arguments.IsEmpty: true, Instance: null or IInstanceReferenceOperation }:
                // `clock.GetElapsedTime(_last)`, whoever has handed the clock in.
                case IInvocationOperation { Instance.Type: var clock } when IsClock(clock):
                case IMemberReferenceOperation { Instance.Type: var watch } when IsClock(watch):
                    readsPolicy = true;
                    continue;
                case ILocalReferenceOperation or IFlowCaptureReferenceOperation when IsPolicy(read):
                    readsPolicy = true;
                    continue;
                case ILocalReferenceOperation or IParameterReferenceOperation or IFlowCaptureReferenceOperation:
                    return false;
                case IInvocationOperation { Instance: IParameterReferenceOperation { Parameter: var own } } when IsPrimaryConstructorCapture(own):
                    break;
                // `mode.HasFlag(x)`, `sync.GetValueOrDefault()`: as the flag itself.
                case IInvocationOperation { Instance: IParameterReferenceOperation { Type: var asked } } when IsFlag(asked):
                    break;
                // What the program's settings, or the system's, say under a name; a delegate's answer, which the type was given.
                case IInvocationOperation { Instance: null } named when SaysUnderName(named):
                case IInvocationOperation { TargetMethod.MethodKind: MethodKind.DelegateInvoke, Instance: IMemberReferenceOperation { Instance: IInstanceReferenceOperation, Member: var given } } when _context.KeptDelegates.Of(given) is null:
                    readsPolicy = true;
                    continue;
                // What a call leaves there says as much as the call.
                case IArgumentOperation { Parameter.RefKind: RefKind.Out }:
                    continue;
                // `if (IsDue(now))`: what is asked of the arguments.
                case IInvocationOperation { Instance: null or IInstanceReferenceOperation, TargetMethod: var predicate } when _context.IsFormula(predicate.OriginalDefinition):
                    break;
                case IInvocationOperation { Instance: IInstanceReferenceOperation or ILocalReferenceOperation or IParameterReferenceOperation }:
                    return false;
            }
            foreach (var child in read.ChildOperations)
                pending.Push(child);
        }
        return readsPolicy;
    }

    /// <summary>What a question is still to be asked of; the question is asked of everything that a variable is given.</summary>
    private readonly Stack<IOperation> _toRead = new();

    /// <summary><c>Config.Get("durable")</c>; of the system what it hands out under a name, as <c>AppContext.TryGetSwitch("Durable", out var on)</c>, and not whether a file is there.</summary>
    private static bool SaysUnderName(IInvocationOperation call)
    {
        var asked = call.Arguments.Where(argument => argument.Parameter?.RefKind != RefKind.Out).ToList();
        return asked.Count > 0 && asked.TrueForAll(argument => argument.Value.ConstantValue.HasValue)
            && (!IsFramework(call.TargetMethod) || (asked.Exists(argument => argument.Value.ConstantValue.Value is string) && (asked.Count < call.Arguments.Length || call.Type?.SpecialType == SpecialType.System_String)));
    }

    /// <summary>The locals that a call leaves its answer in are policies if the call is.</summary>
    private void NotePolicyLeft(IInvocationOperation call)
    {
        foreach (var argument in call.Arguments)
            if (argument is { Parameter.RefKind: RefKind.Out } && (argument.Value is IDeclarationExpressionOperation declared ? declared.Expression : argument.Value) is ILocalReferenceOperation { Local: var local })
                _policyOf[local] = ReadsOnlyPolicy(call) && (!_policyOf.TryGetValue(local, out var before) || before);
    }

    /// <summary><c>ShouldFlush(n)</c> of this object or of one that it holds.</summary>
    private IMethodSymbol? QuestionIn(IOperation operation)
    {
        while (operation is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, Operand: var denied })
            operation = denied;
        return operation is IInvocationOperation { Instance: { } asked, Arguments.IsEmpty: false, TargetMethod: var method } && _context.IsOwn(method)
            && asked is IInstanceReferenceOperation or IMemberReferenceOperation { Instance: IInstanceReferenceOperation } or IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } }
            ? method
            : null;
    }

    /// <summary>What every assignment of a local so far makes of it: a clock's reading, a copy of an option. Constants decide nothing.</summary>
    private readonly Dictionary<object, bool> _policyOf = new();

    private bool IsPolicy(IOperation read) => _policyOf.TryGetValue(read is ILocalReferenceOperation local ? local.Local : ((IFlowCaptureReferenceOperation)read).Id, out var isPolicy) && isPolicy;

    private readonly List<(SyntaxNode Syntax, Condition Condition)> _conditions = new();

    /// <summary>What <c>mode switch { … => true, _ => false }</c> comes to is decided by its conditions: the last ones lowered.</summary>
    private bool IsChosenByPolicy(IOperation value)
    {
        var first = _conditions.Count;
        while (first > 0 && value.Syntax.Span.Contains(_conditions[first - 1].Syntax.Span))
            first--;
        return first < _conditions.Count && _conditions.Skip(first).All(made => made.Condition.IsPolicy);
    }

    private void NotePolicy(object holder, IOperation value)
    {
        if (value is IFlowCaptureReferenceOperation { Id: var chosen } && !_policyOf.ContainsKey(chosen))
            _policyOf[chosen] = IsChosenByPolicy(value);
        _answers[holder] = OwnAnswer(value);
        // What a loop walks is data, wherever it is kept.
        if (Unconverted(value) is IInvocationOperation { TargetMethod.Name: "GetEnumerator" })
            _policyOf[holder] = false;
        else if (!value.ConstantValue.HasValue && value is not IDefaultValueOperation)
            _policyOf[holder] = ReadsOnlyPolicy(value) && !AsksWithArguments(value) && (!_policyOf.TryGetValue(holder, out var before) || before);
    }

    /// <summary><c>is { Sync: true }</c>, as <c>.Sync</c> would.</summary>
    private static bool AsksOnlyFlags(IPatternOperation pattern)
    {
        var asked = pattern.DescendantsAndSelf().OfType<IPropertySubpatternOperation>().ToList();
        return asked.Count > 0 && asked.All(property => IsFlag(property.Member.Type));
    }

    /// <summary><c>is CommitRecord</c>: which kind of the program's own it is, as an enum would say.</summary>
    private bool AsksKind(IPatternOperation pattern) => pattern switch
    {
        ITypePatternOperation { MatchedType: var kind } => _context.IsOwn(kind),
        IDeclarationPatternOperation { MatchedType: { } kind, MatchesNull: false } => _context.IsOwn(kind),
        IRecursivePatternOperation { MatchedType: { } kind, DeconstructionSubpatterns: var parts, PropertySubpatterns: var members } => _context.IsOwn(kind)
            && parts.All(TakesAny) && members.All(member => TakesAny(member.Pattern)),
        INegatedPatternOperation { Pattern: var denied } => AsksKind(denied),
        IBinaryPatternOperation { LeftPattern: var left, RightPattern: var right } => AsksKind(left) && AsksKind(right),
        _ => false,
    };

    private static bool TakesAny(IPatternOperation part) => part is IDiscardPatternOperation or IDeclarationPatternOperation { MatchesNull: true };

    /// <summary>What an object answers to a question is data, and no setting.</summary>
    private static bool AsksWithArguments(IOperation value) =>
        value.DescendantsAndSelf().Any(part => part is IInvocationOperation { Instance: not null, Arguments.IsEmpty: false });

    private static bool IsFlag(ITypeSymbol? type) => type is { SpecialType: SpecialType.System_Boolean } or { TypeKind: TypeKind.Enum }
        || type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T, TypeArguments.Length: 1 } nullable && nullable.TypeArguments[0].SpecialType == SpecialType.System_Boolean;

    /// <summary>Locals that some step counts up or down.</summary>
    private readonly HashSet<ISymbol> _counters = new(SymbolEqualityComparer.Default);

    private void NoteCounter(IOperation operation)
    {
        if (operation is IIncrementOrDecrementOperation { Target: ILocalReferenceOperation stepped })
            _counters.Add(stepped.Local);
        else if (operation is ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, Target: ILocalReferenceOperation summed })
            _counters.Add(summed.Local);
        else if (operation is ISimpleAssignmentOperation { Target: ILocalReferenceOperation assigned } assignment && SummandsOf(assigned.Local, assignment.Value) is not null)
            _counters.Add(assigned.Local);
    }

    /// <summary>Whether a condition asks how far something has been counted: every n-th, a full batch, the last one.</summary>
    private bool AsksCount(IOperation operation) => operation.DescendantsAndSelf().Any(part => part switch
    {
        ILocalReferenceOperation read => _counters.Contains(read.Local),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Remainder } => true,
        // `_pending + data.Length > Limit`, `(_pending += n) > Limit`, `end - _flushed > Limit`.
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, LeftOperand: var left, RightOperand: var right } => IsOwnCounter(left) || IsOwnCounter(right),
        ICompoundAssignmentOperation { Target: var summed } => IsOwnCounter(summed),
        // `ShouldFlush(n)`, which is that.
        IInvocationOperation { Instance: IInstanceReferenceOperation, TargetMethod.OriginalDefinition: var predicate } when _context.IsFormula(predicate) =>
            _context.ValueOf(predicate, _cancel)?.DescendantsAndSelf().Any(read => read is IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, LeftOperand: var first, RightOperand: var second } && (IsOwnCounter(first) || IsOwnCounter(second))) == true,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.And, RightOperand.ConstantValue: { HasValue: true, Value: int mask } } => IsRemainder(mask),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.And, RightOperand.ConstantValue: { HasValue: true, Value: long mask } } => IsRemainder(mask),
        _ => false,
    });

    private static bool IsOwnCounter(IOperation operation) =>
        Unconverted(operation) is IFieldReferenceOperation { Instance: IInstanceReferenceOperation, Field: { IsReadOnly: false, IsConst: false } field }
        && (IsInteger(field.Type) || IsTime(field.Type));

    private static bool IsClock(ITypeSymbol? type) =>
        type is { Name: "TimeProvider", ContainingNamespace.Name: "System" } or { Name: "Stopwatch", ContainingNamespace.Name: "Diagnostics" };

    /// <summary>Time goes on as a counter does: <c>now - _last > Interval</c>.</summary>
    private static bool IsTime(ITypeSymbol type) => type is { Name: "DateTime" or "DateTimeOffset" or "TimeSpan", ContainingNamespace.Name: "System" };

    /// <summary>The calls that locals were last given the answer of.</summary>
    private readonly Dictionary<object, SyntaxNode?> _answers = new();

    private SyntaxNode? OwnAnswer(IOperation value) =>
        Unconverted(value) is IInvocationOperation call && IsInteger(call.Type) && _context.IsOwn(call.TargetMethod) ? call.Syntax : null;

    /// <summary>
    /// What a position is compared with is a limit: <c>var end = _segment.Append(data); if (end > Limit) Roll();</c>.
    /// Whether it is one at all is another question.
    /// </summary>
    private SyntaxNode? AnsweredIn(IOperation comparison)
    {
        while (comparison is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, Operand: var denied })
            comparison = denied;
        return comparison switch
        {
            IBinaryOperation { LeftOperand: var left, RightOperand: var right } when !IsNothing(left) && !IsNothing(right) => AnswerOf(left) ?? AnswerOf(right),
            IInvocationOperation { TargetMethod: var question, Arguments: { Length: 1 } about } when AsksHowFar(question) => AnswerOf(about[0].Value),
            _ => null,
        };
    }

    /// <summary><c>bool IsDurable(long end) =&gt; end &lt;= _flushed;</c></summary>
    private bool AsksHowFar(IMethodSymbol question) =>
        question is { IsVirtual: false, IsAbstract: false, IsOverride: false } && _context.IsOwn(question)
        && _context.ValueOf(question, _cancel) is IBinaryOperation { OperatorKind: var kind, LeftOperand: var left, RightOperand: var right }
        && kind is BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual
        && (IsOwnCounter(left) || IsOwnCounter(right) || IsOwnCounterRead(left) || IsOwnCounterRead(right));

    private static bool IsOwnCounterRead(IOperation number) =>
        Unconverted(number) is IInvocationOperation call && IsVolatileRead(call) && IsOwnCounter(call.Arguments[0].Value);

    private SyntaxNode? AnswerOf(IOperation number) => Unconverted(number) switch
    {
        ILocalReferenceOperation { Local: var local } => _answers.TryGetValue(local, out var answer) ? answer : null,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract, LeftOperand: var moved } => AnswerOf(moved),
        _ => OwnAnswer(number),
    };

    private static bool IsNothing(IOperation number) =>
        Unconverted(number).ConstantValue is { HasValue: true, Value: var constant } && Normalize(constant) is <= 0L;

    /// <summary>A mask of the lowest bits, more of them than flags are asked for together.</summary>
    private static bool IsRemainder(long mask) => mask >= 7 && (mask & (mask + 1)) == 0;
}
