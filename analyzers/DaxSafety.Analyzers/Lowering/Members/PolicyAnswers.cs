using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Objects that decide when something is due, <c>_policy.ShouldFlush(data.Length)</c>: what they answer comes from what they have counted or from a clock,
/// and not from data that they look up or compare.
/// </summary>
internal sealed partial class LoweringContext
{
    /// <summary>Whether the implementations of a question in source are of that kind. Asked only where a diagnostic hangs on it.</summary>
    public bool IsAnsweredByPolicy(IMethodSymbol question, CancellationToken cancel)
    {
        var bodies = Implementations.Of(question).Select(method => BodyOf(method, cancel)).ToList();
        return bodies.Exists(body => body is not null && Counts(body)) && bodies.TrueForAll(body => body is { Failure: null } && LooksNothingUp(body));
    }

    private static bool Counts(LoweredBody body) => StepsOf(body).Any(step => step.Code switch
    {
        OpCode.StoreField => step.A == 0,
        OpCode.Call => step.Payload is CallSite { Effects: var effects } && effects.Any(effect => effect.Kind == EffectKind.Varies),
        _ => false,
    });

    /// <summary>What is made to be thrown is no answer.</summary>
    private static bool LooksNothingUp(LoweredBody body) => body.Nodes.Where((_, node) => !OnlyThrows(body, node)).SelectMany(node => node.Content.Instructions).All(step => step.Code switch
    {
        OpCode.Constant or OpCode.Unknown or OpCode.Copy or OpCode.LoadField or OpCode.Arithmetic or OpCode.Grow or OpCode.Lift or OpCode.Extreme or OpCode.Keep => true,
        OpCode.StoreField => step.A == 0,
        OpCode.Call => step.Payload is CallSite { IsFramework: true, Method: { ContainingType: { IsValueType: true } or { IsStatic: true } } or { IsStatic: true, ReturnsVoid: true } } or CallSite { Effects.IsEmpty: false, IsFramework: true },
        _ => false,
    });

    private static bool OnlyThrows(LoweredBody body, int node) =>
        body.Graph.Successors(node) is { Length: > 0 } next && Array.TrueForAll(next, after => body.Nodes[after].Exit == ExitKind.Throw);

    private static IEnumerable<Instruction> StepsOf(LoweredBody body) => body.Nodes.SelectMany(node => node.Content.Instructions);
}
