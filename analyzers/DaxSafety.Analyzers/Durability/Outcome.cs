using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Whose a mapping is, which decides who owes its flush.</summary>
internal enum Owner : byte
{
    /// <summary>Made here and never out of sight: this body owes.</summary>
    Local,

    /// <summary>A parameter, or reached through one: the callers owe.</summary>
    Caller,

    /// <summary>A field or property: the type as a whole owes.</summary>
    Member,

    /// <summary>Handed out, or kept by something nobody follows: silence.</summary>
    Elsewhere,
}

/// <summary>A way out of the body on which a write is not durable.</summary>
internal sealed record OpenExit(int Node, Status Status);

/// <summary>One write (or write-back) that some path leaves undone.</summary>
internal sealed class OwedWrite(Obligation obligation, Owner owner, int? member)
{
    public Obligation Obligation { get; } = obligation;

    public Owner Owner { get; } = owner;

    /// <summary>The field's number, where a member owns the mapping, or a member of the object in which it is handed out.</summary>
    public int? Member { get; } = member;

    /// <summary>The member is one of an object that the body makes and that nobody else gets hold of.</summary>
    public bool IsOfOwnObject { get; init; }

    public List<OpenExit> Exits { get; } = new();

    /// <summary>Some other path through the body makes it durable.</summary>
    public bool SettledElsewhere { get; set; }
}

/// <summary>
/// What the converged analysis of a body comes to: every write that some exit leaves undone, whose it is, and through
/// which exits. All flow rules read this and nothing else.
/// </summary>
internal sealed class Outcome
{
    private readonly AnalyzedBody _analyzed;
    private readonly List<OwedWrite> _owed = new();

    private Outcome(AnalyzedBody analyzed) => _analyzed = analyzed;

    public IReadOnlyList<OwedWrite> Owed => _owed;

    public AnalyzedBody Analyzed => _analyzed;

    public LoweredBody Body => _analyzed.Body;

    public BodyAnalysis Analysis => _analyzed.Analysis;

    public PathSet?[] States => _analyzed.States!;

    /// <summary>Every group of paths that returns, with the register of what it returns.</summary>
    public IEnumerable<(Path Path, int Result)> Returns()
    {
        for (var node = 0; node < Body.Nodes.Length; node++)
            if (Body.Nodes[node].Exit == ExitKind.Return && States[node] is { } set)
                foreach (var path in set.Paths)
                    yield return (path, Body.Nodes[node].ReturnValue);
    }

    /// <summary>Whether some path leaves both undone. One write to what a choice makes one mapping or the other is one mistake.</summary>
    public bool AreOwedTogether(OwedWrite a, OwedWrite b) => a.Exits.Any(exit => States[exit.Node] is { } set
        && set.Paths.Any(path => path.Pending.Contains(a.Obligation.Id) && path.Pending.Contains(b.Obligation.Id)));

    /// <summary>Null when the analysis gave up.</summary>
    public static Outcome? Of(AnalyzedBody analyzed, bool exceptionalPaths)
    {
        if (analyzed.States is null)
            return null;
        var outcome = new Outcome(analyzed);
        outcome.Collect(exceptionalPaths);
        return outcome;
    }

    private void Collect(bool exceptionalPaths)
    {
        var index = new Dictionary<int, OwedWrite>();
        var settled = new HashSet<int>();
        var open = new HashSet<(int Obligation, int Node)>();
        for (var node = 0; node < Body.Nodes.Length; node++)
        {
            var exit = Body.Nodes[node].Exit;
            if (exit == ExitKind.None || (exit == ExitKind.Throw && !exceptionalPaths) || States[node] is not { } set)
                continue;
            foreach (var path in set.Paths)
            {
                foreach (var entry in path.Settled)
                    settled.Add(entry.Key);
                var reach = new ExitReach(Analysis, path, Body.Nodes[node].ReturnValue);
                foreach (var entry in path.Pending)
                    Note(index, open, entry.Key, entry.Value, node, reach);
            }
        }
        foreach (var owed in _owed)
            owed.SettledElsewhere = settled.Contains(owed.Obligation.Id);
        _owed.Sort((a, b) => a.Obligation.Site.CompareTo(b.Obligation.Site));
    }

