using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Decides which groups of paths are kept apart. Groups that owe the same are merged, unless what a test has found decided the value of a
/// flag; groups that owe differently stay apart while something that is tested tells them apart, up to a bound. This is what understands
/// <c>if (dirty) view.Flush()</c> without exploring every path.
/// </summary>
internal sealed partial class PathMerger
{
    private const int MostGroups = 8;

    /// <summary>Groups that owe the same and are kept apart for a later test: fewer, or what is owed would find no room.</summary>
    private const int MostChoices = 4;

    /// <summary>The same, of groups that are about to add different numbers to a counter; they meet again when they have.</summary>
    private const int MostSums = 6;

    private readonly EntityTable _entities;
    private readonly ObligationTable _obligations;
    private readonly FieldSlots _fields;
    private static readonly Func<int, Span, Span, Span> Around = (_, x, y) => x.Around(y);
    private static readonly Func<int, Span, Span, Span> Widened = (_, x, y) => x.Widened(y);

    private readonly HashSet<int> _testedSlots, _chosenSlots, _summandSlots;
    private readonly INumbers _numbers;
    private readonly bool _handsOutMemory;

    /// <summary>The groups that are compared or merged.</summary>
    private Path _mine = new(), _theirs = new();
    private bool _inLoop, _atExit;

    /// <summary>Counters that the merge at hand gives another number.</summary>
    private readonly List<(int Variable, Entity Number)> _renewed = new();

    // Made once: a method group of an instance is a new delegate wherever it stands.
    private readonly Func<int, Value, Value, Value> _joinVariables;
    private readonly Func<int, Value, Value, Value> _joinFields;
    private readonly Func<int, Status, Status, Status> _mergeStatus;
    private readonly IntMap<Value>.OfOnlyOne _onOnePath;
    private readonly Func<int, Value, Value, bool> _tellsApart, _fieldsTellApart, _picksOther, _choosesBetween, _saysOther, _addsOther;
    private readonly Func<int, Status, Status, bool> _hasComeAsFar;
    private readonly Func<int, Span, Span, bool> _contradict;
    private readonly IntMap<Span>.OfOnlyOne _bothRuleOut;
    private readonly IntMap<Present>.OfOnlyOne _nothingLeft;

    public PathMerger(EntityTable entities, ObligationTable obligations, FieldSlots fields, LoweredBody body, bool followsChoices, bool handsOutMemory, INumbers numbers)
    {
        _numbers = numbers;
        _handsOutMemory = handsOutMemory;
        _entities = entities;
        _obligations = obligations;
        _fields = fields;
        _testedSlots = body.TestedSlots;
        _chosenSlots = followsChoices ? body.ChosenSlots : LoweredBody.NoSlots;
        _summandSlots = followsChoices ? body.SummandSlots : LoweredBody.NoSlots;
        _joinVariables = JoinNumbers;
        _joinFields = (field, mine, theirs) => JoinNumbers(~field, mine, theirs);
        _mergeStatus = (_, mine, theirs) => MergeStatus(mine, theirs);
        _onOnePath = IntMap<Value>.OfOnlyOne.Changed(OnOnePath);
        _tellsApart = (slot, mine, theirs) => (_testedSlots.Contains(slot) || _summandSlots.Contains(slot)) && (Disjoint(mine, theirs) || (_oweOther && IsSome(_mine, mine) != IsSome(_theirs, theirs)));
        // How many elements a collection has that was made here, for one: others would multiply the groups.
        _fieldsTellApart = (field, mine, theirs) => Disjoint(mine, theirs)
            || (_oweOther && _entities[_fields[field].Entity].Kind == EntityKind.Allocated && _numbers.IsSizeOf(field) && IsSome(_mine, mine) != IsSome(_theirs, theirs));
        _picksOther = (_, mine, theirs) => PicksOther(mine, theirs);
        _hasComeAsFar = (_, mine, theirs) => MergeStatus(mine, theirs).Equals(mine);
        _choosesBetween = (slot, mine, theirs) => _chosenSlots.Contains(slot) && !mine.Equals(theirs);
        _saysOther = (slot, mine, theirs) => _chosenSlots.Contains(slot) && mine.AsConstant is { } one && theirs.AsConstant is { } other && one != other;
        // Who knows that it is 1 knows that it is not 2, whether that has been asked or not.
        _bothRuleOut = IntMap<Span>.OfOnlyOne.Kept((test, span) => span.Equals(Span.False) && _numbers.IsRuledOut(_mine, test) && _numbers.IsRuledOut(_theirs, test));
        // Where nothing has been written, the flush came after all of it.
        _nothingLeft = IntMap<Present>.OfOnlyOne.Kept((flush, _) => _obligations.Flushes[flush].IsLast
            && (_mine.Flushed.Contains(flush) ? _theirs : _mine) is { Pending.IsEmpty: true } other
            && other.Flushed.Contains(_obligations.Intern(_obligations.Flushes[flush] with { IsLast = false })));
        _addsOther = (slot, mine, theirs) => _summandSlots.Contains(slot) && Disjoint(mine, theirs);
        _contradict = (test, mine, theirs) => mine.Within(theirs).IsEmpty || _numbers.AreApart(_mine, _theirs, test);
    }

