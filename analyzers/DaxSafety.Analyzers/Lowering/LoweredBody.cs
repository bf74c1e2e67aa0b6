using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

internal enum SlotKind : byte
{
    Local,
    Parameter,
    Captured,

    /// <summary>What stands behind the address that a by-ref parameter is.</summary>
    Content,
    This,
    Capture,
}

/// <summary>A variable of a body.</summary>
/// <param name="Kind">Where its first value comes from.</param>
/// <param name="Symbol">The local or parameter, or null.</param>
/// <param name="Ordinal">A parameter's ordinal; for a captured variable the number that all bodies agree on.</param>
/// <param name="HoldsAddress">It names memory (a ref local, or a ref parameter of plain data): assigning to it stores there.</param>
internal sealed record Slot(SlotKind Kind, ISymbol? Symbol, int Ordinal, bool HoldsAddress)
{
    public string? Name => Symbol?.Name;

    /// <summary>What it holds at the end the caller's variable holds.</summary>
    public bool IsGivenBack => Kind is SlotKind.Parameter or SlotKind.Content && !HoldsAddress && Symbol is IParameterSymbol { RefKind: RefKind.Ref or RefKind.Out };
}

/// <summary>A place in the source that a step of a body came from.</summary>
/// <param name="Syntax">What a diagnostic underlines.</param>
/// <param name="Receiver">The source text of what is written or flushed, when that is a plain name or member access.</param>
/// <param name="Offset">Source text of the written range's start in bytes, when it can be repeated.</param>
/// <param name="Length">Source text of its length in bytes, when it can be repeated.</param>
internal sealed record Site(SyntaxNode Syntax, string? Receiver = null, string? Offset = null, string? Length = null)
{
    public Location Location => Syntax.GetLocation();

    /// <summary>Where a flush is reported: a disposal that the compiler wrote stands at its <c>using</c>.</summary>
    public Location ReportedLocation => Syntax.GetLocation();
}

/// <summary>A node of the flow graph: which content it runs, and what it is for.</summary>
internal sealed class FlowNode
{
    public FlowNode(BlockContent content) => Content = content;

    public BlockContent Content { get; }

    /// <summary>What reaches it goes on as it is.</summary>
    public bool IsEmpty => Content is { Instructions.Length: 0, Condition: null } && ExceptionSuccessors == 0 && Dying is null;

    /// <summary>How control leaves the body here; such a node has no content of its own beyond it.</summary>
    public ExitKind Exit { get; set; }

    /// <summary>What is underlined as the exit.</summary>
    public Location? ExitLocation { get; set; }

    /// <summary>The return value's register, where <see cref="Exit"/> is one.</summary>
    public int ReturnValue { get; set; } = -1;

    /// <summary>By the successor: variables that nobody reads any more on the way there, their scope being over. Null when there are none at all.</summary>
    public int[][]? Dying { get; set; }

    /// <summary>How many of the successors, at the end of the list, are only reached by an exception.</summary>
    public int ExceptionSuccessors { get; set; }

    /// <summary>The catch clause that the node stands in, by number; 0 outside of any. Of an exit, that of its statement, whatever finally blocks run in between.</summary>
    public int CatchClause { get; set; }

    /// <summary>It is the start of a catch clause that a failed flush can end in, without a filter that looks closer.</summary>
    public bool CatchesFlushFailures { get; set; }
}

/// <summary>
/// One body, ready to be analysed: blocks of steps over numbered variables. All that is left of Roslyn's operations; made
/// once for each body and shared by every analysis of it. Immutable after construction.
/// </summary>
internal sealed class LoweredBody
{
    public required string Name { get; init; }

    public required IMethodSymbol? Symbol { get; init; }

    /// <summary>What was lowered.</summary>
    public required SyntaxNode Syntax { get; init; }

    public required FlowGraph Graph { get; init; }

    public required ImmutableArray<FlowNode> Nodes { get; init; }

    /// <summary>Blocks in which rounds of a loop begin.</summary>
    public HashSet<int> LoopHeads => _loopHeads ??= Graph.LoopHeads();

    private HashSet<int>? _loopHeads;

    /// <summary>Fields of which some branch asks whether they are null, <c>_file?.Flush(true)</c> among them.</summary>
    public HashSet<int> FieldsAskedOfNull => _fieldsAskedOfNull ??= FindFieldsAskedOfNull();

    private HashSet<int>? _fieldsAskedOfNull;

    private HashSet<int> FindFieldsAskedOfNull()
    {
        var fields = new HashSet<int>();
        foreach (var node in Nodes)
            if (node.Content is { Condition: { Kind: ConditionKind.IsNull, A: var asked }, Instructions: var steps })
                for (var step = steps.Length - 1; step >= 0; step--)
                {
                    if (steps[step].Dst != asked)
                        continue;
                    if (steps[step].Code == OpCode.LoadField)
                        fields.Add(steps[step].B);
                    if (steps[step].Code != OpCode.Copy)
                        break;
                    asked = steps[step].A;
                }
        return fields.Count == 0 ? NoSlots : fields;
    }

