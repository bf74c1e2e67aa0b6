using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Code that is handed around to run later: lambdas, method references, event handlers.</summary>
internal sealed partial class BodyLowering
{
    private int LowerLambda(IFlowAnonymousFunctionOperation lambda)
    {
        var body = LowerNested(lambda);
        AddCallee(new CallTarget(body));
        return _steps.Into(OpCode.Closure, site: AddSite(lambda), payload: new ClosureInfo(new CallTarget(body), Registers.None));
    }

    /// <summary>Of what has been made: delegates that run one after the other.</summary>
    public const long InTurn = 3;

    /// <summary><c>done += view.Flush</c></summary>
    private int LowerInTurn(int first, int added, IOperation combination)
    {
        var both = _steps.Into(OpCode.Allocate, scale: InTurn, site: AddSite(combination));
        _steps.Add(new Instruction(OpCode.StoreField, -1, both, MemberNumbers.First, first));
        _steps.Add(new Instruction(OpCode.StoreField, -1, both, MemberNumbers.Added, added));
        return both;
    }

    private int LowerMethodReference(IMethodReferenceOperation reference)
    {
        var receiver = Lower(reference.Instance);
        if (_context.Knowledge.EffectsOf(reference.Method, StaticType(reference.Instance)) is { IsEmpty: false } effects)
            return _steps.Into(OpCode.Closure, receiver, site: AddSite(reference), payload: new ClosureInfo(default, receiver)
            {
                Described = new CallSite { Method = reference.Method, Effects = effects, Arguments = Array.Empty<int>(), Receiver = Registers.Bound },
            });
        var target = TargetOf(reference.Method);
        if (target is null)
            return Registers.None;
        AddCallee(target.Value);
        return _steps.Into(OpCode.Closure, receiver, site: AddSite(reference), payload: new ClosureInfo(target.Value, receiver));
    }

    /// <summary>The members of this object that captures and locals have a delegate from; null for one that has several.</summary>
    private readonly Dictionary<object, ISymbol?> _keptIn = new();

    private void NoteKept(object holder, IOperation value)
    {
        var member = KeptMember(value);
        if (member is not null || _keptIn.ContainsKey(holder))
            _keptIn[holder] = _keptIn.TryGetValue(holder, out var before) && !SymbolEqualityComparer.Default.Equals(before, member) ? null : member;
    }

    private ISymbol? KeptMember(IOperation? value) => value is null ? null : Unconverted(value) switch
    {
        IMemberReferenceOperation { Instance: IInstanceReferenceOperation, Member: var member } when _context.KeptDelegates.Of(member) is not null => member,
        IFlowCaptureReferenceOperation { Id: var capture } => _keptIn.TryGetValue(capture, out var member) ? member : null,
        ILocalReferenceOperation { Local: var local } => _keptIn.TryGetValue(local, out var member) ? member : null,
        _ => null,
    };

    /// <summary>What a delegate runs that the object keeps. Its constructors see what they assign.</summary>
    private KeptDelegate? KeptBehind(IOperation? called)
    {
        var outermost = this;
        while (outermost._parent is { } parent)
            outermost = parent;
        return outermost._owner is not IMethodSymbol { MethodKind: not MethodKind.Constructor } || KeptMember(called) is not { } member
            || _context.KeptDelegates.Of(member) is not { } kept || (kept.Member is null && _context.TargetsOf(kept).IsEmpty) ? null : kept;
    }

    /// <summary>What is asked whether it is null: a delegate that the object's constructor sets is not.</summary>
    private int LowerAsked(IOperation operation) => KeptBehind(operation) is { IsAlwaysSet: true } ? _steps.Into(OpCode.Allocate, site: AddSite(operation)) : Lower(operation);

    private int LowerKeptCall(IInvocationOperation invocation, KeptDelegate kept)
    {
        var arguments = LowerArguments(invocation.Arguments, invocation.TargetMethod.Parameters.Length, out var outs);
        if (kept.Member is { } holder)
            return EmitCall(kept.Methods[0], invocation, _steps.Into(OpCode.LoadField, ThisSlot, FieldNumber(holder)), arguments, receiverType: TypeFacts.TypeOf(holder), outs: outs);
        if (KeptMember(invocation.Instance) is IEventSymbol)
        {
            foreach (var handler in kept.Methods)
                EmitCall(handler, invocation, ThisSlot, arguments, isVirtual: handler.IsVirtual || handler.IsOverride, kept: _context.TargetsOf(kept with { Methods = ImmutableArray.Create(handler) }));
            return Registers.None;
        }
        return EmitCall(kept.Methods[0], invocation, ThisSlot, arguments, kept: _context.TargetsOf(kept), outs: outs);
    }

    /// <summary>What a function pointer calls, nobody can tell.</summary>
    private int LowerPointedCall(IFunctionPointerInvocationOperation call)
    {
        Lower(call.Target);
        var signature = call.GetFunctionPointerSignature();
        return EmitCall(signature, call, Registers.None, LowerArguments(call.Arguments, signature.Parameters.Length, out var outs), outs: outs);
    }

    /// <summary>What is bound when it runs: nobody can tell what it does with what it is given, or called on.</summary>
    private int LowerDynamic(IOperation operation)
    {
        foreach (var child in operation.ChildOperations)
            GiveToDynamic(Lower(child), operation);
        return Registers.None;
    }

    private void GiveToDynamic(int value, IOperation operation)
    {
        if (value >= 0)
            _steps.Add(new Instruction(OpCode.Escape, -1, value, site: AddSite(operation)));
    }

    private int LowerEventAssignment(IEventAssignmentOperation assignment)
    {
        if (assignment.EventReference is IEventReferenceOperation { Instance: { } instance })
            Lower(instance);
        var handler = Lower(assignment.HandlerValue);
        if (handler >= 0 && assignment.Adds)
            _steps.Add(new Instruction(OpCode.Escape, -1, handler, site: AddSite(assignment)));
        return Registers.None;
    }
}