    /// <param name="present">The groups that have reached a point.</param>
    /// <param name="arriving">Those that reach it now.</param>
    /// <param name="inLoop">The point is where a loop begins its rounds.</param>
    /// <param name="atExit">The body ends there: what each group has found stays apart for the callers, and costs nothing further on.</param>
    public PathSet Join(PathSet present, PathSet arriving, bool inLoop, bool atExit)
    {
        (_inLoop, _atExit) = (inLoop, atExit);
        var paths = new List<Path>(present.Paths);
        var changed = false;
        foreach (var path in arriving.Paths)
            changed |= Add(paths, path);
        _inLoop = _atExit = false;
        return changed ? new PathSet(paths) : present;
    }

    public PathSet Normalize(List<Path> paths)
    {
        var merged = new List<Path>();
        foreach (var path in paths)
            Add(merged, path);
        return new PathSet(merged);
    }

    /// <summary>In the middle of a block only what is the same to every later step is merged, while there are few groups.</summary>
    public List<Path> NormalizeWithinBlock(List<Path> paths)
    {
        var merged = new List<Path>();
        foreach (var path in paths)
        {
            var twin = IndexOfTwin(merged, path);
            if (twin < 0)
            {
                merged.Add(path);
                continue;
            }
            merged[twin] = Merge(merged[twin], path);
            merged[twin].Outs = path.Outs;
        }
        return merged.Count > 2 * MostGroups ? Normalize(merged).Paths : merged;
    }

    private static int IndexOfTwin(List<Path> paths, Path path)
    {
        for (var i = 0; i < paths.Count; i++)
            if (paths[i].SameProgress(path) && paths[i].SameTemporaries(path) && paths[i].SameOuts(path))
                return i;
        return -1;
    }

    private bool Add(List<Path> paths, Path path)
    {
        // What a group that is there already covers adds nothing.
        if (paths.Count >= MostGroups / 2)
            foreach (var present in paths)
                if (OwesNothingNew(present, path) && Merge(present, path).Same(present))
                    return false;
        for (var i = 0; i < paths.Count; i++)
        {
            if (paths[i].SameProgress(path) ? (_atExit && paths.Count < MostGroups && !paths[i].Facts.Equals(path.Facts)) || (paths.Count < MostSums && HoldsChoice(paths[i], path, paths.Count)) : ToldApart(paths[i], path))
                continue;
            var merged = Merge(paths[i], path);
            if (merged.Same(paths[i]))
                return false;
            paths[i] = merged;
            return true;
        }
        if (paths.Count < MostGroups)
        {
            paths.Add(path);
            return true;
        }
        // Too many: what has come equally far loses least.
        var nearest = NearestTo(paths, path);
        var joined = Merge(paths[nearest], path);
        if (joined.Same(paths[nearest]))
            return false;
        paths[nearest] = joined;
        return true;
    }

