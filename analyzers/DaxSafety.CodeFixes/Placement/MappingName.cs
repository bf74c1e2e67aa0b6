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
    private readonly ISymbol _root;
    private readonly ISymbol? _symbol;
    private readonly SyntaxNode _write;

    private MappingName(SemanticModel model, ExpressionSyntax expression, ISymbol root, ITypeSymbol type, SyntaxNode write)
    {
        _write = write;
        _symbol = SymbolOf(model, expression, write.SpanStart);
        _model = model;
        _expression = expression;
        _root = root;
        Type = type;
    }

    public string Text => _expression.ToString();

    public ITypeSymbol Type { get; }

    /// <summary>Whether its own <c>Flush</c> is a view's: that of a stream whose kind only the diagnostic knows is.</summary>
    public bool IsView => IsViewType(Type) || Type is { Name: "Stream", ContainingNamespace: { Name: "IO", ContainingNamespace.Name: "System" } };

    /// <summary>Whether it is one of many things that the same name leads to.</summary>
    private bool IsElement => _expression.DescendantNodesAndSelf().Any(node => node is ElementAccessExpressionSyntax);

    /// <summary>The variable, or the first member, that the chain starts with.</summary>
    private string RootText => Root(_expression).ToString();

    /// <summary>
    /// The view that the write, or the flush, is called on: whatever else holds the same mapping, it is there and needs no other name. For any
    /// other node what the diagnostic calls it.
    /// </summary>
    public static MappingName? Of(SemanticModel model, string? text, SyntaxNode node) => ReceiverIn(model, node) ?? (IsReadFrom(text, node) || IsOneOfSeveral(node) ? null : Bind(model, text, node));

    /// <summary><c>(odd ? a : b).Write(…)</c>: no name stands for both.</summary>
    private static bool IsOneOfSeveral(SyntaxNode node) => node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: ParenthesizedExpressionSyntax
        { Expression: ConditionalExpressionSyntax or SwitchExpressionSyntax or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } } } };

    /// <summary>A stream whose bytes are put into a mapping that has no name of its own.</summary>
    private static bool IsReadFrom(string? text, SyntaxNode node) =>
        node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } call }
        && new[] { "Read", "CopyTo" }.Any(start => name.StartsWith(start, StringComparison.Ordinal)) && call.Expression.ToString() == text;

    /// <summary>Null when the text is no chain of names, or names nothing where the write stands.</summary>
    public static MappingName? Bind(SemanticModel model, string? text, SyntaxNode write)
    {
        if (text is null || SyntaxFactory.ParseExpression(text) is not { ContainsDiagnostics: false } expression || !IsChain(expression))
            return null;
        if (SymbolOf(model, Root(expression), write.SpanStart) is not { } root)
            return null;
        if (PrimaryParameter.IsUncaptured(root, model, write, out var member))
            return expression is IdentifierNameSyntax ? Bind(model, member, write) : null;
        return root is ILocalSymbol or IParameterSymbol or IFieldSymbol or IPropertySymbol or INamespaceOrTypeSymbol
            && model.GetSpeculativeTypeInfo(write.SpanStart, expression, SpeculativeBindingOption.BindAsExpression).Type is { TypeKind: not TypeKind.Error } type
            ? new MappingName(model, expression, root, type, write)
            : null;
    }

    private static MappingName? ReceiverIn(SemanticModel model, SyntaxNode node) =>
        node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } call } && IsOnTheView(name)
            && model.GetTypeInfo(call.Expression).Type is { } type && IsViewType(type) ? Bind(model, call.Expression.ToString(), node) : null;

    private static bool IsOnTheView(string member) =>
        new[] { "Write", "Flush", "Dispose", "Close" }.Any(start => member.StartsWith(start, StringComparison.Ordinal));

    private static bool IsViewType(ITypeSymbol type) => type.Name is "MemoryMappedViewAccessor" or "MemoryMappedViewStream";

    /// <summary>Whether the text means the same thing behind a statement, and surely has a value there.</summary>
    public bool IsUsableAfter(Slot slot)
    {
        if (!MeansTheSameAt(slot.Position) || IsShutOutAt(slot) || !IndicesIn(_expression).All(index => Repetition.IsStable(_model, index, _write, slot)))
            return false;
        if (slot.Node is not StatementSyntax statement || _root is not ILocalSymbol and not IParameterSymbol { RefKind: RefKind.Out })
            return true;
        // What a local function captures is assigned where it is called.
        if (_root is ILocalSymbol && _root.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer: not null } declarator
            && Slot.FunctionOf(statement) is LocalFunctionStatementSyntax function && !function.Span.Contains(declarator.Span))
            return true;
        var flow = _model.AnalyzeDataFlow(statement);
        return flow is { Succeeded: true } && (slot.IsBeforeEnd ? flow.DefinitelyAssignedOnEntry : flow.DefinitelyAssignedOnExit).Contains(_root, SymbolEqualityComparer.Default);
    }

    /// <summary>A static function names nothing of what is around it, and no member of the object.</summary>
    private bool IsShutOutAt(Slot slot) => !_root.IsStatic && slot.Node.AncestorsAndSelf().Any(node =>
        node is AnonymousFunctionExpressionSyntax { Modifiers: var modifiers } && modifiers.Any(SyntaxKind.StaticKeyword) && !IsDeclaredIn(node)
        || node is LocalFunctionStatementSyntax { Modifiers: var words } && words.Any(SyntaxKind.StaticKeyword) && !IsDeclaredIn(node));

    private bool IsDeclaredIn(SyntaxNode function) => _root.DeclaringSyntaxReferences.Any(reference => reference.SyntaxTree == function.SyntaxTree && function.Span.Contains(reference.Span));

    /// <summary>Whether the name, or what it is reached through, is given another value in there.</summary>
    public bool IsReboundIn(SyntaxNode construct) => IsAssignedIn(construct) || IsOpenToOthers() && Jumps.OwnNodes(construct).Any(IsCallOfOwnType);

    /// <summary>A field that other members may fill anew, as a log does when it grows.</summary>
    private bool IsOpenToOthers() => _root is IFieldSymbol { IsReadOnly: false } or IPropertySymbol { SetMethod: not null };

    private bool IsCallOfOwnType(SyntaxNode node) => node is InvocationExpressionSyntax call && _model.GetSymbolInfo(call).Symbol is IMethodSymbol method
        && (method.MethodKind == MethodKind.LocalFunction || SymbolEqualityComparer.Default.Equals(method.ContainingType, _root.ContainingType));

    /// <summary>Whether the name is another thing's by the time that a later place of the same list is reached.</summary>
    public bool IsAssignedBetween(SyntaxNode write, Slot slot) => slot.Between(write).Any(IsAssignedIn);

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

    /// <summary>Whether a write goes to the very thing: one of many elements is not the others.</summary>
    public bool IsCalledBy(SyntaxNode write) =>
        !IsElement || write is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call } && IsMapping(call.Expression);

    /// <summary>A <c>Write</c> on it, or a call that it is given to.</summary>
    public bool MayBeWrittenBy(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } access && IsMapping(access.Expression) ? name.StartsWith("Write", StringComparison.Ordinal)
            : call.ArgumentList.Arguments.Any(argument => IsMapping(argument.Expression));

    /// <summary>What leads to pointers, by which anything may be written.</summary>
    public bool IsHandleOf(SyntaxNode node) => node is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "SafeMemoryMappedViewHandle" } access && IsMapping(access.Expression);

    public bool IsMapping(ExpressionSyntax expression) => Same(expression.ToString(), Text);

    /// <summary>The view's handle: once it is disposed, a flush of the view is too late.</summary>
    private bool IsPartOfMapping(ExpressionSyntax expression) => Plain(expression.ToString()).StartsWith(Plain(Text) + ".", StringComparison.Ordinal);

    private bool MeansTheSameAt(int position) => SymbolEqualityComparer.Default.Equals(SymbolOf(_model, Root(_expression), position), _root);

    private static ISymbol? SymbolOf(SemanticModel model, ExpressionSyntax expression, int position) =>
        model.GetSpeculativeSymbolInfo(position, expression, SpeculativeBindingOption.BindAsExpression).Symbol;

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
        if (_symbol is null or IParameterSymbol { Type.NullableAnnotation: NullableAnnotation.Annotated } or IFieldSymbol { Type.NullableAnnotation: NullableAnnotation.Annotated } or IPropertySymbol { Type.NullableAnnotation: NullableAnnotation.Annotated })
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
        ElementAccessExpressionSyntax element => IsChain(element.Expression) && IndicesIn(element).All(IsIndex),
        _ => false,
    };

    /// <summary>What can be read a second time, and is the same then if its names are.</summary>
    private static bool IsIndex(ExpressionSyntax index) => index.DescendantNodesAndSelf().All(node =>
        node is IdentifierNameSyntax or LiteralExpressionSyntax or ParenthesizedExpressionSyntax or CastExpressionSyntax or TypeSyntax
        || node is MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.SimpleMemberAccessExpression }
        || node is BinaryExpressionSyntax and not { RawKind: (int)SyntaxKind.CoalesceExpression }
        || node is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.IndexExpression or (int)SyntaxKind.UnaryMinusExpression });

    private static IEnumerable<ExpressionSyntax> IndicesIn(ExpressionSyntax expression) =>
        expression.DescendantNodesAndSelf().OfType<ElementAccessExpressionSyntax>().SelectMany(element => element.ArgumentList.Arguments).Select(argument => argument.Expression);

    private static ExpressionSyntax Root(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax or BaseExpressionSyntax } => expression,
        MemberAccessExpressionSyntax access => Root(access.Expression),
        ElementAccessExpressionSyntax element => Root(element.Expression),
        _ => expression,
    };
}
