using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>Replaces a <c>goto</c>: by <c>return;</c>, or by something that shows how a bad fix is caught.</summary>
internal sealed class ToyFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds => ["TOY1"];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        Offer(context, "return", "return;");
        Offer(context, "broken", "return nothing;");
        Offer(context, "endless", "goto again;");
        return Task.CompletedTask;
    }

    private static void Offer(CodeFixContext context, string key, string statement) =>
        context.RegisterCodeFix(CodeAction.Create($"Use {key}", async cancellation =>
        {
            var root = (await context.Document.GetSyntaxRootAsync(cancellation))!;
            var old = root.FindNode(context.Span).FirstAncestorOrSelf<GotoStatementSyntax>()!;
            return context.Document.WithSyntaxRoot(root.ReplaceNode(old, SyntaxFactory.ParseStatement(statement).WithTriviaFrom(old)));
        }, key), context.Diagnostics);
}
