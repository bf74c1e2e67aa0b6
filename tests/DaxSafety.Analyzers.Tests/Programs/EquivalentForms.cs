using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Tests.Programs;

/// <summary>
/// Ways of writing the same, of those that have found most. What would change the meaning is left out where the rewrite is made, with the reason. None nests in itself:
/// a statement that stands in another one's lambda is left to that.
/// </summary>
internal static class EquivalentForms
{
    public static readonly IReadOnlyList<Rewrite> All =
    [
        new("a local for the receiver", model => Calls(model).Where(IsPlainReceiver).Select(call => Of(call, "{ var receiver__ = " + Receiver(call) + "; receiver__", " }"))),
        new("a lock around", model => Plain(model).Select(statement => Edit.Around(statement, "lock (typeof(object)) { ", " }"))),
        new("a try with an empty finally", model => Plain(model).Select(statement => Edit.Around(statement, "try { ", " } finally { }"))),
        new("a catch that throws on", model => Plain(model).Select(statement => Edit.Around(statement, "try { ", " } catch (InvalidOperationException) { throw; }"))),
        new("a loop that runs once", model => Plain(model).Select(statement => Edit.Around(statement, "do { ", " } while (false);"))),
        new("an argument check", model => Plain(model).Where(statement => IsOutsideOfCatch(statement) && statement.Parent?.Parent is not IfStatementSyntax).Select(statement => new[] { Edit.Before(statement, "if (Environment.TickCount < -5) throw new ArgumentException(\"n\"); ") })),
        new("a failure of something else that is swallowed, outside of loops", model => Calls(model).Where(call => IsOutsideOfCatch(call) && IsOutsideOfLoop(call)).Select(statement => Edit.Around(statement, "{ ", " try { Console.WriteLine(\"x\"); } catch (IOException) { } }"))),
        new("a switch over the condition", model => Ifs(model).Where(branch => branch.Else is null && IsPlainTest(branch) && !KeepsExtreme(branch) && !LeavesSwitch(branch)).Select(Switched)),
        new("a using taken apart", model => Nodes<LocalDeclarationStatementSyntax>(model).Where(IsDisposed).Select(Unused), Moves: true),
        new("a flush unless there is none", model => Calls(model).Where(call => IsPlainReceiver(call) && Access(call).Name.Identifier.Text == "Flush").Select(call => new[] { new Edit(Access(call).OperatorToken.Span, "?.") })),
        new("an else behind what leaves", model => Ifs(model).Where(LeavesAlways).Select(ElseForTheRest).Where(edits => edits.Length > 0)),
        new("the other way round", model => Ifs(model).Where(branch => branch.Else is null && !DeclaresIn(branch.Condition) && !KeepsExtreme(branch)).Select(branch => new[] { Edit.Before(branch.Condition, "!("), Edit.After(branch.Condition, ")"), Edit.Before(branch.Statement, "{ } else ") })),
        new("a flag for the condition", model => Ifs(model).Where(branch => IsPlainTest(branch) && !KeepsExtreme(branch) && !IsFlag(branch.Condition)).Select(branch => new[] { Edit.Before(branch, $"{{ var asked__ = {branch.Condition}; "), new Edit(branch.Condition.Span, "asked__"), Edit.After(branch, " }") })),
        new("a loop that asks inside", model => Nodes<WhileStatementSyntax>(model).Where(loop => !DeclaresIn(loop.Condition)).Select(loop => new[] { new Edit(loop.Condition.Span, "true"), Edit.Before(loop.Statement, $"{{ if (!({loop.Condition})) break; "), Edit.After(loop.Statement, " }") })),
        new("a for as a while", model => Nodes<ForStatementSyntax>(model).Where(IsPlainFor).Select(WhileOf), IsRare: true),
        new("a using with a block", model => Nodes<LocalDeclarationStatementSyntax>(model).Where(IsDisposed).Select(InBlock)),
        new("a body with braces", model => Nodes<MethodDeclarationSyntax>(model).Where(method => method.ExpressionBody is not null && IsOnOneLine(method.ExpressionBody)).Select(Braced)),
        new("a comparison turned", model => Nodes<BinaryExpressionSyntax>(model).Where(test => Turned(test) is not null && IsPlainValue(test.Left) && IsPlainValue(test.Right)).Select(test => new[] { new Edit(test.Span, $"{test.Right} {Turned(test)} {test.Left}") })),
        new("a step written out", model => Nodes<ExpressionStatementSyntax>(model).Where(step => StepOf(step) is not null && !step.DescendantNodes().Any(node => model.GetSymbolInfo(node).Symbol is IEventSymbol)).Select(step => new[] { new Edit(step.Span, StepOf(step)!) }), IsRare: true),
        new("null by a pattern", model => Nodes<BinaryExpressionSyntax>(model).Where(test => test.Right.IsKind(SyntaxKind.NullLiteralExpression) && test.Kind() is SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression && model.GetTypeInfo(test.Left).Type is { IsReferenceType: true })
            .Select(test => new[] { new Edit(test.OperatorToken.Span, test.IsKind(SyntaxKind.EqualsExpression) ? " is " : " is not ") }), IsRare: true),
        new("a member of its own", model => Calls(model).Where(call => IsPlainReceiver(call) && IsView(model, call)).Select(call => Extracted(model, call)).Where(edits => edits.Length > 0), Moves: true),
    ];

