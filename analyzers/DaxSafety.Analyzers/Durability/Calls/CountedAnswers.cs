using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// The library's calls that count what a delegate answers, <c>if (items.Count(x =&gt; Put(x)) &gt; 0) view.Flush();</c>: where the delegate writes only when it
/// says so, nothing counted is nothing written. Both outcomes go on as groups of paths of their own.
/// </summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The groups of paths after such a call; null for any other.</summary>
    private List<Path>? CallCounting(Path path, CallSite call, in Instruction step)
    {
        if (call.ResultDropped || call.Effects.FirstOrDefault(effect => effect.Kind == EffectKind.Counts) is not { } effect || effect["of"]?.AsOperand is not { } operand
            || Operand(path, call, operand).Single is not { Entity: > EntityTable.Statics } of)
            return null;
        if (path.Fields.TryGet(_fields.Of(of.Entity, MemberNumbers.Answers), out var answers) && answers.AsConstant is { } known)
            return Answered(path, call, step, isAny: known != 0) ? new List<Path>(1) { path } : new List<Path>();
        if (_entities[of.Entity] is not { Kind: EntityKind.Closure, Payload: ClosureInfo { Described: null } closure } || _summaryOf(closure.Target) is not { } summary || !SaysWhatItWrites(summary))
            return null;
        var ways = new List<Path>(2);
        var unchanged = path.Clone();
        RunArguments(path, call, step.Site);
        if (Answered(path, call, step, isAny: true))
            ways.Add(path);
        if (Answered(unchanged, call, step, isAny: false))
            ways.Add(unchanged);
        return ways;
    }

    /// <summary>It writes at some time, and answers something else than nothing whenever it does.</summary>
    private static bool SaysWhatItWrites(Summary summary)
    {
        var writing = summary.Cases.Where(ending => ending.Pending.Any(owed => owed.Obligation.Debt == Debt.Bytes)).ToList();
        return writing.Count > 0 && writing.TrueForAll(ending => ending.Result.AsConstant is > 0 || ending.ResultRange.Low > 0);
    }

    /// <summary>Gives the call its result; false where it cannot have that.</summary>
    private bool Answered(Path path, CallSite call, in Instruction step, bool isAny)
    {
        var type = call.Method.ReturnType.SpecialType;
        var isNumber = type is SpecialType.System_Int32 or SpecialType.System_Int64;
        if (!isAny && (isNumber || type == SpecialType.System_Boolean))
        {
            Assign(path, step.Dst, Value.Constant(0));
            return true;
        }
        var result = type == SpecialType.System_Boolean ? Value.Constant(1) : ResultOf(path, call, step.Site);
        Assign(path, step.Dst, result);
        if (isNumber)
            return AssumeOrder(path, AsComparison, Value.Constant(0), result, true, strict: true);
        if (result.Single is { Entity: > EntityTable.Statics } sequence)
        {
            path.Fields = path.Fields.Set(_fields.Of(sequence.Entity, MemberNumbers.Answers), Value.Constant(isAny ? 1 : 0));
            var size = BodyLowering.SizeMember(call.Method.ReturnType) is { } member ? _context.Lowering.Members.Of(member) : MemberNumbers.Size;
            path.Fields = path.Fields.Set(_fields.Of(sequence.Entity, size), isAny ? Number(path, EntityTable.HolderOfSite + step.Site, 1) : Value.Constant(0));
        }
        return true;
    }
}