    private static int NearestTo(List<Path> paths, Path path)
    {
        var nearest = paths.FindIndex(other => other.SameProgress(path));
        if (nearest < 0)
            nearest = paths.FindIndex(other => other.Pending.Equals(path.Pending));
        return nearest < 0 ? MostGroups - 1 : nearest;
    }

    /// <summary>Spares the merge of groups of which one certainly does not cover the other.</summary>
    private bool OwesNothingNew(Path present, Path path) =>
        present.Pending.Covers(path.Pending, _hasComeAsFar)
        && FactsOfBoth(present, path).Equals(present.Facts);

    private IntMap<Span> FactsOfBoth(Path present, Path path)
    {
        (_mine, _theirs) = (present, path);
        return present.Facts.Intersect(path.Facts, Around, _bothRuleOut);
    }

    /// <summary>What a tested variable holds was decided by a test that is made again: <c>var both = x &amp;&amp; y; … if (x &amp;&amp; y)</c>.</summary>
    private bool HoldsChoice(Path a, Path b, int groups)
    {
        (_mine, _theirs) = (a, b);
        if (_summandSlots.Count > 0 && a.Variables.AnyChange(b.Variables, _addsOther))
            return true;
        if (_handsOutMemory && groups < MostChoices && HoldOtherViews(a, b))
            return true;
        if (groups >= MostChoices || _chosenSlots.Count == 0 || !a.Variables.AnyChange(b.Variables, _choosesBetween))
            return false;
        // What the one knows may still raise its flag: `var before = Interlocked.Or(…); … if ((before & mask) == 0) any = true;`
        return a.Facts.AnyChange(b.Facts, _contradict) || (!a.Pending.IsEmpty && !a.Facts.Equals(b.Facts) && a.Variables.AnyChange(b.Variables, _saysOther));
    }

    private bool ToldApart(Path a, Path b)
    {
        // What one group knows and the other does not may answer a later test: `ok && other` implies ok.
        if (a.Failed != b.Failed || !a.Facts.Equals(b.Facts))
            return true;
        (_mine, _theirs) = (a, b);
        _oweOther = !a.Pending.Equals(b.Pending);
        // An object's own flag, which its members test; the view before a file was grown, or the one after it: a flush of either is one of the other's only while they are apart.
        return a.Variables.AnyChange(b.Variables, _tellsApart) || a.Fields.AnyChange(b.Fields, _fieldsTellApart) || WouldConfuseViews(a, b)
            || (_oweOther && _numbers.CountsSizes && (HasCountedAlone(a, b) || HasCountedAlone(b, a)))
            || ((!a.Pending.IsEmpty || !b.Pending.IsEmpty) && a.Variables.AnyChange(b.Variables, _picksOther));
    }

    private bool _oweOther;

    /// <summary>A number that is certainly more than 0: that much is still to be done.</summary>
    private bool IsSome(Path path, Value value)
    {
        foreach (var place in value.Refs)
            if (place.IsConstant ? place.Offset <= 0 : !MayBeNumber(place) || _numbers.RangeOf(path, place).Low < 1)
                return false;
        return true;
    }

    /// <summary>Certainly different values: both constants or null, without one in common.</summary>
    private bool Disjoint(Value a, Value b)
    {
        foreach (var mine in a.Refs)
            foreach (var theirs in b.Refs)
                if (!CertainlyDiffer(mine, theirs))
                    return false;
        return true;
    }

