using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Calls that flush only where a flag is true: <c>Flush(flushToDisk)</c>, what a writer writes whose AutoFlush was given one. Both outcomes go on as groups of paths of their own.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The outcome on the group that is run.</summary>
    private bool? _decided;

    /// <summary>The flag, where it may have either outcome.</summary>
    private Value? Deciding(Path path, CallSite call)
    {
        if (_decided is not null)
            return null;
        foreach (var effect in call.Effects)
        {
            if (effect["when"] is { } when && Number(path, call, when) is { AsConstant: null } flag)
                return flag;
            if (effect[AutoFlush]?.AsOperand is { } writer && Operand(path, call, writer).Single is { } place && StoredOption(path, place.Entity, AutoFlush) is { AsConstant: null, IsUntracked: false } option)
                return option;
        }
        return null;
    }

    private List<Path> CallEither(in Instruction step, Path path, Value flag)
    {
        var ways = new List<Path>(2);
        foreach (var outcome in new[] { true, false })
        {
            var chosen = path.Clone();
            if (!AssumeFlag(chosen, flag, outcome))
                continue;
            _decided = outcome;
            ways.AddRange(Call(step, chosen));
            _decided = null;
        }
        return ways;
    }
}
