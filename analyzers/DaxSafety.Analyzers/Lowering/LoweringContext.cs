using System.Collections.Concurrent;
using System.Collections.Immutable;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// What all bodies of a compilation share: knowledge, numbers for members, and the lowered bodies themselves, each made
/// once. Thread safe; two threads that want the same body may both make it, and one of the two equal results is kept.
/// </summary>
internal sealed partial class LoweringContext
{
    private readonly ConcurrentDictionary<ISymbol, LoweredBody?> _bodies = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, BodyOutline> _outlines = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<SyntaxTree, SemanticModel> _models = new();
    private readonly ConcurrentDictionary<INamedTypeSymbol, ImmutableArray<CallTarget>> _initializers = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, IOperation?> _values = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _own = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _matters = new(SymbolEqualityComparer.Default);

    private readonly Func<SyntaxTree, bool> _isReached;

    /// <param name="compilation">Whose bodies are lowered.</param>
    /// <param name="knowledge">What is known of the members they use.</param>
    /// <param name="isReached">Whether the code of a file can come by a mapping without being given one.</param>
    public LoweringContext(Compilation compilation, KnowledgeBase knowledge, Func<SyntaxTree, bool> isReached)
    {
        _isReached = isReached;
        Compilation = compilation;
        Knowledge = knowledge;
        Types = new TypeFacts(knowledge);
        Implementations = new Implementations(compilation);
        Contracts = new Contracts(compilation);
        CallOutlines = new CallOutlines(this);
        KeptDelegates = new KeptDelegates(ModelOf, IsOwn);
    }

    public Compilation Compilation { get; }

    public KnowledgeBase Knowledge { get; }

    public MemberNumbers Members { get; } = new();

    public TypeFacts Types { get; }

    public Contracts Contracts { get; }

    public Implementations Implementations { get; }

    public CallOutlines CallOutlines { get; }

    public KeptDelegates KeptDelegates { get; }