    private void Note(Dictionary<int, OwedWrite> index, HashSet<(int, int)> open, int id, Status status, int node, ExitReach reach)
    {
        var obligation = Analysis.Obligations[id];
        if (obligation.Target.Targets.All(place => Analysis.Entities[place.Entity].Mapping is { CopyOnWrite: true }))
            return;
        var (owner, member) = reach.OwnerOf(obligation.Target, obligation.IsCallersByContract);
        if (!index.TryGetValue(id, out var owed))
        {
            owed = new OwedWrite(obligation, owner, member) { IsOfOwnObject = owner == Owner.Member && reach.IsOfOwnObject(obligation.Target) };
            index.Add(id, owed);
            _owed.Add(owed);
        }
        if (open.Add((id, node)))
            owed.Exits.Add(new OpenExit(node, status));
    }
}

/// <summary>What can be reached from outside after one exit: what is returned, and what the fields of rooted objects hold.</summary>
internal sealed class ExitReach
{
    private readonly BodyAnalysis _analysis;
    private readonly Dictionary<int, (int Field, int Holder)> _heldBy = new();
    private readonly HashSet<int> _returned = new();
    private Dictionary<int, int>? _keeperOf;

    public ExitReach(BodyAnalysis analysis, Path path, int returnRegister)
        : this(analysis, path, analysis.ResultOf(path, returnRegister))
    {
    }

    public ExitReach(BodyAnalysis analysis, Path path, Value result)
    {
        _analysis = analysis;
        var fields = path.Fields;
        foreach (var entry in fields)
        {
            var (owner, field) = analysis.Fields[entry.Key];
            if (analysis.IsOfTuple(field))
                continue;
            // A field of something that was there before, or of an object whose own code made what it holds.
            foreach (var place in entry.Value.Targets)
                if (analysis.Entities[owner].IsRooted || (analysis.IsMadeWith(place.Entity, owner) && !analysis.IsOfPlainData(field)))
                    _heldBy[place.Entity] = (field, owner);
        }
        // What stands in a tuple is held by whoever holds the tuple; what another object holds, its field does, where somebody holds the object.
        foreach (var entry in fields)
            if (analysis.Fields[entry.Key] is var (whole, part) && _heldBy.TryGetValue(whole, out var holding))
                foreach (var place in entry.Value.Targets)
                    _heldBy[place.Entity] = analysis.IsOfTuple(part) ? holding : (part, whole);
        Return(result, fields, null, 0);
        analysis.ForEachByRefResult(path, value => Return(value, fields, null, 0));
    }

    /// <param name="value">What is handed out.</param>
    /// <param name="fields">All that is held at the exit.</param>
    /// <param name="keeper">The field in which an object that is handed out has it; null for what the caller gets in hand.</param>
    /// <param name="depth">Of objects in objects.</param>
    private void Return(Value value, IntMap<Value> fields, int? keeper, int depth)
    {
        if (depth > 3)
            return;
        foreach (var place in value.Targets)
        {
            if (keeper is null)
                _keeperOf?.Remove(place.Entity);
            if (!_returned.Add(place.Entity))
                continue;
            if (keeper is { } named)
                (_keeperOf ??= new())[place.Entity] = named;
            foreach (var entry in fields)
            {
                var (owner, field) = _analysis.Fields[entry.Key];
                if (owner == place.Entity)
                    Return(entry.Value, fields, field == MemberNumbers.Element || _analysis.IsOfTuple(field) ? null : field, depth + 1);
            }
        }
    }

    /// <summary>Whether a caller can name the entity: it was there before, is handed out, or is held by something that is.</summary>
    public bool IsVisible(int entity) =>
        _analysis.Entities[entity].IsRooted || _returned.Contains(entity) || _heldBy.ContainsKey(entity);

