using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Bytes that a writer or a stream over a view holds back: a flush from below does not reach them.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>What some flush has come to already has been passed on.</summary>
    private static bool IsHeldBack(Obligation written, Status status, Value flushed) =>
        written.Target.Single is { Layer: var layer } && layer > LayerOf(flushed) && status is { Attempts: 0, Progress: var progress } && (progress & Progress.Dirty) != 0;

    /// <summary>The highest of those that it may be.</summary>
    private static int LayerOf(Value value)
    {
        var highest = int.MinValue;
        foreach (var place in value.Targets)
            highest = Math.Max(highest, place.Layer);
        return highest == int.MinValue ? 0 : highest;
    }

    /// <summary>What is ended and leaves open what lies below.</summary>
    public HashSet<Ref> PassedOn { get; } = new();

    /// <summary>The end of something that leaves open what lies below: all that it has held back goes there.</summary>
    private void PassOn(Path path, Value end)
    {
        if (end.Single is not { Layer: > 0 } place)
            return;
        PassedOn.Add(place);
        foreach (var entry in path.Pending)
        {
            var obligation = _obligations[entry.Key];
            if (obligation.Debt != Debt.Bytes || obligation.Target.Single is not { } held || held.Entity != place.Entity || held.Layer < place.Layer)
                continue;
            var passed = _obligations.Intern(obligation.Site, Value.Of(held with { Layer = place.Layer - 1 }), obligation.Debt);
            passed.Inner ??= obligation.Inner;
            path.Pending = path.Pending.Remove(entry.Key).Set(passed.Id, entry.Value);
        }
    }
}