    private static IEnumerable<T> Nodes<T>(SemanticModel model)
        where T : SyntaxNode => model.SyntaxTree.GetRoot().DescendantNodes().OfType<T>();

    /// <summary>Statements that declare nothing and stand in no lambda.</summary>
    private static IEnumerable<ExpressionStatementSyntax> Plain(SemanticModel model) => Nodes<ExpressionStatementSyntax>(model)
        .Where(statement => statement.Parent is BlockSyntax && !statement.DescendantNodes().Any(node => node is SingleVariableDesignationSyntax or AwaitExpressionSyntax or AnonymousFunctionExpressionSyntax)
            && !statement.Ancestors().Any(node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax));

    /// <summary>What a catch clause does decides whether it swallows.</summary>
    private static bool IsOutsideOfCatch(SyntaxNode node) => !node.Ancestors().Any(ancestor => ancestor is CatchClauseSyntax or TryStatementSyntax);

    /// <summary>A handler that goes on with a loop knows less of its counter than the loop does, which is a limit of the analysis and no difference in meaning.</summary>
    private static bool IsOutsideOfLoop(SyntaxNode node) => !node.Ancestors().Any(ancestor => ancestor is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax);

    private static IEnumerable<ExpressionStatementSyntax> Calls(SemanticModel model) =>
        Plain(model).Where(statement => statement.Expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax name } }
            && model.GetSymbolInfo(name).Symbol is ILocalSymbol or IFieldSymbol or IParameterSymbol && model.GetTypeInfo(name).Type is { IsReferenceType: true });

    private static MemberAccessExpressionSyntax Access(ExpressionStatementSyntax call) => (MemberAccessExpressionSyntax)((InvocationExpressionSyntax)call.Expression).Expression;

    private static string Receiver(ExpressionStatementSyntax call) => Access(call).Expression.ToString();

    private static bool IsPlainReceiver(ExpressionStatementSyntax call) => Access(call).IsKind(SyntaxKind.SimpleMemberAccessExpression);

    private static Edit[] Of(ExpressionStatementSyntax call, string receiver, string after) => [new(Access(call).Expression.Span, receiver), Edit.After(call, after)];

    private static IEnumerable<IfStatementSyntax> Ifs(SemanticModel model) => Nodes<IfStatementSyntax>(model)
        .Where(branch => branch.Parent is BlockSyntax && !branch.Ancestors().Any(node => node is IfStatementSyntax) && !branch.ToString().Contains('\n', StringComparison.Ordinal));

    /// <summary>A pattern that declares something says it on one side only, and what <c>&amp;&amp;</c> leaves out is not asked.</summary>
    private static bool IsPlainTest(IfStatementSyntax branch) => !branch.Condition.DescendantNodesAndSelf().Any(node =>
        node is VariableDesignationSyntax or RecursivePatternSyntax or AwaitExpressionSyntax || node.IsKind(SyntaxKind.LogicalAndExpression) || node.IsKind(SyntaxKind.LogicalOrExpression));

    /// <summary>The number that <c>if (p &lt; least) least = p;</c> keeps is known by that shape.</summary>
    private static bool KeepsExtreme(IfStatementSyntax branch) => branch.DescendantNodes().OfType<AssignmentExpressionSyntax>().Any(assignment => branch.Condition.ToString().Contains(assignment.Left.ToString(), StringComparison.Ordinal));

    /// <summary>In a switch, <c>break</c> is another one's.</summary>
    private static bool LeavesSwitch(IfStatementSyntax branch) => branch.DescendantNodes().Any(node => node is BreakStatementSyntax or ContinueStatementSyntax or ReturnStatementSyntax or ThrowStatementSyntax or GotoStatementSyntax);

    private static Edit[] Switched(IfStatementSyntax branch) => [new(branch.Span, $"switch ({branch.Condition}) {{ case true: {branch.Statement} break; }}")];

    private static bool IsDisposed(LocalDeclarationStatementSyntax declaration) => !declaration.UsingKeyword.IsKind(SyntaxKind.None) && declaration.AwaitKeyword.IsKind(SyntaxKind.None)
        && declaration is { Declaration.Variables.Count: 1, Parent: BlockSyntax block } && !declaration.ToString().Contains('\n', StringComparison.Ordinal)
        // A local function, or a label, is seen from before the declaration.
        && !block.Statements.Any(statement => statement is LocalFunctionStatementSyntax or LabeledStatementSyntax);

    private static Edit[] Unused(LocalDeclarationStatementSyntax declaration) =>
        [new(declaration.UsingKeyword.Span, ""), Edit.After(declaration, " try {"), Edit.After(((BlockSyntax)declaration.Parent!).Statements.Last(), $" }} finally {{ {declaration.Declaration.Variables[0].Identifier}?.Dispose(); }}")];

    /// <summary>A view: which implementation of an interface runs, whether a stream leaves the one below it open, and what a list holds, is known where the object is made, and not where it is passed.</summary>
    private static bool IsView(SemanticModel model, ExpressionStatementSyntax call) => model.GetTypeInfo(Access(call).Expression).Type is { Name: "MemoryMappedViewAccessor" or "MemoryMappedViewStream" };

    /// <summary>A call of what the statement did; nothing where it assigns, or needs what is not by value.</summary>
    private static Edit[] Extracted(SemanticModel model, ExpressionStatementSyntax call)
    {
        var flow = model.AnalyzeDataFlow(call)!;
        var needs = flow.ReadInside.Where(symbol => symbol is not IParameterSymbol { IsThis: true }).ToList();
        if (flow.WrittenInside.Any(symbol => symbol is not IParameterSymbol { IsThis: true }) || call.Ancestors().OfType<MemberDeclarationSyntax>().First() is not MethodDeclarationSyntax { TypeParameterList: null } method
            || method.Parent is not TypeDeclarationSyntax type || needs.Any(symbol => symbol is not (ILocalSymbol { RefKind: RefKind.None } or IParameterSymbol { RefKind: RefKind.None })))
            return [];
        var name = $"Part{call.SpanStart}__";
        var parameters = needs.Select(symbol => $"{((symbol as ILocalSymbol)?.Type ?? ((IParameterSymbol)symbol).Type).ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)} {symbol.Name}");
        var modifiers = method.Modifiers.Any(SyntaxKind.StaticKeyword) ? "private static unsafe" : "private unsafe";
        return [new(call.Span, $"{name}({string.Join(", ", needs.Select(symbol => symbol.Name))});"), Edit.Member(type, $"{modifiers} void {name}({string.Join(", ", parameters)}) {{ {call} }} ")];
    }

    /// <summary>A name of its own already.</summary>
    private static bool IsFlag(ExpressionSyntax condition) => condition is IdentifierNameSyntax or PrefixUnaryExpressionSyntax { Operand: IdentifierNameSyntax };

    private static bool DeclaresIn(SyntaxNode condition) => condition.DescendantNodesAndSelf().Any(node => node is VariableDesignationSyntax or AwaitExpressionSyntax) || !IsOnOneLine(condition);

    private static bool IsOnOneLine(SyntaxNode node) => !node.ToString().Contains('\n', StringComparison.Ordinal);

    private static bool LeavesAlways(IfStatementSyntax branch) =>
        branch.Else is null && !DeclaresIn(branch.Condition) && (branch.Statement is BlockSyntax block ? block.Statements.LastOrDefault() : branch.Statement) is ReturnStatementSyntax or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax;

    /// <summary>What follows in the block becomes the other arm, where nothing in it is seen from outside.</summary>
    private static Edit[] ElseForTheRest(IfStatementSyntax branch)
    {
        var block = (BlockSyntax)branch.Parent!;
        var rest = block.Statements.Skip(block.Statements.IndexOf(branch) + 1).ToList();
        return rest.Count == 0 || rest.Exists(statement => statement is LocalFunctionStatementSyntax or LabeledStatementSyntax) ? [] : [Edit.After(branch, " else {"), Edit.After(rest[^1], " }")];
    }

    private static bool IsPlainFor(ForStatementSyntax loop) => loop is { Condition: not null } && IsOnOneLine(loop.Statement) && !DeclaresIn(loop.Condition) && !loop.Statement.DescendantNodesAndSelf().Any(node => node is ContinueStatementSyntax)
        && (loop.Declaration is not null || loop.Initializers.Count <= 1) && loop.Declaration?.Type is not RefTypeSyntax && loop.Parent is not LabeledStatementSyntax;

    private static Edit[] WhileOf(ForStatementSyntax loop)
    {
        var first = loop.Declaration is { } declared ? declared + "; " : string.Concat(loop.Initializers.Select(start => start + "; "));
        return [new(Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(loop.SpanStart, loop.CloseParenToken.Span.End), $"{{ {first}while ({loop.Condition}) {{"), Edit.After(loop, string.Concat(loop.Incrementors.Select(step => $" {step};")) + " } }")];
    }

    private static Edit[] InBlock(LocalDeclarationStatementSyntax declaration) =>
        [new(declaration.UsingKeyword.Span, "using ("), new(declaration.SemicolonToken.Span, ") {"), Edit.After(((BlockSyntax)declaration.Parent!).Statements.Last(), " }")];

    private static Edit[] Braced(MethodDeclarationSyntax method)
    {
        var returns = method.ReturnType.ToString() != "void" && !(method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() is "Task" or "ValueTask") && method.ExpressionBody!.Expression is not ThrowExpressionSyntax;
        return [new(method.ExpressionBody!.ArrowToken.Span, returns ? "{ return " : "{ "), Edit.After(method, " }")];
    }

    private static string? Turned(BinaryExpressionSyntax test) => test.Kind() switch
    {
        SyntaxKind.LessThanExpression => ">",
        SyntaxKind.LessThanOrEqualExpression => ">=",
        SyntaxKind.GreaterThanExpression => "<",
        SyntaxKind.GreaterThanOrEqualExpression => "<=",
        SyntaxKind.EqualsExpression => "==",
        SyntaxKind.NotEqualsExpression => "!=",
        _ => null,
    };

    private static bool IsPlainValue(ExpressionSyntax value) => value is IdentifierNameSyntax or LiteralExpressionSyntax or MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax or ThisExpressionSyntax };

    private static string? StepOf(ExpressionStatementSyntax step) => step.Expression switch
    {
        PostfixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name, RawKind: (int)SyntaxKind.PostIncrementExpression } => $"{name} += 1;",
        PostfixUnaryExpressionSyntax { Operand: IdentifierNameSyntax name, RawKind: (int)SyntaxKind.PostDecrementExpression } => $"{name} -= 1;",
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax name, RawKind: (int)SyntaxKind.AddAssignmentExpression, Right: IdentifierNameSyntax or LiteralExpressionSyntax } sum => $"{name} = {name} + {sum.Right};",
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax name, RawKind: (int)SyntaxKind.SubtractAssignmentExpression, Right: IdentifierNameSyntax or LiteralExpressionSyntax } sum => $"{name} = {name} - {sum.Right};",
        _ => null,
    };
}
