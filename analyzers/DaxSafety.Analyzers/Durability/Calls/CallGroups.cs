using System.Collections.Immutable;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Tarjan's strongly connected components over the call graph, with a stack of its own.</summary>
/// <param name="calleesOf">The bodies that one may run.</param>
/// <param name="isDone">Whether a body needs no visit any more.</param>
/// <param name="close">Called for each group, callees before callers, and told whether its members call each other.</param>
/// <param name="cancel">Stops the walk.</param>
internal sealed class CallGroups(Func<CallTarget, ImmutableArray<CallTarget>> calleesOf, Func<CallTarget, bool> isDone, Action<List<CallTarget>, bool> close, CancellationToken cancel)
{
    private readonly Dictionary<CallTarget, (int Index, int Low, bool OnStack)> _state = new();
    private readonly Stack<CallTarget> _open = new();

    public void Visit(CallTarget root)
    {
        var work = new Stack<(CallTarget Target, ImmutableArray<CallTarget> Callees, int Next)>();
        work.Push((root, Begin(root), 0));
        while (work.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            var (target, callees, next) = work.Pop();
            if (next > 0)
                Lower(target, _state[callees[next - 1]].Low, _state[callees[next - 1]].OnStack);
            while (next < callees.Length && (isDone(callees[next]) || _state.ContainsKey(callees[next])))
            {
                if (_state.TryGetValue(callees[next], out var seen) && seen.OnStack)
                    Lower(target, seen.Index, true);
                next++;
            }
            if (next < callees.Length)
            {
                work.Push((target, callees, next + 1));
                work.Push((callees[next], Begin(callees[next]), 0));
                continue;
            }
            if (_state[target].Low == _state[target].Index)
                Close(target, callees);
        }
    }

    private ImmutableArray<CallTarget> Begin(CallTarget target)
    {
        _state[target] = (_state.Count, _state.Count, true);
        _open.Push(target);
        return calleesOf(target);
    }

    private void Lower(CallTarget target, int low, bool onStack)
    {
        var state = _state[target];
        if (onStack && low < state.Low)
            _state[target] = (state.Index, low, state.OnStack);
    }

    private void Close(CallTarget target, ImmutableArray<CallTarget> callees)
    {
        var group = new List<CallTarget>();
        CallTarget member;
        do
        {
            member = _open.Pop();
            var state = _state[member];
            _state[member] = (state.Index, state.Low, false);
            group.Add(member);
        }
        while (!member.Equals(target));
        close(group, group.Count > 1 || callees.Contains(target));
    }
}
