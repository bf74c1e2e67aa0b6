using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Turns expressions into steps. Calls, places and conditions have files of their own; this one holds the dispatch and
/// the plain shapes. The tables in the notes on IOperation say what each construct looks like; the dereference of a
/// pointer has no public operation at all and is recognised by its types.
/// </summary>
internal sealed partial class BodyLowering
{
    /// <summary>The register that holds the operation's value, or <see cref="Registers.None"/> when nothing is known about it.</summary>
    private int Lower(IOperation? operation)
    {
        if (operation is null)
            return Registers.None;
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (operation.ConstantValue is { HasValue: true } constant)
            return _steps.Into(OpCode.Constant, payload: Normalize(constant.Value));

        switch (operation)
        {
            case IExpressionStatementOperation statement:
                _droppedResult = statement.Operation;
                return Lower(statement.Operation);
            case IConversionOperation conversion:
                return LowerConversion(conversion);
            case ISimpleAssignmentOperation assignment:
                return LowerAssignment(assignment);
            case ICompoundAssignmentOperation compound:
                return LowerCompound(compound);
            case IIncrementOrDecrementOperation step:
                return LowerIncrement(step);
            case IDeconstructionAssignmentOperation deconstruction:
                return LowerDeconstruction(deconstruction.Target, deconstruction.Value, deconstruction);
            case IInvocationOperation or IMemberReferenceOperation when SystemCheckBehind(operation) is { } check:
                return Lower(check);
            case IFieldReferenceOperation { Field: { Name: nameof(IntPtr.Zero), ContainingType.SpecialType: var number } }
                when number is SpecialType.System_IntPtr or SpecialType.System_UIntPtr:
                return _steps.Into(OpCode.Constant, payload: 0L);
            case IMemberReferenceOperation member when FixedNumberBehind(member) is { } number:
                return Lower(number);
            case IUnaryOperation { OperatorMethod: null, OperatorKind: UnaryOperatorKind.BitwiseNegation or UnaryOperatorKind.Minus } unary:
                return LowerNegation(unary);
            case IUnaryOperation { OperatorMethod: { } method } unary when IsInSource(method):
                return LowerOperatorCall(method, unary, unary.Operand);
            case IInvocationOperation or IPropertyReferenceOperation when NullableBehind(operation) is { } nullable:
                return Lower(nullable);
            case IInvocationOperation or IPropertyReferenceOperation when AskedForAny(operation) is { } collection && (SizeOf(collection.Type) is not null || IsSequence(collection.Type)):
                return EmptinessValue(operation, collection);
            case IInvocationOperation { TargetMethod.Name: CloneOfRecord } clone:
                return LowerCopy(clone, clone.Instance);
            case IInvocationOperation invocation when IsEmptyCall(invocation):
                return Nothing(invocation);
            case ISizeOfOperation { TypeOperand: var measured } when TypeFacts.WholeSizeOf(measured) is > 0 and var size:
                return _steps.Into(OpCode.Constant, payload: size);
            case IInvocationOperation { TargetMethod: var sized } when TypeFacts.WholeSizeOf(SizedBy(sized)) is > 0 and var size:
                return _steps.Into(OpCode.Constant, payload: size);
            case IInvocationOperation invocation:
                return LowerInvocation(invocation);
            case IFunctionPointerInvocationOperation pointed:
                return LowerPointedCall(pointed);
            case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation or IDynamicObjectCreationOperation:
                return LowerDynamic(operation);
            case IObjectCreationOperation creation:
                return LowerCreation(creation);
            case IFlowCaptureOperation capture:
                return LowerCapture(capture);
            case IFlowAnonymousFunctionOperation lambda:
                return LowerLambda(lambda);
            case IDelegateCreationOperation creation:
                return Lower(creation.Target);
            case IMethodReferenceOperation reference:
                return LowerMethodReference(reference);
            case IBinaryOperation binary:
                return LowerBinary(binary);
            case IAwaitOperation await:
                return Lower(Awaited(await.Operation));
            case IParenthesizedOperation parenthesized:
                return Lower(parenthesized.Operand);
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }:
                return ThisSlot;
            case IDefaultValueOperation { Type: { IsReferenceType: true } or { TypeKind: TypeKind.Pointer } or { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } }:
                return _steps.Into(OpCode.Constant);
            case IDefaultValueOperation { Type: INamedTypeSymbol { TypeKind: TypeKind.Struct } structure } when _context.IsOwn(structure) && _context.Types.CanCarryMapping(structure):
                return _steps.Into(OpCode.Allocate, site: AddSite(operation));
            case IDefaultValueOperation { Type: INamedTypeSymbol { TypeKind: TypeKind.Struct } account } when _context.KeepsAccount(account):
                return LowerEmptyAccount(account, operation);
            case ITupleOperation tuple:
                return LowerTuple(tuple);
            case IAnonymousObjectCreationOperation creation:
                return LowerAnonymousObject(creation);
            case IWithOperation with:
                return LowerCopy(with, with.Operand);
            case IFieldReferenceOperation { Field.IsFixedSizeBuffer: true, Instance: { } instance }:
                return AddressOf(Inside(LowerPlace(instance), null));
            case IInlineArrayAccessOperation { Type.IsRefLikeType: true } slice:
                return AddressOf(LowerPlace(slice));
            case IArrayElementReferenceOperation or IPropertyReferenceOperation when IndexOf(operation) is { } index:
                return LowerElement(operation, index);
            case IAddressOfOperation { Reference: IArrayElementReferenceOperation { ArrayReference.Type: { } pinned } } address when IsOwnMemory(pinned):
                return LowerOwnMemory(address);
            case IAddressOfOperation address:
                return AddressOf(LowerPlace(address.Reference));
            case IArrayCreationOperation array:
                return LowerArray(array);
            case IReturnOperation { Kind: OperationKind.YieldReturn } yield:
                return Lower(yield.ReturnedValue);
            case IEventAssignmentOperation assignment:
                return LowerEventAssignment(assignment);
            case IInterpolatedStringOperation when TemporaryStart(operation) is { } temporary:
                return Lower(temporary);
            case IInterpolatedStringOperation when PathStart(operation) is { } start:
                return _steps.Into(OpCode.Constant, payload: start);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null } not:
                return Not(Lower(not.Operand), not);
            // What is asked once is evaluated once: `return msync(p, n, 4) is 0`.
            case IIsPatternOperation { Value: var once, Pattern: var single } when !IsPlainRead(once) && single is IConstantPatternOperation or IRelationalPatternOperation or INegatedPatternOperation { Pattern: IConstantPatternOperation }:
                return PatternValue(Known(Lower(once), once), single);
            case IPropertyReferenceOperation { Property: var asked, Instance: { } nullable } when IsHasValue(asked):
                return TestValue(BinaryOperatorKind.NotEquals, Known(Lower(nullable), nullable), _steps.Into(OpCode.Constant), operation);
            case IIsPatternOperation or IIsNullOperation:
                LowerCondition(operation);
                return operation is IIsPatternOperation pattern && IsPlainRead(pattern.Value) ? PatternValue(Lower(pattern.Value), pattern.Pattern) : Registers.None;
        }
        return IsPlace(operation) ? Load(LowerPlace(operation)) : LowerChildren(operation);
    }

    /// <summary>Marks an allocation of plain memory: an array or a stack buffer, which no file stands behind.</summary>
    public const long OwnMemory = 1;

    private int LowerChildren(IOperation operation)
    {
        if (operation.Kind == OperationKind.None && operation.Syntax.Kind() is SyntaxKind.StackAllocArrayCreationExpression or SyntaxKind.ImplicitStackAllocArrayCreationExpression)
            return LowerOwnMemory(operation);
        if (IsCollectionExpression(operation) && operation.Type is { } collection && !_context.IsOwn(collection))
            return LowerCollectionExpression(operation, collection);
        var first = Registers.None;
        var count = 0;
        foreach (var child in operation.ChildOperations)
        {
            var register = Lower(child);
            if (count++ == 0)
                first = register;
        }
        // What a `fixed` statement takes from its only operand.
        return count == 1 && operation.Kind == OperationKind.None && operation.Type is IPointerTypeSymbol ? Pinned(operation, first) : Registers.None;
    }

    private bool IsOwnMemory(ITypeSymbol? type) => type is { SpecialType: SpecialType.System_String } || (type is IArrayTypeSymbol { ElementType: { IsUnmanagedType: true } element } && !_context.Types.CanCarryMapping(element));

    /// <summary><c>fixed (byte* p = page)</c>: a type of the program's own says itself what is pinned.</summary>
    private int Pinned(IOperation operation, int value) => IsOwnMemory(StaticType(operation.ChildOperations.First()))
        ? _steps.Into(OpCode.Allocate, scale: OwnMemory, site: AddSite(operation))
        : value >= 0 && StaticType(operation.ChildOperations.First()) is INamedTypeSymbol type && _context.IsOwn(type)
        && type.GetMembers("GetPinnableReference").OfType<IMethodSymbol>().FirstOrDefault(method => method is { IsStatic: false, Parameters.IsEmpty: true, RefKind: not RefKind.None }) is { } pinning
            ? EmitCall(pinning, operation, value, Array.Empty<int>())
            : value;

    private int LowerOwnMemory(IOperation operation)
    {
        foreach (var child in operation.ChildOperations)
            Lower(child);
        return _steps.Into(OpCode.Allocate, scale: OwnMemory, site: AddSite(operation));
    }

    /// <summary>A constant as the analysis counts: whole numbers and flags as long.</summary>
    public static object? Normalize(object? constant) => constant switch
    {
        bool b => b ? 1L : 0L,
        char c => (long)c,
        sbyte or byte or short or ushort or int or uint or long => Convert.ToInt64(constant, System.Globalization.CultureInfo.InvariantCulture),
        ulong u => unchecked((long)u),
        _ => constant,
    };

    private int LowerConversion(IConversionOperation conversion)
    {
        if (conversion.OperatorMethod is { } method && (HasEffects(method) || IsInSource(method)))
            return LowerOperatorCall(method, conversion, conversion.Operand);
        NoteAddress(conversion);
        return IsInlineArray(conversion) ? AddressOf(LowerPlace(conversion.Operand)) : Lower(conversion.Operand);
    }

    /// <summary>A structure that becomes a span without anybody's operator: an inline array, which the span is over.</summary>
    private static bool IsInlineArray(IConversionOperation conversion) =>
        conversion is { OperatorMethod: null, Type.IsRefLikeType: true, Operand.Type: { TypeKind: TypeKind.Struct, IsRefLikeType: false } };

    /// <summary>What is awaited, whichever thread goes on after it.</summary>
    private static IOperation Awaited(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "ConfigureAwait", ContainingNamespace.Name: "Tasks" }, Instance: { } task } ? task : operation;

    private int LowerAssignment(ISimpleAssignmentOperation assignment)
    {
        // The graph of a field's initializer does not say that it is a reference.
        if (assignment.IsRef || assignment.Value.Syntax.Parent is RefExpressionSyntax)
        {
            var target = RefVariable(assignment.Target);
            var named = LowerPlace(assignment.Value);
            if (IsAlias(assignment, named))
            {
                Alias(assignment, named);
                return Registers.None;
            }
            var address = AddressOf(named);
            if (target.Kind != PlaceKind.None)
                Store(target, address, assignment);
            return address;
        }
        if (IsOfExtreme(assignment))
            return Registers.None;
        var place = LowerPlace(assignment.Target);
        if (SymbolBehind(assignment.Target) is { } counter && IsCounter(place) && SummandsOf(counter, assignment.Value) is { } summands)
        {
            var sum = LowerSum(place, summands, assignment);
            Store(place, sum, assignment);
            return sum;
        }
        var local = AssignedLocal(assignment.Target);
        var value = local is not null ? LowerFlag(local, assignment.Value) : LowerValue(assignment.Value);
        // What is assigned and what the assignment yields is one value: `if (ok = Try()) … if (ok)`.
        if (place.Kind is PlaceKind.Variable or PlaceKind.Field)
            value = Counted(place, assignment, Known(value, assignment));
        if (assignment.Value is IFlowCaptureReferenceOperation chosen && AskedSymbol(assignment.Target) is IParameterSymbol parameter)
            _chosenFor[chosen.Id] = parameter;
        if (local is not null)
        {
            NotePolicy(local, assignment.Value);
            NoteConfigured(local, assignment.Value);
            NoteKept(local, assignment.Value);
            if (SymbolBehind(assignment.Value) is IParameterSymbol)
                _copiesOfParameters.Add(local);
        }
        Store(place, value, assignment);
        if (assignment.Target is IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation)
            GiveToDynamic(value, assignment);
        NoteKey(assignment.Target);
        if (assignment.Target is ILocalReferenceOperation { Local: var enumerator } && EnumeratedBy(assignment.Value) is not null && IsEnumerator(enumerator))
            NoteEnumerator(place.Base, assignment.Value);
        return value;
    }

    /// <summary>The local that is assigned; where its new value branches, as in <c>both = x &amp;&amp; y</c>, the graph holds on to the local first.</summary>
    private ILocalSymbol? AssignedLocal(IOperation target) => target switch
    {
        ILocalReferenceOperation { Local: var local } => local,
        IFlowCaptureReferenceOperation { Id: var held } when _assignedCaptures.Contains(held) && _copiedBy.TryGetValue(held, out var copied) => copied as ILocalSymbol,
        _ => null,
    };

    private int LowerCapture(IFlowCaptureOperation capture)
    {
        // `_view?.Flush()` tests a copy of the field: it is the field that is tested again.
        if (AskedSymbol(capture.Value) is { } copied)
            _copiedBy[capture.Id] = copied;
        if (_assignedCaptures.Contains(capture.Id) && IsPlace(capture.Value) && LowerPlace(capture.Value) is var place && !(place.Kind == PlaceKind.Memory && IsCopied(capture.Value)))
        {
            RememberPlace(capture.Id, place);
            return Registers.None;
        }
        if (capture.Value is ITupleOperation tuple)
            _capturedTuples[capture.Id] = tuple;
        if (capture.Value.Type?.SpecialType == SpecialType.System_Boolean && capture.Syntax.Parent is SwitchStatementSyntax && capture.Value.DescendantsAndSelf().All(part => part is IIsTypeOperation || IsPlainTest(part)))
            _switchedOn[capture.Id] = capture.Value;
        EvaluateEnumerated(capture.Value);
        var value = Lower(capture.Value);
        NotePolicy(capture.Id, capture.Value);
        NoteConfigured(capture.Id, capture.Value);
        NoteKept(capture.Id, capture.Value);
        _steps.Add(new Instruction(OpCode.Copy, CaptureSlot(capture.Id), Known(value, capture)));
        NoteEnumerator(CaptureSlot(capture.Id), capture.Value);
        return value;
    }

    /// <summary><c>record with { X = 1 }</c> assigns to a copy of the structure, wherever that lies.</summary>
    private static bool IsCopied(IOperation value) => value.Syntax.Parent is WithExpressionSyntax with && with.Expression == value.Syntax;

    /// <summary>A register for the value: a new unknown one where nothing was known, so that the same unknown can be recognised again.</summary>
    private int Known(int register, IOperation operation) =>
        register >= 0 ? register : _steps.Into(OpCode.Unknown, site: AddSite(operation));
}
