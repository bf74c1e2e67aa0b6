using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// The analysis of one body: what each path has written, flushed and left dirty. This file holds the set-up and the way through a block; the plain
/// steps, fields and closures, calls, tables' effects, flushes and branches have files of their own. One instance analyses one body once.
/// </summary>
internal sealed partial class BodyAnalysis : IFlowDomain<PathSet>, INumbers
{
    private readonly LoweredBody _body;
    private readonly DurabilityContext _context;
    private readonly IFieldOrigins _origins;
    private readonly Func<CallTarget, Summary?> _summaryOf;
    private readonly EntityTable _entities;
    private readonly ObligationTable _obligations = new();
    private readonly FieldSlots _fields;
    private readonly TestTable _tests = new();
    private readonly Dictionary<int, HashSet<int>> _holders = new();
    private readonly bool _followsChoices;
    private readonly long _mostWork, _mostEntities;

    /// <param name="body">What is analysed.</param>
    /// <param name="context">What is known.</param>
    /// <param name="origins">Of fields.</param>
    /// <param name="summaryOf">Of callees; null for one that nobody can see.</param>
    /// <param name="followsChoices">Whether groups stay apart for what a choice has decided. It may multiply them all the way down a long body, and has a part of the budget only.</param>
    public BodyAnalysis(LoweredBody body, DurabilityContext context, IFieldOrigins origins, Func<CallTarget, Summary?> summaryOf, bool followsChoices)
    {
        _body = body;
        _context = context;
        _origins = origins;
        _summaryOf = summaryOf;
        _entities = new EntityTable(8 + body.Slots.Length + body.Sites.Length);
        _fields = new FieldSlots(FieldAtEntry);
        _canOwe = CanOwe;
        _isNoMadeView = place => !_entities[place.Entity].IsMadeView;
        _followsChoices = followsChoices;
        var instructions = 0;
        foreach (var node in body.Nodes)
            instructions += node.Content.Instructions.Length;
        _mostWork = 10_000 + MostWorkForEachNode * body.Nodes.Length + MostWorkForEachInstruction * instructions;
        _mostEntities = 4000 + MostEntitiesForEachNode * body.Nodes.Length + MostEntitiesForEachInstruction * instructions;
        if (followsChoices)
            _mostWork /= PartForChoices;
    }

    /// <summary>A short body has one path, and needs none.</summary>
    private PathMerger Merger => _merger ??= new PathMerger(_entities, _obligations, _fields, _body, _followsChoices,
        handsOutMemory: _context.Lowering.Types.NamesMemory(_body.Symbol?.ReturnType), this);

    private PathMerger? _merger;

    public EntityTable Entities => _entities;

    public ObligationTable Obligations => _obligations;

    public FieldSlots Fields => _fields;

    /// <summary>Everything that may be flushed durably anywhere in the body, with the kind of flush.</summary>
    public HashSet<FlushFact> MayFlush { get; } = new();

    /// <summary>Flushes that fall short whatever was written, by their site: kept for mappings whose writes are elsewhere.</summary>
    public Dictionary<(int Site, int Entity), Attempt> WeakFlushes { get; } = new();

    /// <summary>Sites whose write goes to a copy-on-write view that is then flushed (DAX1011), with what was written.</summary>
    public Dictionary<int, Obligation> FlushedCopies { get; } = new();

    /// <summary>Runs to the fixpoint. Null when the budget ran out.</summary>
    public PathSet?[]? Run(CancellationToken cancel)
    {
        _cancel = cancel;
        _run = new List<Path>?[_body.Graph.BlockCount];
        var states = Solver.Solve(_body.Graph, this, EntryState(), Solver.BudgetFor(_body.Graph.BlockCount), cancel);
        // Summaries live as long as the compilation: what only the way to them needed is let go.
        _run = Array.Empty<List<Path>?>();
        _passing.Clear();
        _emptyImports.Clear();
        return states;
    }

    private CancellationToken _cancel;

    /// <summary>Things one body can tell apart: ordinary ones need a few dozen, generated ones of 20 000 statements some ten thousand.</summary>
    private const int MostEntitiesForEachNode = 40;

