using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Placement;

/// <summary>
/// The source text that a diagnostic names a mapping by, bound where the write stands: a variable, a field, a chain of members. Knows
/// where the same text still means the same thing.
/// </summary>
internal sealed class MappingName
{
    private readonly SemanticModel _model;
    private readonly ExpressionSyntax _expression;
    private readonly ISymbol _symbol;
    private readonly int _position;

    private MappingName(SemanticModel model, ExpressionSyntax expression, ISymbol symbol, ITypeSymbol type, int position)
    {
        _position = position;
        _model = model;
        _expression = expression;
        _symbol = symbol;
        Type = type;
    }

    public string Text => _expression.ToString();

    public ITypeSymbol Type { get; }

    /// <summary>The variable, or the first member, that the chain starts with.</summary>
    private string RootText => Root(_expression).ToString();

    /// <summary>Null when the text is no chain of names, or names nothing where the write stands.</summary>
    public static MappingName? Bind(SemanticModel model, string? text, SyntaxNode write)
    {
        if (text is null || SyntaxFactory.ParseExpression(text) is not { ContainsDiagnostics: false } expression || !IsChain(expression))
            return null;
        var symbol = model.GetSpeculativeSymbolInfo(write.SpanStart, expression, SpeculativeBindingOption.BindAsExpression).Symbol;
        var type = symbol switch
        {
            ILocalSymbol local => local.Type,
            IParameterSymbol parameter => parameter.Type,
            IFieldSymbol field => field.Type,
            IPropertySymbol property => property.Type,
            _ => null,
        };
        return symbol is null || type is null ? null : new MappingName(model, expression, symbol, type, write.SpanStart);
    }