    /// <summary>The body of a method, or the initializer of a field or property, in source; null when it has none.</summary>
    public LoweredBody? BodyOf(ISymbol owner, CancellationToken cancel)
    {
        owner = owner.OriginalDefinition;
        if (_bodies.TryGetValue(owner, out var known))
            return known;
        if (owner is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction } lambda)
            return _bodies.GetOrAdd(owner, BodyOfLambda(lambda, cancel));
        var graph = OperationOf(owner, cancel) is { } operation ? GraphOf(operation, cancel) : null;
        return _bodies.GetOrAdd(owner, graph is null ? null : BodyLowering.Lower(this, graph, owner, cancel));
    }

    private static ControlFlowGraph? GraphOf(IOperation operation, CancellationToken cancel)
    {
        try
        {
            return operation switch
            {
                IMethodBodyOperation body => ControlFlowGraph.Create(body, cancel),
                IConstructorBodyOperation body => ControlFlowGraph.Create(body, cancel),
                IBlockOperation body => ControlFlowGraph.Create(body, cancel),
                IFieldInitializerOperation initializer => ControlFlowGraph.Create(initializer, cancel),
                IPropertyInitializerOperation initializer => ControlFlowGraph.Create(initializer, cancel),
                _ => null,
            };
        }
        catch (InvalidCastException)
        {
            // The compiler makes no graph of some code that does not compile.
            return null;
        }
    }

    /// <summary>What the body of a member in source has to do with; <see cref="BodyOutline.Empty"/> when it has none.</summary>
    public BodyOutline OutlineOf(ISymbol owner, CancellationToken cancel)
    {
        owner = owner.OriginalDefinition;
        // A lambda is part of what it stands in.
        if (owner is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction })
            owner = owner.ContainingSymbol;
        if (_outlines.TryGetValue(owner, out var known))
            return known;
        return _outlines.GetOrAdd(owner, OperationOf(owner, cancel) is { } operation ? OutlineWalker.Read(this, owner, new[] { operation }, cancel) : BodyOutline.Empty);
    }

    /// <summary>Notes the outline of a body that the compiler has just bound, so that nobody has to bind it for that.</summary>
    public void NoteOutline(ISymbol owner, IEnumerable<IOperation> operations, CancellationToken cancel)
    {
        owner = owner.OriginalDefinition;
        if (!_outlines.ContainsKey(owner))
            _outlines.TryAdd(owner, OutlineWalker.Read(this, owner, operations, cancel));
    }

    /// <summary>
    /// Declared in this compilation. A project reference is source as well in an editor, and metadata in a build: both are
    /// known by contract and table only, so that the two agree.
    /// </summary>
    public bool IsOwn(ISymbol symbol)
    {
        if (!SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, Compilation.Assembly))
            return false;
        symbol = symbol.OriginalDefinition;
        return _own.TryGetValue(symbol, out var known) ? known : _own[symbol] = !symbol.DeclaringSyntaxReferences.IsEmpty;
    }

    /// <summary>Whether the code that declares a symbol can come by a mapping without being given one.</summary>
    public bool IsReached(ISymbol symbol)
    {
        foreach (var reference in symbol.OriginalDefinition.DeclaringSyntaxReferences)
            if (_isReached(reference.SyntaxTree))
                return true;
        return false;
    }

    /// <summary>Whether calling the method can have anything to do with mapped memory, by its types and by where it stands.</summary>
    public bool Matters(IMethodSymbol method)
    {
        method = method.OriginalDefinition;
        if (_matters.TryGetValue(method, out var known))
            return known;
        return _matters[method] = method.ContainingType is { Name: "", ContainingType: not null } || method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction
            || method.Parameters.Any(parameter => parameter.RefKind is not (RefKind.None or RefKind.Out) || Types.CanCarryMapping(parameter.Type))
            || (MayHoldMapping(method) && (!IsOwn(method) || IsReached(method)));
    }

    /// <summary>Whether a call of the method is followed into its body: it has to do with mapped memory, says where some of it begins, opens or flushes a file, or never returns.</summary>
    public bool IsFollowed(IMethodSymbol method) =>
        Matters(method) || IsFormula(method.OriginalDefinition) || IsMarker(method) || _fileHandlers.GetOrAdd(method.OriginalDefinition, HandlesFile) || _throwers.GetOrAdd(method.OriginalDefinition, OnlyThrows);

    private readonly ConcurrentDictionary<IMethodSymbol, bool> _fileHandlers = new(SymbolEqualityComparer.Default);

    private readonly ConcurrentDictionary<IMethodSymbol, bool> _throwers = new(SymbolEqualityComparer.Default);

    private readonly ConcurrentDictionary<IMethodSymbol, bool> _formulas = new(SymbolEqualityComparer.Default);

    /// <summary>One number, choice or answer made of what is passed, such as where a page starts or whether a count is full.</summary>
    public bool IsFormula(IMethodSymbol method) => _formulas.GetOrAdd(method, FindFormula);

    private bool FindFormula(IMethodSymbol method) =>
        method is { IsVirtual: false, IsOverride: false, IsAbstract: false, IsAsync: false, DeclaringSyntaxReferences.IsEmpty: false } && IsOwn(method) && IsScalar(method.ReturnType)
        && FormulaOf(method.DeclaringSyntaxReferences[0].GetSyntax()) is { } formula
        && !formula.DescendantNodesAndSelf().Any(node => node is InvocationExpressionSyntax or AssignmentExpressionSyntax or BaseObjectCreationExpressionSyntax);

    /// <summary><c>int Open(string path)</c> over an import that returns a descriptor, and <c>void Sync(string path)</c> with a flush to the disk in it.</summary>
    private bool HandlesFile(IMethodSymbol method) =>
        method is { IsVirtual: false, IsOverride: false, IsAbstract: false, DeclaringSyntaxReferences.IsEmpty: false } && IsOwn(method)
        && method.Parameters.Any(parameter => parameter.Type.SpecialType == SpecialType.System_String)
        && method.DeclaringSyntaxReferences[0].GetSyntax().DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Any(call => CalledName(call) is var name && (method is { IsAsync: false, ReturnType.SpecialType: SpecialType.System_Int32 } && Knowledge.OpensFile(name)
                || call.ArgumentList.Arguments.Count > 0 && Knowledge.FlushesFile(name)));

    private static string CalledName(InvocationExpressionSyntax call) => call.Expression switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax access => access.Name.Identifier.ValueText,
        _ => "",
    };

    /// <summary><c>ThrowHelper.NotFound(name)</c>: its text ends in a throw, and nothing returns before that.</summary>
    private bool OnlyThrows(IMethodSymbol method) =>
        method is { IsVirtual: false, IsOverride: false, IsAbstract: false, IsAsync: false, DeclaringSyntaxReferences.IsEmpty: false } && IsOwn(method)
        && method.DeclaringSyntaxReferences[0].GetSyntax() switch
        {
            MethodDeclarationSyntax { ExpressionBody.Expression: var only } => only is ThrowExpressionSyntax,
            MethodDeclarationSyntax { Body: { } body } => EndsInThrow(body) && !body.DescendantNodes().Any(part => part is ReturnStatementSyntax or YieldStatementSyntax),
            _ => false,
        };

    private static bool EndsInThrow(StatementSyntax? statement) => statement switch
    {
        ThrowStatementSyntax => true,
        BlockSyntax block => EndsInThrow(block.Statements.LastOrDefault()),
        IfStatementSyntax choice => EndsInThrow(choice.Statement) && EndsInThrow(choice.Else?.Statement),
        _ => false,
    };

    private static ExpressionSyntax? FormulaOf(SyntaxNode declaration) => declaration switch
    {
        MethodDeclarationSyntax { ExpressionBody.Expression: { } formula } => formula,
        MethodDeclarationSyntax { Body.Statements: { Count: 1 } statements } => (statements[0] as ReturnStatementSyntax)?.Expression,
        _ => null,
    };

    private static bool IsScalar(ITypeSymbol type) => type.TypeKind == TypeKind.Enum || type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_UInt64;

    private bool MayHoldMapping(IMethodSymbol method) =>
        (method.ContainingType is { } type && (Types.CanCarryMapping(type) || HasStaticCarrier(type)))
        || Types.CanCarryMapping(method.ReturnType) || method.Parameters.Any(parameter => parameter.RefKind == RefKind.Out);

    /// <summary>The initializers of a type's fields and automatic properties that can lead to mappings, of the type itself and of its objects.</summary>
    public ImmutableArray<CallTarget> InitializersOf(INamedTypeSymbol type, CancellationToken cancel) =>
        _initializers.GetOrAdd(type.OriginalDefinition, definition => IsOwn(definition)
            ? definition.GetMembers().Where(member => CanCarryMapping(member) && InitializerOf(member, cancel) is not null).Select(member => new CallTarget(member)).ToImmutableArray()
            : ImmutableArray<CallTarget>.Empty);

    private bool CanCarryMapping(ISymbol member) => member switch
    {
        IFieldSymbol { AssociatedSymbol: null } field => TypeFacts.IsRefField(field) || Types.CanCarryMapping(field.Type),
        IPropertySymbol property => Types.CanCarryMapping(property.Type),
        _ => false,
    };

    /// <summary>The one expression that gives a member its value: its initializer, or what its body is an arrow to; null when there is none.</summary>
    public IOperation? ValueOf(ISymbol member, CancellationToken cancel) => _values.GetOrAdd(member.OriginalDefinition, definition =>
    {
        var expression = definition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancel) switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            PropertyDeclarationSyntax property => property.ExpressionBody?.Expression ?? property.Initializer?.Value,
            MethodDeclarationSyntax method => method.ExpressionBody?.Expression ?? (method.Body is { Statements: { Count: 1 } only } ? (only[0] as ReturnStatementSyntax)?.Expression : null),
            _ => null,
        };
        if (expression is RefExpressionSyntax reference)
            expression = reference.Expression;
        return expression is null ? null : ModelOf(expression.SyntaxTree).GetOperation(expression, cancel);
    });

    /// <summary>The whole of a member's body, as the compiler binds it.</summary>
    private IOperation? OperationOf(ISymbol owner, CancellationToken cancel) =>
        !IsOwn(owner) ? null : owner is IMethodSymbol method ? BodyOperation(method, cancel)
        : InitializerOf(owner, cancel) is { } initializer ? ModelOf(initializer.SyntaxTree).GetOperation(initializer, cancel) : null;

    private static EqualsValueClauseSyntax? InitializerOf(ISymbol member, CancellationToken cancel) =>
        member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancel) switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer,
            PropertyDeclarationSyntax property => property.Initializer,
            _ => null,
        };

    // Callee bodies are needed to answer for a call while the caller is being typed.
#pragma warning disable RS1030
    private SemanticModel ModelOf(SyntaxTree tree) => _models.GetOrAdd(tree, added => Compilation.GetSemanticModel(added));
#pragma warning restore RS1030

    private bool HasStaticCarrier(INamedTypeSymbol type) =>
        type.GetMembers().Any(member => member is IFieldSymbol { IsStatic: true } field && Types.CanCarryMapping(field.Type));

    private IOperation? BodyOperation(IMethodSymbol method, CancellationToken cancel)
    {
        var implementation = method.PartialImplementationPart ?? method;
        foreach (var reference in implementation.DeclaringSyntaxReferences)
        {
            var syntax = reference.GetSyntax(cancel);
            if (ModelOf(syntax.SyntaxTree).GetOperation(syntax, cancel) is { Parent: null, Kind: OperationKind.MethodBody or OperationKind.ConstructorBody or OperationKind.Block } body)
                return body;
        }
        return null;
    }
}
