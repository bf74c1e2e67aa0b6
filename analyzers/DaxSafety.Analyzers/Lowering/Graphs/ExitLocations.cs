using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Where in the source a path leaves a body. A graph keeps the syntax of what is returned but not of a bare
/// <c>return;</c>, which is found again from the last thing that ran before it.
/// </summary>
internal static class ExitLocations
{
    public static Location? Of(ControlFlowGraph cfg, BasicBlock source)
    {
        if (source.BranchValue is { } value && source.ConditionKind == ControlFlowConditionKind.None)
            return (value.Syntax.FirstAncestorOrSelf<StatementSyntax>() ?? value.Syntax).GetLocation();
        if (LastSyntax(source) is { } last && BareReturnAfter(last, source.ConditionalSuccessor is not null) is { } statement)
            return statement.GetLocation();
        return EndOf(cfg.OriginalOperation.Syntax);
    }

    private static SyntaxNode? LastSyntax(BasicBlock block) =>
        block.BranchValue?.Syntax ?? (block.Operations.Length > 0 ? block.Operations[block.Operations.Length - 1].Syntax : null);

    private static ReturnStatementSyntax? BareReturnAfter(SyntaxNode syntax, bool isCondition)
    {
        var statement = syntax.FirstAncestorOrSelf<StatementSyntax>();
        if (statement is ReturnStatementSyntax already)
            return already;
        if (isCondition && statement is IfStatementSyntax branch)
            return FirstReturn(branch.Statement) ?? FirstReturn(branch.Else?.Statement);
        if (statement?.Parent is BlockSyntax block)
            return Next(block.Statements, statement);
        return statement?.Parent is SwitchSectionSyntax section ? Next(section.Statements, statement) : null;
    }

    private static ReturnStatementSyntax? Next(SyntaxList<StatementSyntax> statements, StatementSyntax statement)
    {
        var index = statements.IndexOf(statement);
        return index >= 0 && index + 1 < statements.Count ? statements[index + 1] as ReturnStatementSyntax : null;
    }

    private static ReturnStatementSyntax? FirstReturn(StatementSyntax? statement) => statement switch
    {
        ReturnStatementSyntax found => found,
        BlockSyntax { Statements.Count: > 0 } block => block.Statements[0] as ReturnStatementSyntax,
        _ => null,
    };

    /// <summary>The closing brace of a body, or the whole of an expression body.</summary>
    private static Location EndOf(SyntaxNode syntax) => syntax switch
    {
        BlockSyntax block => block.CloseBraceToken.GetLocation(),
        BaseMethodDeclarationSyntax { Body: { } body } => body.CloseBraceToken.GetLocation(),
        AccessorDeclarationSyntax { Body: { } body } => body.CloseBraceToken.GetLocation(),
        LocalFunctionStatementSyntax { Body: { } body } => body.CloseBraceToken.GetLocation(),
        AnonymousFunctionExpressionSyntax { Block: { } body } => body.CloseBraceToken.GetLocation(),
        CompilationUnitSyntax unit when unit.Members.LastOrDefault(member => member is GlobalStatementSyntax) is { } last =>
            Location.Create(last.SyntaxTree, new Microsoft.CodeAnalysis.Text.TextSpan(last.Span.End, 0)),
        _ => syntax.GetLocation(),
    };
}