    /// <summary>And for each instruction besides: the thing it yields, what that holds, and the constants it is asked with.</summary>
    private const int MostEntitiesForEachInstruction = 4;

    /// <summary>Steps one body may cost, whatever its graph looks like: a step of a group of paths, a merge, a thing imported from a callee.</summary>
    private const int MostWorkForEachNode = 400;

    /// <summary>And for each instruction besides: as many as there are groups of paths, in two rounds.</summary>
    private const int MostWorkForEachInstruction = 16;

    /// <summary>The part of the budget, one in so many, that is worth trying with choices followed before all of it is spent without.</summary>
    private const int PartForChoices = 8;

    public bool IsExhausted => _entities.Count > _mostEntities || _work > _mostWork;

    private long _work;

    /// <summary>Counts against the budget.</summary>
    public void Spend(int work = 1) => _work += work;

    /// <summary>Two ways in which the body ends, as one.</summary>
    public Path Merge(Path a, Path b) => Merger.Merge(a, b);

    public bool WouldConfuseViews(Path a, Path b) => Merger.WouldConfuseViews(a, b);

    public Summary Summarize(PathSet?[] states)
    {
        var summary = Summary.Of(this, _body, states);
        _merger = null;
        return summary;
    }

    /// <summary>Whether anything was written, flushed or handed to be flushed that a rule may want to explain.</summary>
    public bool HasEvents => _obligations.Count > 0 || MayFlush.Count > 0 || _flushedIn.Count > 0;

    private PathSet EntryState()
    {
        var path = new Path();
        for (var slot = 0; slot < _body.Slots.Length; slot++)
        {
            var variable = _body.Slots[slot];
            if (EntityOf(variable) is not { } entity)
                continue;
            entity.Name = variable.Name ?? "this";
            entity.Mapping ??= variable.Kind switch { SlotKind.This => MappingOfThis(), SlotKind.Content => null, _ => _context.MappingOf(variable.Symbol) };
            path.Variables = path.Variables.Set(slot, Value.OfEntity(entity.Id));
            Hold(entity.Id, slot);
            if (variable.Kind == SlotKind.Content)
                NoteLimit(slot, Value.OfEntity(entity.Id));
        }
        return new PathSet(new List<Path>(1) { path });
    }

    /// <summary>What a variable holds when the body begins; null for its own.</summary>
    private Entity? EntityOf(Slot variable) => variable.Kind switch
    {
        SlotKind.This => _entities[EntityTable.This],
        SlotKind.Parameter => _entities.Intern(EntityKind.Parameter, variable.Ordinal),
        SlotKind.Captured => _entities.Intern(EntityKind.Captured, variable.Ordinal),
        SlotKind.Content => _entities.Field(_entities.Intern(EntityKind.Parameter, variable.Ordinal).Id, MemberNumbers.Content),
        _ => null,
    };

    public PathSet Join(PathSet present, PathSet arriving, int block) => Merger.Join(present, arriving, _body.LoopHeads.Contains(block), _body.Nodes[block].Exit == ExitKind.Return);

    public PathSet?[] Transfer(int block, PathSet input)
    {
        var node = _body.Nodes[block];
        _passing.Clear();
        _here = (block, 0);
        input = NotRunYet(block, input);
        if (node.IsEmpty)
            return Everywhere(input, _body.Graph.Successors(block).Length);
        var paths = new List<Path>(input.Paths.Count);
        foreach (var arriving in input.Paths)
            paths.Add(arriving.AtBlock(node.Content.TemporaryCount));
        // All groups take each step together: calls that end in several ways would otherwise multiply along the block.
        for (var at = 0; at < node.Content.Instructions.Length; at++)
        {
            Spend(paths.Count);
            if (IsExhausted)
                break;
            _here = (block, at);
            ref readonly var step = ref node.Content.Instructions[at];
            if (step.Code == OpCode.Call)
                paths = Call(step, paths);
            else
                foreach (var path in paths)
                    Execute(step, path);
        }
        return Outputs(node, block, input, paths);
    }

