using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Writes that the call's result tells of: a compare-exchange that found something else, bits that were set already, a Try that says
/// false and a read of no bytes have written nothing. Both outcomes go on as groups of paths of their own.
/// </summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The path as it goes on where nothing is written; null where nobody is told, or what always writes.</summary>
    private Path? Unchanged(Path path, CallSite call, in Instruction step)
    {
        var held = HeldByExchanged(path, call);
        if (held is null && (call.ResultDropped || !TellsOfWrite(call) || !call.Effects.Any(effect => effect.Kind == EffectKind.Write && !IsVariable(call, effect.Target) && Operand(path, call, effect.Target).Targets.Any(CanOwe))))
            return null;
        var unchanged = path.Clone();
        Assign(unchanged, step.Dst, held ?? ResultOf(unchanged, call, step.Site));
        return unchanged;
    }

    /// <summary>What the variable holds that a compare-exchange may change; where it does not, somebody else has changed it.</summary>
    private Value? HeldByExchanged(Path path, CallSite call) =>
        call.Effects.FirstOrDefault(effect => effect.Kind == EffectKind.Write && effect["expects"] is not null && HoldsSomething(call, effect.Target)) is { } exchange
        && HeldAt(path, call, exchange.Target) is { IsUntracked: false } held ? held : null;

    /// <summary>The call's result, with what it tells of what was done.</summary>
    private Value Telling(CallSite call, Value result)
    {
        if (call.IsFramework && result.Single is { Entity: > EntityTable.Statics } place && call.Effects.Any(effect => effect.Has("counted")))
            _entities[place.Entity].IsAmount = true;
        return TellingOfFailure(call, result);
    }

    private static bool TellsOfWrite(CallSite call) => call.Effects.Any(effect => effect.Kind == EffectKind.Write)
        && (call.Method.ReturnType.SpecialType == SpecialType.System_Boolean || call.Effects.Any(effect => effect.Kind == EffectKind.Write
            && (effect.Has("counted") || (effect["expects"] ?? effect["sets"] ?? effect["keeps"]) is not null)));

    /// <summary>Those of the two that can be.</summary>
    private List<Path> Told(Path written, Path unchanged, CallSite call, in Instruction step)
    {
        var ways = new List<Path>(2);
        if (AssumeWritten(written, call, Read(written, step.Dst), true))
        {
            // The one result there is tells the groups apart.
            if (Expected(written, call) is { AsConstant: not null } expected)
                Assign(written, step.Dst, expected);
            ways.Add(written);
        }
        if (AssumeWritten(unchanged, call, Read(unchanged, step.Dst), false))
            ways.Add(unchanged);
        return ways;
    }

    private bool AssumeWritten(Path path, CallSite call, Value result, bool isWritten)
    {
        if (Expects(call) is { } expects)
            return Number(path, call, expects) is not { } expected || (IsAsExpected(result, expected) is { } test ? Learn(path, test, isWritten ? Span.True : Span.False, remember: true) : AssumeSame(path, result, expected, isWritten));
        foreach (var effect in call.Effects)
            if (effect.Kind == EffectKind.Write && Number(path, call, effect["sets"] ?? effect["keeps"]) is { } bits)
                return effect["sets"] is not null ? AssumeBits(path, result, bits, !isWritten) : AssumeBits(path, result, Complement(bits), isWritten);
        return call.Method.ReturnType.SpecialType == SpecialType.System_Boolean
            ? AssumeFlag(path, result, isWritten)
            : AssumeOrder(path, AsComparison, Value.Constant(0), result, isWritten, strict: true);
    }

    /// <summary>What was there had the bits, or had none of them: several are asked for together.</summary>
    private bool AssumeBits(Path path, Value found, Value bits, bool hasThem)
    {
        var asked = Compute(Mask, found, bits);
        return AssumeEqual(path, Registers.None, asked, 0, !hasThem, remember: true, isBoolean: false) && AssumeSame(path, asked, bits, hasThem);
    }

    /// <summary>The bits that <c>~bits</c> leaves out.</summary>
    private Value Complement(Value kept) =>
        kept.AsConstant is { } known ? Value.Constant(~known)
        : kept.Single is { OffsetEntity: 0, Offset: 0 } place && _entities[place.Entity] is { Kind: EntityKind.Computed, A: EntityTable.Zero, Payload: ValueTuple<string, long, long, int> ("ExclusiveOr", -1, var offset, _) } inverse
            ? Value.Of(Ref.Whole((int)inverse.B) with { Offset = offset })
            : Value.Untracked;

    /// <summary>What a compare-exchange returns where it writes; null for any other call.</summary>
    private Value? Expected(Path path, CallSite call) => Expects(call) is { } expected ? Number(path, call, expected) : null;

    private static ByteExpression? Expects(CallSite call) =>
        call.Effects.Select(effect => effect.Kind == EffectKind.Write ? effect["expects"] : null).FirstOrDefault(expects => expects is not null);

    /// <summary>Whether the result is what was expected, as a question of its own where rounds of a loop have expected several things: <c>seen = found;</c></summary>
    private int? IsAsExpected(Value result, Value expected)
    {
        if (result.Single is not { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Statics } found || (expected.Refs.Length == 1 && !expected.MayBe(found.Entity)))
            return null;
        _expected.Add((found.Entity, expected));
        return ExpectationOf(found.Entity);
    }

    private int ExpectationOf(int found) => _tests.Of(ConditionKind.Matches, found, key: "expected");

    /// <summary>What compare-exchanges have expected, by what they found.</summary>
    private readonly HashSet<(int Found, Value Expected)> _expected = new();

    private int? AskedExpectation(Value a, Value b) => _expected.Count == 0 ? null
        : a.Single is { OffsetEntity: 0, Offset: 0 } x && _expected.Contains((x.Entity, b)) ? ExpectationOf(x.Entity)
        : b.Single is { OffsetEntity: 0, Offset: 0 } y && _expected.Contains((y.Entity, a)) ? ExpectationOf(y.Entity) : null;
}
