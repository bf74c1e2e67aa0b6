using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Writes that happen only where the memory holds what the caller expects: a compare-exchange whose result is something else has written
/// nothing. Both outcomes go on as groups of paths of their own.
/// </summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The path as it goes on where nothing is written; null for what always writes.</summary>
    private Path? Unchanged(Path path, CallSite call, in Instruction step)
    {
        if (Expected(path, call) is null || !call.Effects.Any(effect => effect.Kind == EffectKind.Write && !IsVariable(call, effect.Target) && Operand(path, call, effect.Target).Targets.Any(CanOwe)))
            return null;
        var unchanged = path.Clone();
        Assign(unchanged, step.Dst, ResultOf(unchanged, call, step.Site));
        return unchanged;
    }

    private List<Path> Exchanged(Path written, Path unchanged, CallSite call, in Instruction step)
    {
        var expected = Expected(written, call)!;
        // What is known of the result before anybody has tested it has to last until somebody does.
        _entities.Store(Read(written, step.Dst));
        var ways = new List<Path>(2);
        if (AssumeSame(written, Read(written, step.Dst), expected, same: true))
            ways.Add(written);
        if (AssumeSame(unchanged, Read(unchanged, step.Dst), expected, same: false))
            ways.Add(unchanged);
        return ways;
    }

    private Value? Expected(Path path, CallSite call) => call.Effects
        .Where(effect => effect.Kind == EffectKind.Write && effect["expects"] is not null)
        .Select(effect => Number(path, call, effect["expects"])).FirstOrDefault();
}