    /// <summary>Whether the owner answers for some of what it holds: a caller that is told of a write there has to know whose it is.</summary>
    public bool IsHolder(int owner, Value held)
    {
        foreach (var place in held.Targets)
            if (_heldBy.TryGetValue(place.Entity, out var holding) && holding.Holder == owner)
                return true;
        return false;
    }

    /// <summary>The caller gets it in hand, and nobody else has it.</summary>
    public bool IsReturned(Entity entity) => _returned.Contains(entity.Id) && entity is { IsFresh: true, Escaped: false } && !_heldBy.ContainsKey(entity.Id) && _keeperOf?.ContainsKey(entity.Id) != true;

    /// <summary>All of it is held by objects that nobody but the body gets hold of.</summary>
    public bool IsOfOwnObject(Value target) => target.Targets.All(place => IsInOwnObject(place.Entity));

    private bool IsInOwnObject(int entity) => _heldBy.TryGetValue(entity, out var held) && !IsVisible(held.Holder) && !_analysis.Entities[held.Holder].Escaped;

    /// <param name="target">What was written.</param>
    /// <param name="callersByContract">The type that holds it has said that whoever uses an object of it owes the flush.</param>
    public (Owner Owner, int? Member) OwnerOf(Value target, bool callersByContract = false)
    {
        (Owner Owner, int? Member) result = (Owner.Local, null);
        foreach (var place in target.Targets)
        {
            if (target.Refs.Length > 1 && (IsOfNewContainer(_analysis.Entities[place.Entity]) || _analysis.IsBesideMapping(place, target)))
                continue;
            var (owner, member) = OwnerOf(_analysis.Entities[place.Entity], callersByContract);
            if (owner == Owner.Member && IsBesideKept(target))
                return (owner, member);
            if (owner > result.Owner)
                result = (owner, member);
        }
        return result;
    }

    /// <summary>What a container of the body's own held before anything was put in it: nothing.</summary>
    private bool IsOfNewContainer(Entity entity) =>
        entity is { Kind: EntityKind.Field, A: MemberNumbers.Element } && _analysis.Entities[(int)entity.B] is { Kind: EntityKind.Allocated, Escaped: false };

    /// <summary>
    /// What a container held already, or what was made for it just now: <c>if (!_all.TryGetValue(k, out var one)) _all[k] = one = new One();</c>.
    /// </summary>
    private bool IsBesideKept(Value target) => target.Refs.Length > 1
        && target.Targets.All(place => _analysis.Entities[place.Entity] is { Kind: EntityKind.Field } or { Escaped: true, KeptIn: not null });

    private (Owner Owner, int? Member) OwnerOf(Entity entity, bool callersByContract)
    {
        if (entity.Kind == EntityKind.Stale)
            return OwnerOf(_analysis.Entities[entity.A], callersByContract);
        if (entity.Kind == EntityKind.Field)
            return (Owner.Member, _analysis.FieldBehind(entity)?.A ?? entity.A);
        if (entity.IsRooted)
            return (Owner.Caller, null);
        if (entity.Escaped)
            return _analysis.IsNeverFlushedInContainer(entity) && !IsVisible(entity.Id) ? (Owner.Local, null) : (Owner.Elsewhere, entity.KeptIn);
        if (_returned.Contains(entity.Id))
            return (Owner.Elsewhere, _keeperOf is not null && _keeperOf.TryGetValue(entity.Id, out var keeper) ? keeper : null);
        if (callersByContract && IsInOwnObject(entity.Id))
            return (Owner.Local, null);
        if (_heldBy.TryGetValue(entity.Id, out var held))
            return held.Field == MemberNumbers.Element ? (Owner.Elsewhere, null) : (Owner.Member, held.Field);
        // Whoever flushes what nobody knows takes it for a file's.
        return entity.Mapping is { } mapping && _analysis.IsOfUnknownBacking(mapping) && !_analysis.IsFlushedByName(entity.Id) ? (Owner.Caller, null) : (Owner.Local, null);
    }
}