    public required ImmutableArray<Slot> Slots { get; init; }

    public required ImmutableArray<Site> Sites { get; init; }

    /// <summary>Lambdas and local functions declared directly in this body.</summary>
    public required ImmutableArray<LoweredBody> Nested { get; init; }

    /// <summary>Every body that this one may run and that is in source.</summary>
    public required ImmutableArray<CallTarget> Callees { get; init; }

    /// <summary>The variable that nested bodies know by each number.</summary>
    public required Dictionary<int, int> CapturedSlots { get; init; }

    /// <summary>Shared by all bodies that have none of a kind: most, and they are kept as long as the compilation.</summary>
    public static readonly HashSet<int> NoSlots = new();

    /// <summary>Variables that decide some branch.</summary>
    public required HashSet<int> TestedSlots { get; init; }

    /// <summary>Of them, locals that are whole numbers and nothing else.</summary>
    public required HashSet<int> CounterSlots { get; init; }

    /// <summary>Those whose value was decided by an earlier branch.</summary>
    public required HashSet<int> ChosenSlots { get; init; }

    /// <summary>Those that are added to a counter which decides some branch.</summary>
    public required HashSet<int> SummandSlots { get; init; }

    /// <summary>It calls code of others about which nothing is known, not even by its types.</summary>
    public bool CallsUnseenCode { get; init; }

    /// <summary>Methods of the compilation that it calls and that by their types have nothing to do with mapped memory: they are not followed.</summary>
    public required ImmutableArray<IMethodSymbol> Unfollowed { get; init; }

    /// <summary>Why the body could not be lowered, or null.</summary>
    public string? Failure { get; init; }
}

/// <summary>
/// Something that can be run: a method of the compilation, the initializer of a field or property, or a lambda or local function of a
/// lowered body. A symbol is lowered only when somebody asks, so that what runs itself can be named in its own body.
/// </summary>
internal readonly struct CallTarget : IEquatable<CallTarget>
{
    public readonly ISymbol? Symbol;
    public readonly LoweredBody? Body;

    public CallTarget(ISymbol symbol) => Symbol = symbol;

    public CallTarget(LoweredBody body) => Body = body;

    public IMethodSymbol? Method => Symbol as IMethodSymbol;

    public bool Equals(CallTarget other) =>
        Body is not null ? ReferenceEquals(Body, other.Body) : other.Body is null && SymbolEqualityComparer.Default.Equals(Symbol, other.Symbol);

    public override bool Equals(object? obj) => obj is CallTarget other && Equals(other);

    public override int GetHashCode() => Body is not null ? Body.GetHashCode() : SymbolEqualityComparer.Default.GetHashCode(Symbol);
}

/// <summary>Code that can be run later: a lambda, a local function or a method, with the receiver it is bound to.</summary>
/// <param name="Target">What runs.</param>
/// <param name="Receiver">The receiver's register at creation, or −1.</param>
internal sealed record ClosureInfo(CallTarget Target, int Receiver)
{
    /// <summary>A method that the tables describe instead.</summary>
    public CallSite? Described { get; init; }
}

/// <summary>A call: who is called with what, and what tables say of it.</summary>
internal sealed class CallSite
{
    public required IMethodSymbol Method { get; init; }

    /// <summary>From the tables; empty for a method nobody described.</summary>
    public required ImmutableArray<Effect> Effects { get; init; }

    /// <summary>The receiver's register, or −1.</summary>
    public int Receiver { get; init; } = -1;

    /// <summary>The receiver was made to leave open, at its end, what it writes to.</summary>
    public bool LeavesOpen { get; init; }


    /// <summary>What the receiver is known to be, if that is known.</summary>
    public ITypeSymbol? ReceiverType { get; init; }

    /// <summary>Registers by the parameter's ordinal, −1 where nothing is known.</summary>
    public required int[] Arguments { get; init; }

    /// <summary>Bodies in source that may run: one for an ordinary call, the implementations for a virtual one.</summary>
    public ImmutableArray<CallTarget> Targets { get; init; } = ImmutableArray<CallTarget>.Empty;

    /// <summary>The receiver is a delegate that is invoked.</summary>
    public bool InvokesReceiver { get; init; }

    /// <summary>The instance that a constructor fills: the result is the receiver.</summary>
    public bool IsConstruction { get; init; }

    /// <summary>The receiver is the address of a struct in memory: what the callee stores in its own fields lands there.</summary>
    public bool ReceiverIsAddress { get; init; }

    /// <summary>By ordinal: parameters that got a variable or field by reference, and so no address of memory.</summary>
    public ulong VariablesByRef { get; init; }

    /// <summary>By ordinal: registers of what stands where a by-ref parameter points, −1 where nobody knows. Null when there are none.</summary>
    public int[]? Contents { get; init; }

    /// <summary>The framework's own: it does nothing that its row does not say.</summary>
    public bool IsFramework { get; init; }

    /// <summary>The result is thrown away by an expression statement.</summary>
    public bool ResultDropped { get; init; }
}