    private bool CertainlyDiffer(Ref a, Ref b)
    {
        if (a.IsConstant && b.IsConstant)
            return a.Offset != b.Offset;
        if (a.IsConstant && MayBeNumber(b))
            return _numbers.IsRuledOut(_theirs, b, a.Offset);
        if (b.IsConstant && MayBeNumber(a))
            return _numbers.IsRuledOut(_mine, a, b.Offset);
        // The counter of a loop in two of its rounds.
        if (a.Entity == b.Entity && a is { OffsetEntity: 0, Entity: > EntityTable.Statics } && b.OffsetEntity == 0 && MayBeNumber(a))
            return a.Offset != b.Offset;
        return (a.Entity == EntityTable.Null && IsObject(b.Entity)) || (b.Entity == EntityTable.Null && IsObject(a.Entity));
    }

    private bool MayBeNumber(Ref place) => place is { OffsetEntity: 0, Entity: > EntityTable.Statics } && !_entities[place.Entity].IsFresh && _entities[place.Entity].Mapping is null;

    private bool IsObject(int entity) =>
        _entities[entity].Kind is EntityKind.Created or EntityKind.Allocated or EntityKind.Called or EntityKind.Closure or EntityKind.This or EntityKind.Constant or EntityKind.Zero or EntityKind.AtLeast or EntityKind.AtMost;

    public Path Merge(Path a, Path b)
    {
        (_mine, _theirs) = (a, b);
        _renewed.Clear();
        var merged = new Path
        {
            Variables = a.Variables.Union(b.Variables, _joinVariables),
            Fields = a.Fields.Union(b.Fields, _joinFields, _onOnePath),
            Facts = a.Facts.Intersect(b.Facts, _inLoop ? Widened : Around, _bothRuleOut),
            Pending = a.Pending.Union(b.Pending, _mergeStatus),
            Settled = a.Settled.Union(b.Settled, (_, x, _) => x),
            Flushed = a.Flushed.Intersect(b.Flushed, (_, x, _) => x, _nothingLeft),
            Released = a.Released.Union(b.Released, (_, x, _) => x),
            Failed = a.Failed && b.Failed,
            Temporaries = MergeTemporaries(a.Temporaries, b.Temporaries),
        };
        foreach (var (_, counter) in _renewed)
            _numbers.Forget(merged, counter);
        foreach (var (variable, counter) in _renewed)
            _numbers.KeepDistances(merged, a, b, variable, counter, _inLoop);
        foreach (var (variable, counter) in _renewed)
            KeepComparisons(merged, a, b, variable, counter);
        return merged;
    }

    /// <summary>A field that one group of paths has assigned is on the other what it was at entry; what a closure is bound to, or a tuple made of, it is from the start.</summary>
    private Value OnOnePath(int field, Value value) => _entities[_fields[field].Entity].Kind switch
    {
        EntityKind.Closure => value,
        EntityKind.Allocated when _fields[field].Field != MemberNumbers.Element => value,
        // Where it was not assigned it may have been found to be the same: `if (!_dirty) _dirty = true;`
        _ when value.AsConstant is { } constant && Known(_mine.Fields.Contains(field) ? _theirs : _mine, _fields.AtEntry(field)) == constant => value,
        _ when _numbers.IsSizeOf(field) && _mine.Fields.Contains(field) => JoinNumbers(~field, value, _fields.AtEntry(field)),
        _ when _numbers.IsSizeOf(field) => JoinNumbers(~field, _fields.AtEntry(field), value),
        _ => Value.Join(value, _fields.AtEntry(field)),
    };

    /// <summary>Groups that are merged in the middle of a block, after a call with many endings, go on with its temporaries.</summary>
    private static Value?[] MergeTemporaries(Value?[] a, Value?[] b)
    {
        if (a.Length == 0 || a.Length != b.Length)
            return Array.Empty<Value?>();
        var merged = new Value?[a.Length];
        for (var i = 0; i < a.Length; i++)
            merged[i] = a[i] is { } mine && b[i] is { } theirs ? Value.Join(mine, theirs) : a[i] ?? b[i];
        return merged;
    }

    private Status MergeStatus(Status a, Status b) =>
        a.Equals(b) ? a : new Status(a.Progress | b.Progress, _obligations.Merge(a.Attempts, b.Attempts));
}
