using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Members, and locals that a function inside assigns, on which a loop goes round or is left and that nothing in the loop assigns:
/// <c>while (_running)</c>, <c>if (_stop) break;</c>. Somebody else changes them, or the loop would never end: each round asks anew.
/// </summary>
internal sealed class LoopExits
{
    private readonly ControlFlowGraph _cfg;
    private readonly HashSet<IOperation> _askedAnew = new();
    private readonly HashSet<int> _exits = new();
    private readonly Lazy<HashSet<ISymbol>> _assignedInside;

    public LoopExits(ControlFlowGraph cfg)
    {
        _cfg = cfg;
        _assignedInside = new Lazy<HashSet<ISymbol>>(() => AssignedBy(cfg.OriginalOperation.Descendants()
            .Where(operation => operation is IAnonymousFunctionOperation or ILocalFunctionOperation).SelectMany(function => function.Descendants())));
        if (!_cfg.Blocks.Any(GoesBack))
            return;
        var loops = Loops().ToList();
        foreach (var loop in loops)
            foreach (var block in loop.Where(block => Leaves(block, loop)))
                _exits.Add(block.Ordinal);
        if (_exits.Count == 0)
            return;
        var askedElsewhere = new Lazy<HashSet<ISymbol>>(AskedElsewhere);
        foreach (var loop in loops)
        {
            var assigned = new Lazy<HashSet<ISymbol>>(() => AssignedBy(OperationsOf(loop)));
            foreach (var block in loop.Where(block => Leaves(block, loop)))
                Note(block.BranchValue!, assigned, askedElsewhere);
        }
    }

    /// <summary>Whether a reading of a member is such a question.</summary>
    public bool AsksAnew(IOperation reading) => _askedAnew.Contains(reading);

    private void Note(IOperation condition, Lazy<HashSet<ISymbol>> assigned, Lazy<HashSet<ISymbol>> askedElsewhere)
    {
        var members = new List<IOperation>();
        foreach (var part in condition.DescendantsAndSelf())
        {
            if (part is IFlowCaptureReferenceOperation or IInvocationOperation)
                return;
            if (IsSetByOthers(part))
                members.Add(part);
        }
        if (members.Count == 0 || condition.DescendantsAndSelf().Any(part => SymbolOf(part) is { } symbol && assigned.Value.Contains(symbol)))
            return;
        foreach (var member in members)
            if (!askedElsewhere.Value.Contains(SymbolOf(member)!))
                _askedAnew.Add(member);
    }

    /// <summary>A plain number or flag in something that can be assigned.</summary>
    private bool IsSetByOthers(IOperation reading) => reading switch
    {
        ILocalReferenceOperation { Local: var local } => IsPlain(local.Type) && _assignedInside.Value.Contains(local),
        IParameterReferenceOperation { Parameter: { RefKind: RefKind.Ref } parameter } => IsPlain(parameter.Type),
        IFieldReferenceOperation { Field: { IsReadOnly: false, IsConst: false } field } => IsPlain(field.Type),
        IPropertyReferenceOperation { Property: { IsIndexer: false, Type: var type } property } => IsPlain(type) && !IsFixed(property),
        _ => false,
    };

    private static bool IsPlain(ITypeSymbol type) => type.TypeKind == TypeKind.Enum || type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_Double;

    /// <summary>Of a library only what can be assigned; of the program whatever is not fixed when the object is made.</summary>
    private static bool IsFixed(IPropertySymbol property) => property.SetMethod is null or { IsInitOnly: true }
        && (property.DeclaringSyntaxReferences.IsEmpty || PropertyShapes.IsAutomatic(property));

    private static ISymbol? SymbolOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IMemberReferenceOperation member => member.Member,
        _ => null,
    };

    private static bool GoesBack(BasicBlock block) => block.ConditionalSuccessor?.Destination?.Ordinal <= block.Ordinal || block.FallThroughSuccessor?.Destination?.Ordinal <= block.Ordinal;

    private IEnumerable<HashSet<BasicBlock>> Loops() => _cfg.Blocks.Where(block => block.IsReachable)
        .SelectMany(block => SuccessorsOf(block).Where(successor => successor.Ordinal <= block.Ordinal).Select(head => (Head: head, End: block)))
        .GroupBy(back => back.Head, back => back.End).Select(loop => LoopOf(loop.Key, loop));

    /// <summary>Everything from which an end of a loop is reached without passing its head.</summary>
    private static HashSet<BasicBlock> LoopOf(BasicBlock head, IEnumerable<BasicBlock> ends)
    {
        var loop = new HashSet<BasicBlock> { head };
        var queue = new Queue<BasicBlock>(ends);
        while (queue.Count > 0)
        {
            var block = queue.Dequeue();
            if (loop.Add(block))
                foreach (var predecessor in block.Predecessors)
                    queue.Enqueue(predecessor.Source);
        }
        return loop;
    }

    private static IEnumerable<BasicBlock> SuccessorsOf(BasicBlock block)
    {
        if (block.ConditionalSuccessor?.Destination is { } conditional)
            yield return conditional;
        if (block.FallThroughSuccessor?.Destination is { } next)
            yield return next;
    }

    private static bool Leaves(BasicBlock block, HashSet<BasicBlock> loop) =>
        block is { ConditionKind: not ControlFlowConditionKind.None, BranchValue: not null } && SuccessorsOf(block).Any(successor => !loop.Contains(successor));

    private HashSet<ISymbol> AskedElsewhere() => new(
        _cfg.Blocks.Where(block => block is { ConditionKind: not ControlFlowConditionKind.None, BranchValue: not null } && !_exits.Contains(block.Ordinal))
            .SelectMany(block => block.BranchValue!.DescendantsAndSelf()).Select(SymbolOf).OfType<ISymbol>(), SymbolEqualityComparer.Default);

    private static IEnumerable<IOperation> OperationsOf(HashSet<BasicBlock> loop) =>
        loop.SelectMany(block => block.BranchValue is { } value ? block.Operations.Add(value) : block.Operations).SelectMany(operation => operation.DescendantsAndSelf());

    private static HashSet<ISymbol> AssignedBy(IEnumerable<IOperation> operations)
    {
        var assigned = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var operation in operations)
        {
            if (operation is IDeclarationPatternOperation { DeclaredSymbol: { } declared })
                assigned.Add(declared);
            var target = operation switch
            {
                IAssignmentOperation assignment => assignment.Target,
                IIncrementOrDecrementOperation step => step.Target,
                IArgumentOperation { Parameter.RefKind: not RefKind.None } argument => argument.Value,
                _ => null,
            };
            assigned.UnionWith(target?.DescendantsAndSelf().Select(SymbolOf).OfType<ISymbol>() ?? []);
        }
        return assigned;
    }
}
