using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What the rounds of a loop have in common.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>
    /// A step that writes again what it wrote before stands in a loop: one obligation for all its rounds, somewhere in the same memory, or
    /// each round would make groups of paths of its own.
    /// </summary>
    private (Value Written, int Attempts) WithEarlierRounds(Path path, int site, Value written, Site? inner)
    {
        var attempts = 0;
        foreach (var earlier in _obligations.OfSite(site))
        {
            if (earlier.Debt != Debt.Bytes || !Equals(earlier.Inner, inner) || !NameTheSame(earlier.Target, written))
                continue;
            var isPending = path.Pending.TryGet(earlier.Id, out var status);
            if (!isPending && !path.Settled.Contains(earlier.Id))
                continue;
            attempts = _obligations.Merge(attempts, status.Attempts);
            path.Pending = path.Pending.Remove(earlier.Id);
            path.Settled = path.Settled.Remove(earlier.Id);
            if (!earlier.Target.Equals(written))
                written = Somewhere(written, earlier.Target);
        }
        return (written, attempts);
    }

    /// <summary>As many bytes as before are as many bytes, wherever: <c>unflushed += data.Length</c> is some more after any round.</summary>
    private static Value Somewhere(Value written, Value earlier)
    {
        var places = new Ref[written.Refs.Length];
        for (var i = 0; i < places.Length; i++)
        {
            var (place, before) = (written.Refs[i], earlier.Refs[i]);
            places[i] = place.LengthEntity == before.LengthEntity && place.Length == before.Length
                ? place.Somewhere() with { LengthEntity = place.LengthEntity, Length = place.Length } : place.Somewhere();
        }
        return Value.OfRefs(places);
    }

    private static bool NameTheSame(Value a, Value b)
    {
        if (a.Refs.Length != b.Refs.Length)
            return false;
        for (var i = 0; i < a.Refs.Length; i++)
            if (a.Refs[i].Entity != b.Refs[i].Entity)
                return false;
        return true;
    }

    /// <summary>A loop asks there first, <c>while (line != end)</c> or <c>while (true) { if (line == end) break; … }</c>.</summary>
    private bool BeginsLoop(int node)
    {
        if (_body.LoopHeads.Contains(node))
            return true;
        foreach (var head in _body.LoopHeads)
            if (Array.IndexOf(_body.Graph.Successors(head), node) >= 0
                && Array.TrueForAll(_body.Nodes[head].Content.Instructions, step => step.Code == OpCode.Constant))
                return true;
        return false;
    }

    /// <summary>The variable gets more than its first value.</summary>
    private bool IsMoved(int register)
    {
        var times = 0;
        foreach (var node in _body.Nodes)
            foreach (var step in node.Content.Instructions)
                times += step.Dst == register && register >= 0 && !Registers.IsTemporary(register) ? 1 : 0;
        return times > 1;
    }
}
