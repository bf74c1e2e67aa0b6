using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What is made over a stream and told to leave it open: <c>new GZipStream(view, mode, leaveOpen: true)</c>.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>The objects that the body's locals are given.</summary>
    private ILookup<ISymbol, IObjectCreationOperation?>? _madeFor;

    private bool IsMadeToLeaveOpen(IOperation closed) => BelowConversions(closed) switch
    {
        IObjectCreationOperation creation => IsToldToLeaveOpen(creation),
        ILocalReferenceOperation { Local: var local } => MadeFor(local) is var made && made.Any() && made.All(creation => creation is not null && IsToldToLeaveOpen(creation)),
        IFieldReferenceOperation { Field: var field } when _context.IsOwn(field) => GivenTo(field).ToList() is { Count: > 0 } given && given.TrueForAll(IsToldToLeaveOpen),
        _ => false,
    };

    /// <summary>What the text of its type gives a field.</summary>
    private static IEnumerable<ExpressionSyntax> GivenTo(IFieldSymbol field) => field.ContainingType.DeclaringSyntaxReferences
        .SelectMany(reference => reference.GetSyntax().DescendantNodes())
        .Select(node => node switch
        {
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax name } assignment when name.Identifier.ValueText == field.Name => assignment.Right,
            AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } } assignment when name == field.Name => assignment.Right,
            VariableDeclaratorSyntax { Initializer.Value: { } value, Parent.Parent: FieldDeclarationSyntax } declared when declared.Identifier.ValueText == field.Name => value,
            _ => null,
        })
        .OfType<ExpressionSyntax>();

    /// <summary>The only flag that what can leave a stream open is made with.</summary>
    private static bool IsToldToLeaveOpen(ExpressionSyntax given) =>
        given is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: var arguments } && arguments.Any(argument => argument.Expression.IsKind(SyntaxKind.TrueLiteralExpression));

    private static bool IsToldToLeaveOpen(IObjectCreationOperation creation) =>
        creation.Arguments.Any(argument => argument is { Parameter.Name: "leaveOpen", Value.ConstantValue: { HasValue: true, Value: true } });

    private IEnumerable<IObjectCreationOperation?> MadeFor(ILocalSymbol local) =>
        (_madeFor ??= _cfg.Blocks.SelectMany(block => block.Operations).SelectMany(operation => operation.DescendantsAndSelf()).OfType<ISimpleAssignmentOperation>()
            .Where(assignment => assignment.Target is ILocalReferenceOperation)
            .ToLookup(assignment => (ISymbol)((ILocalReferenceOperation)assignment.Target).Local, assignment => BelowConversions(assignment.Value) as IObjectCreationOperation, SymbolEqualityComparer.Default))[local];
}
