using System.Collections.Concurrent;
using System.Collections.Immutable;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What a call comes to in a <see cref="BodyOutline"/>.</summary>
/// <param name="NamesMapping">The tables or contracts describe it as making, flushing or renaming a mapping or file.</param>
/// <param name="Runs">The member on the receiver's type.</param>
/// <param name="Callees">What it may run, if it names no mapping.</param>
internal sealed record CallOutline(bool NamesMapping, IMethodSymbol Runs, ImmutableArray<CallTarget> Callees);

/// <summary>The outlines of calls, each found once: most members are called many times. Thread safe.</summary>
internal sealed class CallOutlines(LoweringContext context)
{
    private readonly ConcurrentDictionary<IMethodSymbol, CallOutline> _known = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<CallOn, CallOutline> _onOthers = new();

    /// <param name="method">Called.</param>
    /// <param name="receiver">The type of what it is called on, where that is known.</param>
    public CallOutline Of(IMethodSymbol method, ITypeSymbol? receiver)
    {
        if (receiver is null || SymbolEqualityComparer.Default.Equals(receiver, method.ContainingType))
            return _known.TryGetValue(method, out var known) ? known : _known[method] = Find(method, receiver);
        var call = new CallOn(method, receiver);
        return _onOthers.TryGetValue(call, out var found) ? found : _onOthers[call] = Find(method, receiver);
    }

    private CallOutline Find(IMethodSymbol method, ITypeSymbol? receiver)
    {
        var runs = context.OnType(receiver, method);
        if (!context.Contracts.OfMethod(method).IsEmpty || !context.IsOfOwnContract(method, receiver) && context.Knowledge.EffectsOf(method, receiver).Any(effect => effect.IsAboutMappings))
            return new CallOutline(true, runs, ImmutableArray<CallTarget>.Empty);
        if (runs.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction or MethodKind.DelegateInvoke)
            return new CallOutline(false, runs, ImmutableArray<CallTarget>.Empty);
        var receiverIsAddress = runs.ContainingType is { IsValueType: true };
        var callees = context.TargetsOf(runs, isVirtual: false, receiverIsAddress, receiver);
        if (runs.IsVirtual || runs.IsAbstract || runs.IsOverride)
            callees = callees.AddRange(context.TargetsOf(runs, isVirtual: true, receiverIsAddress, receiver));
        // A library's property may hand out what the program's own GetSpan does.
        return method.MethodKind is MethodKind.PropertyGet or MethodKind.PropertySet && receiver is not null && !context.IsOwn(method)
            ? WithSpans(new CallOutline(false, runs, callees), receiver)
            : new CallOutline(false, runs, callees);
    }

    private CallOutline WithSpans(CallOutline property, ITypeSymbol receiver)
    {
        for (ITypeSymbol? declaring = receiver; declaring is not null; declaring = declaring.BaseType)
            foreach (var member in declaring.GetMembers("GetSpan"))
                if (member is IMethodSymbol method && Of(method, receiver) is var span)
                    property = new CallOutline(property.NamesMapping || span.NamesMapping, property.Runs, property.Callees.AddRange(span.Callees));
        return property;
    }
}
