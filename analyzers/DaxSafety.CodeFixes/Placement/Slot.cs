using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>What has to be done to the source before another statement fits in.</summary>
internal enum SlotShape
{
    /// <summary>A statement of a block, a switch section or a program: another one simply follows.</summary>
    List,

    /// <summary>A statement that is the body of an <c>if</c>, an <c>else</c> or a loop: it gets braces.</summary>
    Embedded,

    /// <summary>The expression of <c>=></c> or of a lambda that returns nothing: it becomes a block.</summary>
    Expression,

    /// <summary>A <c>return</c>: another statement goes before it.</summary>
    Exit,

    /// <summary>A <c>return</c>, an <c>=></c> or a lambda whose value is made by what has to be over first: a variable keeps the value.</summary>
    Value,

    /// <summary>A block: behind its last statement.</summary>
    Last,
}

/// <summary>A place where a statement may be put: right after <see cref="Node"/>, or in the last moment of an exit, in the same function.</summary>
internal readonly record struct Slot(SyntaxNode Node, SlotShape Shape)
{
    /// <summary>The nearest place after a node of an expression; null in a field initializer, an attribute, a constructor's <c>: base(…)</c>.</summary>
    public static Slot? After(SyntaxNode write)
    {
        for (var node = write; node is not null; node = node.Parent)
        {
            switch (node)
            {
                case BlockSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax:
                    return null;
                case StatementSyntax statement:
                    return Of(statement);
                case ArrowExpressionClauseSyntax arrow:
                    return new Slot(arrow, SlotShape.Expression);
                case LambdaExpressionSyntax lambda:
                    return lambda.ExpressionBody is { } body && body.Span.Contains(write.Span) ? new Slot(lambda, SlotShape.Expression) : null;
            }
        }
        return null;
    }

    private static Slot Of(StatementSyntax statement)
    {
        while (statement.Parent is LabeledStatementSyntax labeled)
            statement = labeled;
        return new Slot(statement, statement.Parent is BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax ? SlotShape.List : SlotShape.Embedded);
    }

    /// <summary>The places after the constructs around this one, from the inside out, to the end of the function.</summary>
    public IEnumerable<Slot> Outward()
    {
        if (Shape == SlotShape.Expression)
            yield break;
        for (var node = Node.Parent; node is not null; node = node.Parent)
        {
            if (node is LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax)
                yield break;
            if (node is StatementSyntax statement and not LabeledStatementSyntax && !IsPartOfAnother(statement))
                yield return Of(statement);
        }
    }

    /// <summary>Whether the statement comes before the end of the node and not after it.</summary>
    public bool IsBeforeEnd => Shape is SlotShape.Exit or SlotShape.Value;

    /// <summary>From where names are looked up: what is in scope here is in scope after <see cref="Node"/>.</summary>
    public int Position => (ExpressionBody.ExpressionOf(Node) ?? Node).SpanStart;

    /// <summary>The second half of an <c>else if</c>: a statement after it would split the chain.</summary>
    public bool SplitsElseIf => Node is IfStatementSyntax { Parent: ElseClauseSyntax };

    /// <summary>The block of an <c>if</c>, a <c>try</c>, a method: nothing can follow it but what belongs to its owner.</summary>
    private static bool IsPartOfAnother(StatementSyntax statement) =>
        statement is BlockSyntax { Parent: not (BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax) };

    /// <summary>Whether that very statement stands here already: another one would say no more.</summary>
    public bool IsFollowedBy(string statement)
    {
        var after = Node.Parent is GlobalStatementSyntax global ? (SyntaxNode)global : Node;
        return Shape == SlotShape.List && after.Parent is { } list
            && list.ChildNodes().SkipWhile(node => node != after).Skip(1).FirstOrDefault()?.ToString() == statement;
    }

    /// <summary>Whether what runs in this function from a write on, down the list, comes here.</summary>
    public bool IsAfter(SyntaxNode write)
    {
        if (Node.Span.Contains(write.Span))
            return true;
        return Shape == SlotShape.List && ListOf(Node).Span.Contains(write.Span) && write.SpanStart < Node.SpanStart
            && FunctionOf(write) == FunctionOf(Node);
    }

    /// <summary>The statements of this list from the one that holds an earlier write up to this place.</summary>
    public IEnumerable<SyntaxNode> Between(SyntaxNode write)
    {
        var here = this;
        if (Shape != SlotShape.List || Node.Span.Contains(write.Span))
            return [];
        return ListOf(Node).ChildNodes().Where(other => other.Span.End > write.SpanStart && other.SpanStart < here.Node.SpanStart);
    }

    private static SyntaxNode ListOf(SyntaxNode statement) => statement.Parent is GlobalStatementSyntax ? statement.Parent.Parent! : statement.Parent!;

    public static SyntaxNode? FunctionOf(SyntaxNode node) => node.Ancestors().FirstOrDefault(IsFunction);

    public static bool IsFunction(SyntaxNode node) =>
        node is LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax
            or AccessorDeclarationSyntax or CompilationUnitSyntax;
}
