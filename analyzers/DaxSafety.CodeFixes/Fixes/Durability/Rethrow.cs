using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>A <c>catch</c> that swallows the failure of a flush: it keeps what it does, and then throws on.</summary>
internal static class Rethrow
{
    /// <summary>
    /// Null where it is not certain which clause swallows, where the clause leaves by itself, and where to throw is a decision: in a loop, which may
    /// try again or has more to flush, and in a finalizer, where it ends the process.
    /// </summary>
    public static Offer? Of(FixSite site)
    {
        if (site.Node is not { } flush || Slot.FunctionOf(flush) is not { } function || function is DestructorDeclarationSyntax)
            return null;
        var around = flush.Ancestors().TakeWhile(node => node != function).ToArray();
        var attempts = around.OfType<TryStatementSyntax>().Where(one => one.Block.Span.Contains(flush.Span) && one.Catches.Any(IsForFailures)).ToArray();
        if (attempts.Length != 1
            || around.SkipWhile(node => node != attempts[0]).Any(Jumps.IsLoop))
            return null;
        var clauses = attempts[0].Catches.Where(IsForFailures).ToArray();
        if (clauses.Length > 1 && clauses.Any(clause => clause.Filter is not null || IsRecord(clause)))
            return null;
        var blocks = clauses.Select(clause => clause.Block).Where(block => !Throws(block, site.Model)).ToArray();
        if (blocks.Length == 0 || !blocks.All(block => GoesOn(block, site.Model)))
            return null;
        return new Offer(FixKeys.ThrowOnFailure, "Throw on what the 'catch' swallows", edits =>
        {
            foreach (var block in blocks)
                edits.Insert(new Slot(block, SlotShape.Last), "throw;");
        });
    }

    private static bool IsForFailures(CatchClauseSyntax clause) =>
        clause.Declaration is not { Type: var type } || NameOf(type) is "IOException" or "SystemException" or "Exception";

    private static string? NameOf(TypeSyntax type) => (((type as QualifiedNameSyntax)?.Right ?? type) as SimpleNameSyntax)?.Identifier.ValueText;

    /// <summary>Of several clauses, one that keeps the failure is not the one that swallows it.</summary>
    private static bool IsRecord(CatchClauseSyntax clause) => clause.Block.DescendantNodes().Any(node => node is AssignmentExpressionSyntax);

    private static bool Throws(BlockSyntax block, SemanticModel model) =>
        model.AnalyzeControlFlow(block) is { Succeeded: true, EndPointIsReachable: false, ExitPoints.IsEmpty: true, ReturnStatements.IsEmpty: true };

    private static bool GoesOn(BlockSyntax block, SemanticModel model) => !block.ContainsDirectives && !block.CloseBraceToken.IsMissing
        && model.AnalyzeControlFlow(block) is { Succeeded: true, EndPointIsReachable: true, ExitPoints.IsEmpty: true, ReturnStatements.IsEmpty: true };
}
