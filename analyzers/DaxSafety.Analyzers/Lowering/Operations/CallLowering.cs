using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Calls: invocations, constructions, operators and accessors, with what tables or source say of the callee.</summary>
internal sealed partial class BodyLowering
{
    private int LowerInvocation(IInvocationOperation invocation)
    {
        if (IsLeftOut(invocation))
            return Registers.None;
        if (IsNeverWalked(invocation))
            return LowerArgumentsAlone(invocation);
        if (IsVolatileRead(invocation))
            return Load(LowerPlace(invocation.Arguments[0].Value));
        return invocation.TargetMethod.ReturnsByRef || invocation.TargetMethod.ReturnsByRefReadonly ? Load(LowerPlace(invocation)) : CallOf(invocation);
    }

    private int CallOf(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        if (method.ReturnType.SpecialType == SpecialType.System_String && PathStart(invocation) is { } start)
            return _steps.Into(OpCode.Constant, payload: start);
        if (method.ReturnType.SpecialType == SpecialType.System_String && TemporaryStart(invocation) is { } temporary)
            return Lower(temporary);
        if (ComparedBy(invocation) is var (left, right))
            return TestValue(BinaryOperatorKind.Equals, Known(Lower(left), left), Known(Lower(right), right), invocation);
        if (AsksSameTwice(invocation))
            return LowerQuestion(invocation);
        if (_context.ReturnsLarger(method) is { } isLargest)
            return LowerExtreme(invocation, isLargest);
        if (IsClamp(method))
            return LowerClamp(invocation);
        if (IsPopCount(method))
            return LowerPopCount(invocation.Arguments[0].Value);
        if (IsAllocator(method))
            return LowerOwnMemory(invocation);
        if (method.MethodKind == MethodKind.DelegateInvoke && KeptBehind(invocation.Instance) is { } kept)
            return LowerKeptCall(invocation, kept);
        var receiver = LowerReceiver(invocation.Instance, out var receiverIsAddress);
        var arguments = LowerArguments(invocation.Arguments, method.Parameters.Length, out var outs);
        if (method.MethodKind == MethodKind.Constructor && IsInSource(method) && !SymbolEqualityComparer.Default.Equals(method.ContainingType, _owner.ContainingType))
            EmitInitializers(method, invocation, receiver, arguments);
        var disposed = ConfiguredBehind(invocation.Instance);
        if (disposed is not null && DisposeAsyncOf(disposed) is { } dispose && IsInSource(dispose))
            method = dispose;
        var receiverType = disposed ?? StaticType(invocation.Instance);
        var runs = _context.OnType(receiverType, method);
        var isVirtual = SymbolEqualityComparer.Default.Equals(runs, method) ? invocation.IsVirtual : (runs.IsVirtual || runs.IsAbstract || runs.IsOverride) && !runs.IsSealed && receiverType is { IsSealed: false };
        var passed = arguments;
        if (IsInSource(runs) && !IsInSource(method) && runs.Parameters.Length != method.Parameters.Length)
            (passed, outs) = (GivenByLibrary(runs), null);
        // Tables describe what is called, bodies are those of what runs.
        var result = EmitCall(IsInSource(runs) ? runs : method, invocation, receiver, passed, runs: runs, receiverIsAddress: receiverIsAddress, isVirtual: isVirtual, receiverType: receiverType, outs: outs);
        if (TakesOne(invocation, receiver) is >= 0 and var taken)
            result = taken;
        NoteResize(invocation, receiver);
        NoteGiven(invocation, arguments);
        if (outs is not null)
            NotePolicyLeft(invocation);
        return IsFramework(method) ? TakenBy(invocation, receiver, arguments, outs, result) : result;
    }

    private static bool IsAllocator(IMethodSymbol method) => method is { ContainingType: { Name: "NativeMemory" or "Marshal", ContainingNamespace.Name: "InteropServices" } }
        && method.Name is "Alloc" or "AllocZeroed" or "AlignedAlloc" or "AllocHGlobal" or "AllocCoTaskMem";

    /// <summary>What a library's member passes on to an override with other parameters than its own: <c>Dispose(true)</c>, and else what nobody knows.</summary>
    private int[] GivenByLibrary(IMethodSymbol runs) => runs.Parameters
        .Select(parameter => parameter.Type.SpecialType == SpecialType.System_Boolean ? _steps.Into(OpCode.Constant, payload: 1L) : Registers.None).ToArray();

    /// <summary>What the receiver is known to be, below the conversions that a <c>using</c> puts around it.</summary>
    public static ITypeSymbol? StaticType(IOperation? instance) => instance is null ? null : Unconverted(instance).Type;

    private int LowerReceiver(IOperation? instance, out bool isAddress)
    {
        isAddress = false;
        if (instance is null)
            return Registers.None;
        if (instance.Type is not { IsValueType: true } || !IsPlace(instance))
            return Lower(instance);
        var place = LowerPlace(instance);
        isAddress = place.Kind == PlaceKind.Memory;
        return isAddress ? AddressOf(place) : Load(place);
    }

