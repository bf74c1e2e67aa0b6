using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Lowers one control-flow graph. The only code that knows Roslyn's operations: what comes out is a flow graph whose
/// blocks hold steps over numbered variables. One instance lowers one body and is thrown away.
/// </summary>
internal sealed partial class BodyLowering
{
    private readonly LoweringContext _context;
    private readonly ControlFlowGraph _cfg;
    private readonly ISymbol _owner;
    private readonly BodyLowering? _parent;
    private readonly CancellationToken _cancel;

    private readonly StepList _steps = new();
    private readonly List<Slot> _slots = new();
    private readonly Dictionary<ISymbol, int> _slotOf = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<CaptureId, int> _captureSlots = new();
    private readonly Dictionary<CaptureId, Place> _capturedPlaces = new();
    private readonly HashSet<CaptureId> _assignedCaptures = new();
    private readonly List<Site> _sites = new();
    private readonly List<LoweredBody> _nested = new();
    private readonly Dictionary<ISymbol, LoweredBody> _localFunctions = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _localFunctionsBegun = new(SymbolEqualityComparer.Default);
    private readonly HashSet<CallTarget> _callees = new();
    private readonly HashSet<ISymbol> _testedVariables = new(SymbolEqualityComparer.Default);
    private readonly HashSet<CaptureId> _testedCaptures = new();
    private readonly Dictionary<CaptureId, ISymbol> _copiedBy = new();
    private readonly Dictionary<object, Condition> _testedBy = new();
    private LoopExits? _loopExits;

    private int _returnSlot = Registers.None;
    private bool _callsUnseenCode;
    private readonly HashSet<IMethodSymbol> _unfollowed = new(SymbolEqualityComparer.Default);
    private IOperation? _droppedResult;
    private IOperation _current = null!;
    private readonly BranchShapes _branches;

    private BodyLowering(LoweringContext context, ControlFlowGraph cfg, ISymbol owner, BodyLowering? parent, CancellationToken cancel)
    {
        _context = context;
        _cfg = cfg;
        _branches = new BranchShapes(cfg);
        _owner = owner;
        _parent = parent;
        _cancel = cancel;
        _slots.Add(new Slot(SlotKind.This, null, 0, HoldsAddress: false));
        if (owner is IMethodSymbol method)
            foreach (var parameter in method.Parameters)
                SlotOf(parameter);
    }

    private const int ThisSlot = 0;

    /// <summary>Lowers a body that stands alone: a method, an accessor, a constructor, an initializer.</summary>
    public static LoweredBody Lower(LoweringContext context, ControlFlowGraph cfg, ISymbol owner, CancellationToken cancel) =>
        new BodyLowering(context, cfg, owner, null, cancel).Run();

    private LoweredBody Run()
    {
        string? failure = null;
        GraphBuilder? graph = null;
        try
        {
            FindAssignedCaptures();
            foreach (var function in _cfg.LocalFunctions)
                LocalFunctionBody(function);
            graph = new GraphBuilder(_cfg, _branches, LowerBlock, _cancel);
            graph.Build();
            new Scopes(_slotOf, _captureSlots, _capturedPlaces, _nested).EndIn(graph);
        }
        catch (InsufficientExecutionStackException)
        {
            failure = "an expression is nested too deeply";
        }
        failure ??= graph!.Failure;
        if (failure is not null)
            graph = GraphBuilder.Empty;

        var tested = TestedSlots();
        return new LoweredBody
        {
            Name = _owner.Name,
            Symbol = _owner as IMethodSymbol,
            Syntax = _cfg.OriginalOperation.Syntax,
            Graph = graph!.Graph,
            Nodes = graph.Nodes.ToImmutableArray(),
            Slots = _slots.ToImmutableArray(),
            Sites = _sites.ToImmutableArray(),
            Nested = _nested.ToImmutableArray(),
            Callees = _callees.ToImmutableArray(),
            CapturedSlots = CapturedSlots(),
            TestedSlots = OrNone(tested),
            CounterSlots = OrNone(CounterSlots(tested)),
            ChosenSlots = OrNone(ChosenSlots(tested)),
            SummandSlots = OrNone(SummandSlots()),
            CallsUnseenCode = _callsUnseenCode,
            Unfollowed = _unfollowed.ToImmutableArray(),
            Failure = failure,
        };
    }

    private static HashSet<int> OrNone(HashSet<int> slots) => slots.Count == 0 ? LoweredBody.NoSlots : slots;

