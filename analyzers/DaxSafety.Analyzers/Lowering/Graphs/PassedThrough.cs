using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Statements that run what stands in them once, whatever else they do: a block, a lock, a try that swallows nothing.</summary>
internal static class PassedThrough
{
    /// <summary>The body of such a statement; null for any other.</summary>
    public static StatementSyntax? BodyOf(StatementSyntax statement) => statement switch
    {
        BlockSyntax { Statements: { Count: 1 } single } => single[0],
        LockStatementSyntax locked => locked.Statement,
        UsingStatementSyntax disposed => disposed.Statement,
        FixedStatementSyntax pinned => pinned.Statement,
        CheckedStatementSyntax counted => counted.Block,
        UnsafeStatementSyntax unsafely => unsafely.Block,
        DoStatementSyntax { Condition.RawKind: (int)SyntaxKind.FalseLiteralExpression } once => once.Statement,
        TryStatementSyntax tried when tried.Catches.All(handler => handler.Block.Statements.LastOrDefault() is ThrowStatementSyntax) => tried.Block,
        _ => null,
    };

    /// <summary>What decides whether a statement runs: an <c>if</c>, a loop, a member.</summary>
    public static SyntaxNode? Deciding(SyntaxNode statement)
    {
        var around = statement.Parent;
        while (around is BlockSyntax or FinallyClauseSyntax || (around is StatementSyntax passed && BodyOf(passed) is not null))
            around = around.Parent;
        return around;
    }
}
