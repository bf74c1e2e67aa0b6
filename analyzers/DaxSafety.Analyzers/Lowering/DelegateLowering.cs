using DaxSafety.Analyzers.Flow;
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

    /// <summary>What a function pointer calls, nobody can tell.</summary>
    private int LowerPointedCall(IFunctionPointerInvocationOperation call)
    {
        Lower(call.Target);
        var signature = call.GetFunctionPointerSignature();
        return EmitCall(signature, call, Registers.None, LowerArguments(call.Arguments, signature.Parameters.Length, out var outs), outs: outs);
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
