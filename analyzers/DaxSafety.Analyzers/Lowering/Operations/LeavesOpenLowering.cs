using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What is made over a stream and told to leave it open: <c>new GZipStream(view, mode, leaveOpen: true)</c>.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>Writers over streams over streams, up to which it is asked what they are made of.</summary>
    private const int MostLayers = 4;

    /// <summary>What the body's locals are given.</summary>
    private ILookup<ISymbol, IOperation>? _givenToLocals;

    private bool IsMadeToLeaveOpen(IOperation closed, int layers = MostLayers) => layers > 0 && Unconverted(closed) switch
    {
        IObjectCreationOperation creation => IsToldToLeaveOpen(creation, layers),
        ILocalReferenceOperation { Local: var local } => IsLeavingOpen(local, layers),
        // `gzip?.Dispose()` ends a copy.
        IFlowCaptureReferenceOperation { Id: var copy } when _copiedBy.TryGetValue(copy, out var copied) && copied is ILocalSymbol original => IsLeavingOpen(original, layers),
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

    /// <summary>Itself, or by what it is made over and closes: a writer over a compression stream that leaves the view open.</summary>
    private bool IsToldToLeaveOpen(IObjectCreationOperation creation, int layers) => creation.Arguments.Any(argument =>
        argument is { Parameter.Name: "leaveOpen", Value.ConstantValue: { HasValue: true, Value: true } }
        || (argument is { Parameter.Type.Name: "Stream" or "TextWriter" } && IsMadeToLeaveOpen(argument.Value, layers - 1)));

    private bool IsLeavingOpen(ILocalSymbol local, int layers)
    {
        _givenToLocals ??= _cfg.OriginalOperation.DescendantsAndSelf().SelectMany(GivenBy).ToLookup(given => given.Local, given => given.Value, SymbolEqualityComparer.Default);
        var given = _givenToLocals[local];
        return given.Any() && given.All(value => IsMadeToLeaveOpen(value, Unconverted(value) is IObjectCreationOperation ? layers : layers - 1));
    }

    private static IEnumerable<(ISymbol Local, IOperation Value)> GivenBy(IOperation operation)
    {
        if (operation is IVariableDeclaratorOperation { Symbol: var declared } declarator && (declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer) is { Value: var first })
            yield return (declared, first);
        else if (operation is ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: var assigned }, Value: var value })
            yield return (assigned, value);
    }
}
