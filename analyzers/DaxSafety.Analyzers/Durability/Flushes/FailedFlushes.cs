using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Paths that only a failed flush opens. They are as those that an exception opens: what was written before is not held against them, here
/// and in whoever is told of the failure.
/// </summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Nodes in which something is flushed: who catches what they throw may catch a failed flush.</summary>
    private readonly HashSet<int> _flushedIn = new();

    private HashSet<int>? _handlersOfFlushes;

    /// <summary>
    /// Whether a clause catches what a flush throws. Then what else is done on the way to the flush, such as taking a lock, fails as the flush does: in the clause
    /// nobody can tell.
    /// </summary>
    private bool CatchesFailedFlush(int handler) =>
        _body.Nodes[handler].CatchesFlushFailures && !_context.Options.ExceptionalPaths && (_handlersOfFlushes ??= HandlersOfFlushes()).Contains(handler);

    private HashSet<int> HandlersOfFlushes()
    {
        var handlers = new HashSet<int>();
        for (var node = 0; node < _body.Nodes.Length; node++)
            if (_body.Nodes[node] is { ExceptionSuccessors: > 0 and var count, Content.Instructions: var steps } && steps.Any(MayFlushDurably))
                handlers.UnionWith(_body.Graph.Successors(node).Reverse().Take(count));
        return handlers;
    }

    private bool MayFlushDurably(Instruction step) => step is { Code: OpCode.Call, Payload: CallSite call }
        && (call.Effects.Any(effect => effect.Kind is EffectKind.FlushView or EffectKind.FlushFile or EffectKind.Msync or EffectKind.Persist)
            || call.Targets.Any(target => _summaryOf(target) is { } callee && (callee.MayFlush.Any(IsDurable) || callee.Cases.Any(ending => ending.Flushes.Any(IsDurable)))));

    public static bool IsDurable(FlushFact flush) => flush.Kind is FlushKind.View or FlushKind.File or FlushKind.Persist or FlushKind.FirstOfTwo or FlushKind.Everything;

    private static PathSet AsFailed(PathSet thrown)
    {
        var failed = thrown.Paths.ConvertAll(path => path.Clone());
        failed.ForEach(path => path.Failed = true);
        return new PathSet(failed);
    }

    private void Excuse(Path path)
    {
        if (_context.Options.ExceptionalPaths)
            return;
        path.Pending = IntMap<Status>.Empty;
        path.Settled = IntMap<Present>.Empty;
        path.Failed = true;
    }

    private Value TellingOfFailure(CallSite call, Value result)
    {
        if (result.Single is { Entity: > EntityTable.Statics } place && call.Effects.FirstOrDefault(effect => effect.Kind == EffectKind.Fails) is { } fails)
            _entities[place.Entity].WhenFlushed = fails.Has("false") ? 1 : 0;
        return result;
    }

    /// <summary>Whether an outcome is impossible unless a flush has failed.</summary>
    private bool SaysFailed(Condition condition, Value a, Path path, bool holds) => condition.Kind switch
    {
        ConditionKind.Truth => IsTrueOfFlushed(a) == !holds,
        ConditionKind.Equal => IsTrueOfFlushed(a, Read(path, condition.B), (x, y) => x == y) == !holds,
        ConditionKind.Less => IsTrueOfFlushed(a, Read(path, condition.B), (x, y) => x < y) == !holds,
        ConditionKind.LessOrEqual => IsTrueOfFlushed(a, Read(path, condition.B), (x, y) => x <= y) == !holds,
        _ => false,
    };

    /// <summary>Whether a result that tells of a flush is true where that has worked; null when it tells of none.</summary>
    public bool? SaysFlushed(Value result) => IsTrueOfFlushed(result);

    /// <summary>What a flag comes to when the flush that it tells of has not failed; null when it tells of none.</summary>
    private bool? IsTrueOfFlushed(Value flag)
    {
        if (NumberOfFlushed(flag) is { } number)
            return number != 0;
        if (flag.Single is not { OffsetEntity: 0, Offset: 0 } place || _entities[place.Entity] is not { Kind: EntityKind.Computed, Payload: ValueTuple<string, long, long, int> how } compared)
            return null;
        var left = Value.Of(Ref.Whole(compared.A) with { Offset = how.Item2 });
        var right = Value.Of(Ref.Whole((int)compared.B) with { Offset = how.Item3 });
        return how.Item1 switch
        {
            nameof(BinaryOperatorKind.Equals) => IsTrueOfFlushed(left, right, (x, y) => x == y),
            nameof(BinaryOperatorKind.NotEquals) => IsTrueOfFlushed(left, right, (x, y) => x != y),
            nameof(BinaryOperatorKind.LessThan) => IsTrueOfFlushed(left, right, (x, y) => x < y),
            nameof(BinaryOperatorKind.LessThanOrEqual) => IsTrueOfFlushed(left, right, (x, y) => x <= y),
            nameof(BinaryOperatorKind.GreaterThan) => IsTrueOfFlushed(left, right, (x, y) => x > y),
            nameof(BinaryOperatorKind.GreaterThanOrEqual) => IsTrueOfFlushed(left, right, (x, y) => x >= y),
            _ => null,
        };
    }

    private bool? IsTrueOfFlushed(Value left, Value right, Func<long, long, bool> compare) => (NumberOfFlushed(left), NumberOfFlushed(right)) switch
    {
        ({ } x, null) when right.AsConstant is { } y => compare(x, y),
        (null, { } y) when left.AsConstant is { } x => compare(x, y),
        _ => null,
    };

    private long? NumberOfFlushed(Value value) =>
        value.Single is { OffsetEntity: 0, Entity: > EntityTable.Statics } place && _entities[place.Entity].WhenFlushed is { } number ? number + place.Offset : null;
}