    private static PathSet WithoutThose(List<Path> before, List<Path> paths) => new(paths.FindAll(path => !before.Contains(path)));

    private static PathSet?[] Everywhere(PathSet input, int successors)
    {
        var outputs = new PathSet?[successors];
        if (input.Paths.Count > 0)
            for (var i = 0; i < successors; i++)
                outputs[i] = input;
        return outputs;
    }

    /// <summary>The groups that were there when a block was last run.</summary>
    private List<Path>?[] _run = Array.Empty<List<Path>?>();

    /// <summary>The groups that are new: what comes of the others has gone on to the blocks behind.</summary>
    private PathSet NotRunYet(int block, PathSet input)
    {
        var before = _run[block];
        _run[block] = input.Paths;
        return before is null ? input : WithoutThose(before, input.Paths);
    }

    /// <summary>The step that is being run.</summary>
    private (int Node, int Step) _here;

    private List<Path> Call(in Instruction step, List<Path> paths)
    {
        var after = new List<Path>(paths.Count);
        foreach (var path in paths)
            after.AddRange(Call(step, path));
        return after.Count > paths.Count ? Merger.NormalizeWithinBlock(after) : after;
    }

    private PathSet?[] Outputs(FlowNode node, int block, PathSet input, List<Path> outcomes)
    {
        var successors = _body.Graph.Successors(block);
        var outputs = new PathSet?[successors.Length];
        var ordinary = successors.Length - node.ExceptionSuccessors;
        if (node.Content.Condition is { } condition && ordinary >= 2)
        {
            outputs[0] = Assume(outcomes, condition, true);
            outputs[1] = Assume(outcomes, condition, false);
        }
        else if (outcomes.Count > 0)
        {
            AtBlockEnd(outcomes);
            var all = Normalize(outcomes);
            for (var i = 0; i < ordinary; i++)
                outputs[i] = all;
        }
        if (node.ExceptionSuccessors > 0)
        {
            var thrown = Thrown(input, outcomes, block);
            for (var i = ordinary; i < successors.Length; i++)
                outputs[i] = _flushedIn.Contains(block) || !CatchesFailedFlush(successors[i]) ? thrown : AsFailed(thrown);
        }
        if (node.Dying is { } dying)
            for (var i = 0; i < outputs.Length; i++)
                if (dying[i].Length > 0 && outputs[i] is { } output)
                    outputs[i] = AtScopeEnd(output, dying[i]);
        return outputs;
    }

    private PathSet? Assume(List<Path> outcomes, Condition condition, bool outcome)
    {
        var kept = new List<Path>();
        foreach (var path in outcomes)
            kept.AddRange(Assume(path, condition, outcome));
        AtBlockEnd(kept);
        if (kept.Count == 0)
            return null;
        // The ways in which a pattern does not match are told apart by the next pattern.
        return condition.Parts.Length > 0 && kept.Count <= MostWays ? new PathSet(kept) : Normalize(kept);
    }

    private PathSet Normalize(List<Path> paths) => paths.Count == 1 ? new PathSet(paths) : Merger.Normalize(paths);

    /// <summary>
    /// What a handler sees. A path that only an exception opens owes nothing, unless the user wants it to: what was written
    /// before the exception is not held against it.
    /// </summary>
    private PathSet Thrown(PathSet input, List<Path> outcomes, int block)
    {
        var groups = new List<Path>(1);
        foreach (var path in input.Paths.Concat(outcomes))
        {
            var thrown = path.Clone();
            thrown.Temporaries = Array.Empty<Value?>();
            if (!_context.Options.ExceptionalPaths)
            {
                thrown.Pending = IntMap<Status>.Empty;
                thrown.Settled = IntMap<Present>.Empty;
                thrown.Failed = _flushedIn.Contains(block);
            }
            // What has been flushed on the way stays told apart; more than that a handler is not worth.
            var twin = groups.FindIndex(other => other.Flushed.Equals(thrown.Flushed));
            if (twin < 0)
                groups.Add(thrown);
            else
                groups[twin] = Merger.Merge(groups[twin], thrown);
        }
        return Normalize(groups);
    }
}