    private int LowerCreation(IObjectCreationOperation creation)
    {
        var arguments = LowerArguments(creation.Arguments, creation.Constructor?.Parameters.Length ?? 0, out var outs);
        if (EmptyCollection(creation) is >= 0 and var empty)
            return empty;
        if (creation.Constructor is not { } constructor || (Array.TrueForAll(arguments, argument => argument < 0) && !_context.Types.CanCarryMapping(creation.Type) && !_context.KeepsAccount(creation.Type) && !HoldsFixedNumbers(constructor)))
            return Registers.None;
        var effects = _context.Knowledge.EffectsOf(constructor);
        if (effects.IsEmpty && !IsInSource(constructor) && IsFramework(constructor))
            return Wrapping(creation, constructor, arguments);
        if (!effects.IsEmpty)
            return EmitCall(constructor, creation, Registers.None, arguments, outs: outs);
        var instance = _steps.Into(OpCode.Allocate, site: AddSite(creation), payload: creation.Type);
        if (IsInSource(constructor) || (constructor.IsImplicitlyDeclared && (_context.KeepsAccount(creation.Type) || HoldsFixedNumbers(constructor))))
        {
            EmitDefaults(constructor, instance, arguments);
            EmitInitializers(constructor, creation, instance, arguments);
        }
        EmitCall(constructor, creation, instance, arguments, isConstruction: true, outs: outs);
        return instance;
    }

    /// <summary>An object of the framework that nobody described holds on to what it was made with; an exception says something, and holds nothing.</summary>
    private int Wrapping(IObjectCreationOperation creation, IMethodSymbol constructor, int[] arguments)
    {
        // A span over an array is as little mapped as the array.
        var isOwnMemory = creation is { Type.IsValueType: true, Arguments.IsEmpty: false } && creation.Arguments.Any(argument => argument.Value.Type is IArrayTypeSymbol);
        var instance = _steps.Into(OpCode.Allocate, scale: isOwnMemory ? OwnMemory : 0, site: AddSite(creation));
        if (TypeFacts.IsException(creation.Type))
            return instance;
        foreach (var parameter in constructor.Parameters)
        {
            if (arguments[parameter.Ordinal] is not (>= 0 and var argument))
                continue;
            if (_context.Types.MayCarryAddress(parameter.Type))
                _steps.Add(new Instruction(OpCode.StoreField, -1, instance, MemberNumbers.Element, argument));
            // A thread or a timer runs what it is made with at some time.
            if (parameter.Type.TypeKind == TypeKind.Delegate)
                _steps.Add(new Instruction(OpCode.Escape, -1, argument, site: AddSite(creation)));
        }
        return instance;
    }

    private int LowerOperatorCall(IMethodSymbol method, IOperation operation, params IOperation[] operands) =>
        EmitCall(method, operation, Registers.None, operands.Select(Lower).ToArray());

    private int EmitCall(
        IMethodSymbol method, IOperation operation, int receiver, int[] arguments, ISymbol? effectsOf = null, IMethodSymbol? runs = null,
        bool receiverIsAddress = false, bool isVirtual = false, bool isConstruction = false, ITypeSymbol? receiverType = null,
        List<(int Ordinal, Place Place, IOperation Operation)>? outs = null, ImmutableArray<CallTarget> kept = default)
    {
        var effects = _context.IsOfOwnContract(method, receiverType) ? ImmutableArray<Effect>.Empty : _context.Knowledge.EffectsOf(effectsOf ?? method, receiverType);
        var targets = !kept.IsDefault ? kept : effects.IsEmpty ? TargetsOf(runs ?? method, isVirtual, receiverIsAddress, receiverType) : ImmutableArray<CallTarget>.Empty;
        var invokes = method.MethodKind == MethodKind.DelegateInvoke && kept.IsDefault;
        var contract = !_context.Contracts.OfMethod(method).IsEmpty;
        if (effects.IsEmpty && targets.IsEmpty && !invokes && !contract && !MayMatterUnknown(method, receiver, arguments))
        {
            NoteUnfollowed(method);
            if (receiver >= 0 && IsInSource(method))
                EmitUnknowns(method, receiver, operation);
            EmitUnknownOuts(method, outs, operation);
            return Registers.None;
        }
        var call = new CallSite
        {
            Method = method,
            Effects = effects,
            Receiver = receiver,
            Arguments = arguments,
            Targets = targets,
            InvokesReceiver = invokes,
            IsConstruction = isConstruction,
            ReceiverIsAddress = receiverIsAddress,
            ReceiverType = receiverType,
            LeavesOpen = effects.Any(effect => effect.Has("unless-left-open")) && operation is IInvocationOperation { Instance: { } closed } && IsMadeToLeaveOpen(closed),
            ResultDropped = ReferenceEquals(_droppedResult, operation),
            IsFramework = kept.IsDefault && IsFramework(method),
            VariablesByRef = outs is null ? 0 : outs.Where(argument => argument.Place.Kind != PlaceKind.Memory).Aggregate(0UL, (set, argument) => set | 1UL << (argument.Ordinal & 63)),
            Contents = ContentsOf(method, outs),
        };
        foreach (var target in targets)
            AddCallee(target);
        var result = _steps.Into(OpCode.Call, site: AddCallSite(operation, call), payload: call);
        if (outs is not null)
        {
            foreach (var (ordinal, place, argument) in outs)
                if (place.Kind != PlaceKind.Memory)
                    Store(place, _steps.Into(OpCode.OutArgument, b: ordinal, c: place.Content >= 0 ? CounterOf(place) : Registers.None, payload: call), argument);
                else if (place.Content >= 0)
                    Store(Place.Variable(place.Content), _steps.Into(OpCode.OutArgument, b: ordinal, c: CounterOf(place), payload: call), argument);
                else if (effects.IsEmpty && (targets.IsEmpty ? IsFramework(method) : method.Parameters[ordinal].RefKind == RefKind.Out))
                    Store(place, Registers.None, operation);
        }
        return result;
    }

