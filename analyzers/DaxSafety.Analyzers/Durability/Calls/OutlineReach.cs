using System.Collections.Concurrent;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Whether some outline of a kind can be reached from a body over all that it may run, the body's own included. Thread safe.</summary>
/// <param name="context">Whose outlines are read.</param>
/// <param name="isWanted">Whether an outline is of the kind.</param>
internal sealed class OutlineReach(DurabilityContext context, Func<BodyOutline, CancellationToken, bool> isWanted)
{
    private readonly ConcurrentDictionary<CallTarget, bool> _known = new();

    /// <param name="body">A member; what is nested in it is part of it.</param>
    /// <param name="cancel">Stops the search.</param>
    public bool From(CallTarget body, CancellationToken cancel)
    {
        if (!_known.TryGetValue(body, out var known))
        {
            Find(body, cancel);
            known = _known[body];
        }
        return known;
    }

    private void Find(CallTarget body, CancellationToken cancel) =>
        new CallGroups(caller => context.OutlineOf(caller, cancel).Callees, _known.ContainsKey, (group, _) => Decide(group, cancel), cancel).Visit(body);

    /// <summary>Bodies that call each other; all others that they call are decided already.</summary>
    private void Decide(List<CallTarget> group, CancellationToken cancel)
    {
        var reaches = group.Any(member => context.OutlineOf(member, cancel) is var outline && (isWanted(outline, cancel) || outline.Callees.Any(callee => _known.TryGetValue(callee, out var known) && known)));
        foreach (var member in group)
            _known[member] = reaches;
    }
}
