using System.Collections.Concurrent;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Whether a method may, however deep, flush a file or a directory. Asked only where a report hangs on it, because it also follows
/// the calls that have nothing to do with mapped memory: a helper that is given a path. Thread safe.
/// </summary>
internal sealed class FileFlushReach(LoweringContext lowering)
{
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _known = new(SymbolEqualityComparer.Default);

    public bool MayFlush(LoweredBody body, CancellationToken cancel) =>
        Calls(body).Any(called => called is null || MayFlush(called, cancel));

    private bool MayFlush(IMethodSymbol method, CancellationToken cancel)
    {
        if (_known.TryGetValue(method, out var known))
            return known;
        var seen = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default) { method };
        var pending = new Stack<IMethodSymbol>(seen);
        var found = false;
        while (pending.Count > 0 && !found)
        {
            if (lowering.BodyOf(pending.Pop(), cancel) is not { } body)
                continue;
            found = FlushesItself(body);
            foreach (var called in Calls(body))
            {
                found |= called is null;
                if (called is not null && seen.Add(called))
                    pending.Push(called);
            }
        }
        return _known[method] = found;
    }

    /// <summary>Null stands for a call of what nobody can see.</summary>
    private static IEnumerable<IMethodSymbol?> Calls(LoweredBody body)
    {
        if (body.CallsUnseenCode || body.Failure is not null)
            yield return null;
        foreach (var method in body.Unfollowed)
            yield return method;
        foreach (var callee in body.Callees)
            if (callee.Method is { } method)
                yield return method;
        foreach (var nested in body.Nested)
            foreach (var called in Calls(nested))
                yield return called;
    }

    private static bool FlushesItself(LoweredBody body) =>
        body.Nested.Any(FlushesItself) || body.Nodes.Any(node => node.Content.Instructions.Any(step => step is { Code: OpCode.Call, Payload: CallSite call }
            && call.Effects.Any(effect => effect.Kind is EffectKind.FlushFile or EffectKind.FlushDirectory)));
}