    private static int[]? ContentsOf(IMethodSymbol method, List<(int Ordinal, Place Place, IOperation Operation)>? outs)
    {
        if (outs is null || !outs.Exists(argument => argument.Place.Content >= 0))
            return null;
        var contents = new int[method.Parameters.Length];
        for (var i = 0; i < contents.Length; i++)
            contents[i] = Registers.None;
        foreach (var (ordinal, place, _) in outs)
            contents[ordinal] = place.Content;
        return contents;
    }

    private void NoteUnfollowed(IMethodSymbol method)
    {
        if (!IsHarmless(method) && (!IsInSource(method) || method.IsAbstract || method.IsExtern))
            _callsUnseenCode = true;
        else if (IsInSource(method))
            _unfollowed.Add(method.OriginalDefinition);
    }

    private void EmitUnknownOuts(IMethodSymbol method, List<(int Ordinal, Place Place, IOperation Operation)>? outs, IOperation operation)
    {
        if (outs is null)
            return;
        foreach (var (_, place, argument) in outs)
            if (place.Kind != PlaceKind.Memory)
                Store(place, Registers.None, argument);
            else
                StoreUnseen(method, place, operation);
    }

    /// <summary>A framework method assigns its <c>out</c> parameters before it returns; others may flush them as well, or be nobody's.</summary>
    private void StoreUnseen(IMethodSymbol method, Place place, IOperation call)
    {
        if (IsFramework(method))
            Store(place, Registers.None, call);
        else if (place.Content >= 0)
            Store(Place.Variable(place.Content), Registers.None, call);
    }

    /// <summary>A method without source and without a row matters when it is not the framework's and is given something, or runs a delegate.</summary>
    private bool MayMatterUnknown(IMethodSymbol method, int receiver, int[] arguments)
    {
        if (arguments.Length > method.Parameters.Length)
            return true;
        foreach (var parameter in method.Parameters)
            if (parameter.Type.TypeKind == TypeKind.Delegate && arguments[parameter.Ordinal] >= 0)
                return true;
        if (IsInSource(method) && !method.IsAbstract && !method.IsVirtual && method.ContainingType.TypeKind != TypeKind.Interface && !_context.Knowledge.IsUnseenImport(method))
            return false;
        if (IsHarmless(method))
            return false;
        return receiver >= 0 && _context.Types.CanCarryMapping(method.ContainingType)
            || method.Parameters.Any(parameter => arguments[parameter.Ordinal] >= 0 && _context.Types.CanCarryMapping(parameter.Type));
    }

    private bool HasEffects(ISymbol member) => !_context.Knowledge.EffectsOf(member).IsEmpty;

    private bool IsInSource(IMethodSymbol method) => _context.IsOwn(method);

    private bool HasOwnCode(IPropertySymbol property) =>
        _context.IsOwn(property) && property.OriginalDefinition is var definition && !PropertyShapes.IsAutomatic(definition);

    private static bool IsFramework(ISymbol symbol) => SymbolNames.IsFramework(symbol.ContainingAssembly);

    /// <summary>Without a body to look at, and yet known to do nothing to memory.</summary>
    private bool IsHarmless(IMethodSymbol method) => IsFramework(method) || _context.Knowledge.SaysNone(method);

    private ImmutableArray<CallTarget> TargetsOf(IMethodSymbol method, bool isVirtual, bool receiverIsAddress, ITypeSymbol? receiverType = null) => method.MethodKind == MethodKind.LocalFunction
        ? TargetOf(method) is { } local ? ImmutableArray.Create(local) : ImmutableArray<CallTarget>.Empty
        : _context.TargetsOf(method, isVirtual, receiverIsAddress, receiverType);

    /// <summary>The body behind a method symbol, if it is in source.</summary>
    private CallTarget? TargetOf(IMethodSymbol method) => method.MethodKind != MethodKind.LocalFunction ? _context.TargetOf(method)
        : LocalFunctionBody(method.OriginalDefinition) is { } body ? new CallTarget(body) : null;
}
