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
}