    /// <summary>A block's content, in as many parts as it hands out values with <c>yield return</c>, plus one.</summary>
    private List<BlockContent> LowerBlock(BasicBlock block)
    {
        var parts = new List<BlockContent>(1);
        _steps.StartBlock();
        var flag = _branches.FlagOf(block);
        foreach (var operation in flag is null ? block.Operations : block.Operations.RemoveAt(block.Operations.Length - 1))
        {
            _current = operation;
            var yielded = Lower(operation);
            if (operation is IReturnOperation { Kind: OperationKind.YieldReturn })
            {
                // It is whoever's it is handed to, from here on.
                if (yielded >= 0)
                {
                    _steps.Add(new Instruction(OpCode.Copy, ReturnSlot(), yielded));
                    _steps.Add(new Instruction(OpCode.Escape, -1, yielded, site: AddSite(operation)));
                }
                parts.Add(new BlockContent { Instructions = _steps.EndBlock(), TemporaryCount = _steps.TemporaryCount, ReturnValue = yielded >= 0 ? ReturnSlot() : Registers.None });
                _steps.StartBlock();
            }
        }
        var last = new BlockContent();
        if (flag is not null)
            LowerFlag(flag, block.Operations.Last(), _branches.Deciding(block).BranchValue!, last);
        else if (block.BranchValue is { } value && !BranchShapes.IsDecided(block))
            LowerBranchValue(block, value, last);
        last.Instructions = _steps.EndBlock();
        last.TemporaryCount = _steps.TemporaryCount;
        parts.Add(last);
        return parts;
    }

    private void LowerFlag(IOperation flag, IOperation kept, IOperation test, BlockContent content)
    {
        _current = kept;
        if (kept is IFlowCaptureOperation { Id: var switched })
            _askedFlags.Add(switched);
        var negated = BranchShapes.Asked(test) is { Value: false };
        for (; test is IUnaryOperation { Operand: var denied }; test = denied)
            negated = !negated;
        content.Condition = LowerCondition(flag, negated);
    }

    private void LowerBranchValue(BasicBlock block, IOperation value, BlockContent content)
    {
        _current = value;
        if (block.ConditionKind != ControlFlowConditionKind.None)
        {
            content.Condition = IsGathered(value) ? Make(ConditionKind.Opaque, Registers.None, Registers.None, negated: false, value) : LowerCondition(value);
            return;
        }
        if (block.FallThroughSuccessor?.Semantics != ControlFlowBranchSemantics.Return)
        {
            Lower(value);
            return;
        }
        // What is returned the caller may ask: `if (Count(view) > 0) view.Flush();`
        if (Unconverted(value) is ILocalReferenceOperation or IFlowCaptureReferenceOperation && value.Type is { } type && (type.SpecialType == SpecialType.System_Boolean || type.TypeKind == TypeKind.Enum || IsInteger(type)))
            NoteTested(value, new Condition(ConditionKind.Opaque, -1, -1, false, null, "", -1));
        // `ref` returns hand out an address.
        var register = _owner is IMethodSymbol { ReturnsByRef: true } or IMethodSymbol { ReturnsByRefReadonly: true }
            ? AddressOf(LowerPlace(value))
            : Lower(value);
        // A finally may run between here and the exit, so the value waits in a variable.
        content.ReturnValue = ReturnSlot();
        _steps.Add(new Instruction(OpCode.Copy, content.ReturnValue, Known(register, value)));
    }

    private bool IsAskedAnew(IOperation reading) => (_loopExits ??= new LoopExits(_cfg)).AsksAnew(reading);

    private int AddSite(IOperation operation)
    {
        _sites.Add(new Site(operation.Syntax));
        return _sites.Count - 1;
    }

    private LoweredBody LowerNested(IFlowAnonymousFunctionOperation lambda)
    {
        var cfg = _cfg.GetAnonymousFunctionControlFlowGraphInScope(lambda, _cancel);
        return Nest(new BodyLowering(_context, cfg, lambda.Symbol, this, _cancel).Run());
    }

    private LoweredBody? LocalFunctionBody(IMethodSymbol function)
    {
        function = function.OriginalDefinition;
        for (var lowering = this; lowering is not null; lowering = lowering._parent)
        {
            if (lowering._localFunctions.TryGetValue(function, out var known))
                return known;
            if (!lowering._cfg.LocalFunctions.Contains(function, SymbolEqualityComparer.Default))
                continue;
            // A function that calls itself, or its sister that calls it back: the inner call is left out.
            if (!lowering._localFunctionsBegun.Add(function))
                return null;
            var cfg = lowering._cfg.GetLocalFunctionControlFlowGraphInScope(function, _cancel);
            var body = lowering.Nest(new BodyLowering(_context, cfg, function, lowering, _cancel).Run());
            lowering._localFunctions[function] = body;
            return body;
        }
        return null;
    }

    private LoweredBody Nest(LoweredBody body)
    {
        _nested.Add(body);
        // What a nested body captures from further out passes through here, and what it tests is worth telling apart.
        for (var slot = 0; slot < body.Slots.Length; slot++)
            if (body.Slots[slot] is { Kind: SlotKind.Captured, Symbol: { } symbol })
            {
                SlotOf(symbol);
                if (body.TestedSlots.Contains(slot))
                    _testedVariables.Add(symbol);
            }
        return body;
    }

    private void AddCallee(CallTarget target) => _callees.Add(target);
}
