using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Branches that are less than they look. <c>switch (flag) { case true: … }</c> is an <c>if</c>: the flag is asked once, where it is found, and a second case is what is left.
/// So is <c>var due = IsDue(); if (due) …</c> where nobody asks again.
/// </summary>
internal sealed class BranchShapes(ControlFlowGraph cfg)
{
    /// <summary>A branch on a constant goes one way: <c>do … while (false)</c> is no loop.</summary>
    public static bool IsDecided(BasicBlock block) => block is { ConditionKind: not ControlFlowConditionKind.None, BranchValue.ConstantValue: { HasValue: true, Value: bool } };

    public static ControlFlowBranch? OnlyWay(BasicBlock block) =>
        IsDecided(block) && Equals(block.BranchValue!.ConstantValue.Value, block.ConditionKind == ControlFlowConditionKind.WhenTrue) ? block.ConditionalSuccessor : block.FallThroughSuccessor;

    /// <summary>What is found of a flag, if the block ends with keeping it for the branch that follows: for a switch of which no case has a condition of its own, or under a name.</summary>
    public IOperation? FlagOf(BasicBlock block) => block.Operations.LastOrDefault() switch
    {
        IFlowCaptureOperation { Value: { Type.SpecialType: SpecialType.System_Boolean } value } flag when IsPlainSwitch(flag.Syntax) && Asks(AfterCapture(block), flag.Id) => value,
        ISimpleAssignmentOperation { IsRef: false, Target: ILocalReferenceOperation { IsDeclaration: true, Local: { Type.SpecialType: SpecialType.System_Boolean } local }, Value: { ConstantValue.HasValue: false } value }
            when value is not IFlowCaptureReferenceOperation && Asks(AfterCapture(block), local) && IsReadOnce(local) => value,
        _ => null,
    };

    /// <summary>The block that decides where the flow goes on from this one: the next, where that is the first case.</summary>
    public BasicBlock Deciding(BasicBlock block) => FlagOf(block) is null ? block : AfterCapture(block);

    private static bool Asks(BasicBlock block, ILocalSymbol flag)
    {
        var test = block.ConditionKind != ControlFlowConditionKind.None ? block.BranchValue : null;
        while (test is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not, OperatorMethod: null, Operand: var denied })
            test = denied;
        return test is ILocalReferenceOperation { Local: var asked } && SymbolEqualityComparer.Default.Equals(asked, flag);
    }

    private Dictionary<ISymbol, int>? _uses;

    private bool IsReadOnce(ILocalSymbol local)
    {
        if (_uses is null)
        {
            _uses = new Dictionary<ISymbol, int>(SymbolEqualityComparer.Default);
            foreach (var operation in cfg.OriginalOperation.Descendants())
                if (operation is ILocalReferenceOperation { Local: { Type.SpecialType: SpecialType.System_Boolean } used })
                    _uses[used] = _uses.TryGetValue(used, out var before) ? before + 1 : 1;
        }
        return _uses.TryGetValue(local, out var count) && count == 1;
    }

    /// <summary>A flag that is compared with true or false, in <c>case true:</c> or by hand, and with which.</summary>
    public static (IOperation Flag, bool Value)? Asked(IOperation? test) => test switch
    {
        IBinaryOperation { OperatorMethod: null, OperatorKind: var kind and (BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals), LeftOperand: { Type.SpecialType: SpecialType.System_Boolean } flag, RightOperand.ConstantValue: { HasValue: true, Value: bool value } } =>
            (flag, value == (kind == BinaryOperatorKind.Equals)),
        IIsPatternOperation { Value: { Type.SpecialType: SpecialType.System_Boolean } flag, Pattern: IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: bool value } } } => (flag, value),
        _ => null,
    };

    private static BasicBlock AfterCapture(BasicBlock block) =>
        block is { ConditionKind: ControlFlowConditionKind.None, FallThroughSuccessor: { Semantics: ControlFlowBranchSemantics.Regular, FinallyRegions.IsEmpty: true, Destination: { Operations.IsEmpty: true, Predecessors.Length: 1 } next } } ? next : block;

    private static bool Asks(BasicBlock block, CaptureId flag) =>
        block.ConditionKind != ControlFlowConditionKind.None && Asked(block.BranchValue)?.Flag is IFlowCaptureReferenceOperation { Id: var asked } && asked.Equals(flag);

    private static bool IsPlainSwitch(SyntaxNode flag)
    {
        while (flag.Parent is ParenthesizedExpressionSyntax)
            flag = flag.Parent;
        return flag.Parent switch
        {
            SwitchStatementSyntax statement => statement.Sections.All(section => section.Labels.All(label => label is CaseSwitchLabelSyntax or DefaultSwitchLabelSyntax)),
            SwitchExpressionSyntax expression => expression.GoverningExpression == flag && expression.Arms.All(arm => arm is { WhenClause: null, Pattern: ConstantPatternSyntax or DiscardPatternSyntax }),
            _ => false,
        };
    }
}