    /// <summary>Whether the text means the same thing behind a statement, and surely has a value there.</summary>
    public bool IsUsableAfter(Slot slot)
    {
        if (!MeansTheSameAt(slot.Position))
            return false;
        if (slot.Node is not StatementSyntax statement || RootSymbol(slot.Position) is not { } root
            || root is not ILocalSymbol and not IParameterSymbol { RefKind: RefKind.Out })
            return true;
        // What a local function captures is assigned where it is called.
        if (root is ILocalSymbol && root.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer: not null } declarator
            && Slot.FunctionOf(statement) is LocalFunctionStatementSyntax function && !function.Span.Contains(declarator.Span))
            return true;
        var flow = _model.AnalyzeDataFlow(statement);
        return flow is { Succeeded: true } && flow.DefinitelyAssignedOnExit.Contains(root, SymbolEqualityComparer.Default);
    }

    /// <summary>Whether the name, or what it is reached through, is given another value in there.</summary>
    public bool IsReboundIn(SyntaxNode construct) => IsAssignedIn(construct) || IsOpenToOthers() && Jumps.OwnNodes(construct).Any(IsCallOfOwnType);

    /// <summary>A field that other members may fill anew, as a log does when it grows.</summary>
    private bool IsOpenToOthers() => RootSymbol(_position) is IFieldSymbol { IsReadOnly: false } or IPropertySymbol { SetMethod: not null };

    private bool IsCallOfOwnType(SyntaxNode node) => node is InvocationExpressionSyntax call && _model.GetSymbolInfo(call).Symbol is IMethodSymbol method
        && (method.MethodKind == MethodKind.LocalFunction || SymbolEqualityComparer.Default.Equals(method.ContainingType, RootSymbol(_position)?.ContainingType));

    private bool IsAssignedIn(SyntaxNode construct) => Jumps.OwnNodes(construct).Any(node => node switch
    {
        AssignmentExpressionSyntax assignment => IsPrefix(assignment.Left),
        ArgumentSyntax argument => !argument.RefKindKeyword.IsKind(SyntaxKind.None) && !argument.RefKindKeyword.IsKind(SyntaxKind.InKeyword) && IsPrefix(argument.Expression),
        PrefixUnaryExpressionSyntax step => step.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression && IsPrefix(step.Operand),
        PostfixUnaryExpressionSyntax step => step.Kind() is SyntaxKind.PostIncrementExpression or SyntaxKind.PostDecrementExpression && IsPrefix(step.Operand),
        _ => false,
    });

    /// <summary>Whether the mapping is disposed of in there, or handed to a <c>using</c>.</summary>
    public bool IsReleasedIn(SyntaxNode construct) => Jumps.OwnNodes(construct).Any(node => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Dispose" or "DisposeAsync" or "Close" } call } => IsMapping(call.Expression) || IsPartOfMapping(call.Expression),
        ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax { Name.Identifier.ValueText: "Dispose" or "DisposeAsync" or "Close" } } } access => IsMapping(access.Expression),
        UsingStatementSyntax { Expression: { } resource } => IsMapping(resource),
        _ => false,
    });

    /// <summary>
    /// Whether the name has a value even where the construct's condition did not hold: it is not tested in there, and nothing
    /// says that it may be null. A flush that leaves a branch must not fail where the branch was not taken.
    /// </summary>
    public bool HasValueAlsoBeside(SyntaxNode construct) =>
        !Jumps.OwnNodes(construct).Any(IsTest) && IsMadeOnce();

    /// <summary>Whether a call on the mapping is written <c>view?.Write(…)</c>, so that the flush has to be.</summary>
    public bool IsConditionalAt(SyntaxNode write) =>
        write.Ancestors().TakeWhile(node => node is ExpressionSyntax).OfType<ConditionalAccessExpressionSyntax>()
            .Any(access => access.WhenNotNull.Span.Contains(write.Span) && IsMapping(access.Expression));

    public bool IsMapping(ExpressionSyntax expression) => Same(expression.ToString(), Text);

    /// <summary>The view's handle: once it is disposed, a flush of the view is too late.</summary>
    private bool IsPartOfMapping(ExpressionSyntax expression) => Plain(expression.ToString()).StartsWith(Plain(Text) + ".", StringComparison.Ordinal);

    private bool MeansTheSameAt(int position) =>
        SymbolEqualityComparer.Default.Equals(_model.GetSpeculativeSymbolInfo(position, _expression, SpeculativeBindingOption.BindAsExpression).Symbol, _symbol);

    private ISymbol? RootSymbol(int position) =>
        _model.GetSpeculativeSymbolInfo(position, Root(_expression), SpeculativeBindingOption.BindAsExpression).Symbol;

    private bool IsTest(SyntaxNode node) => node switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression or (int)SyntaxKind.CoalesceExpression } test => IsPrefix(test.Left) || IsPrefix(test.Right),
        IsPatternExpressionSyntax test => IsPrefix(test.Expression),
        ConditionalAccessExpressionSyntax access => IsPrefix(access.Expression),
        SwitchStatementSyntax fork => IsPrefix(fork.Expression),
        _ => false,
    };

    /// <summary>A variable that a call or a <c>new</c> filled where it is declared; a parameter or member whose type is not nullable.</summary>
    private bool IsMadeOnce()
    {
        if (Type.NullableAnnotation == NullableAnnotation.Annotated && _symbol is not ILocalSymbol)
            return false;
        if (_symbol is not ILocalSymbol local)
            return true;
        if (local.IsForEach || local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not VariableDeclaratorSyntax declarator)
            return local.IsForEach;
        return IsMaking(declarator.Initializer?.Value) && Slot.FunctionOf(declarator) is { } function && !IsReboundIn(function);
    }

    private static bool IsMaking(ExpressionSyntax? value) => value switch
    {
        InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax => true,
        AwaitExpressionSyntax wrapped => IsMaking(wrapped.Expression),
        CastExpressionSyntax wrapped => IsMaking(wrapped.Expression),
        ParenthesizedExpressionSyntax wrapped => IsMaking(wrapped.Expression),
        PostfixUnaryExpressionSyntax wrapped => IsMaking(wrapped.Operand),
        _ => false,
    };

    private bool IsPrefix(ExpressionSyntax expression)
    {
        var text = expression.ToString();
        return Same(text, Text) || Same(text, RootText) || Plain(Text).StartsWith(Plain(text) + ".", StringComparison.Ordinal);
    }

    private static bool Same(string one, string other) => Plain(one) == Plain(other);

    private static string Plain(string text) => text.StartsWith("this.", StringComparison.Ordinal) ? text.Substring("this.".Length) : text;

    private static bool IsChain(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax or ThisExpressionSyntax or BaseExpressionSyntax or PredefinedTypeSyntax => true,
        MemberAccessExpressionSyntax access => access.IsKind(SyntaxKind.SimpleMemberAccessExpression) && IsChain(access.Expression),
        _ => false,
    };

    private static ExpressionSyntax Root(ExpressionSyntax expression) =>
        expression is MemberAccessExpressionSyntax access ? access.Expression is ThisExpressionSyntax ? access : Root(access.Expression) : expression;
}
