using System.Collections.Immutable;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Reads a <see cref="BodyOutline"/> off operations as the compiler binds them, before they are taken apart for a graph: what a graph shows as calls
/// and is none here (enumerators, disposals, deconstructions) is asked of the compiler. One instance reads one body.
/// </summary>
internal sealed partial class OutlineWalker
{
    private readonly LoweringContext _context;
    private readonly ISymbol _owner;
    private readonly CancellationToken _cancel;
    private readonly Stack<IOperation> _pending = new();
    private readonly HashSet<ISymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _mentions = new(SymbolEqualityComparer.Default);
    private readonly HashSet<CallTarget> _callees = new();
    private bool _namesMapping;

    private OutlineWalker(LoweringContext context, ISymbol owner, CancellationToken cancel)
    {
        _context = context;
        _owner = owner;
        _cancel = cancel;
    }

    public static BodyOutline Read(LoweringContext context, ISymbol owner, IEnumerable<IOperation> operations, CancellationToken cancel)
    {
        var walker = new OutlineWalker(context, owner, cancel);
        walker.Begin();
        foreach (var operation in operations)
            walker.Read(operation);
        return new BodyOutline(walker._namesMapping, walker._mentions.ToImmutableArray(), walker._callees.ToImmutableArray());
    }

    private void Begin()
    {
        Mention(_owner.ContainingType);
        if (_owner is not IMethodSymbol method)
        {
            // What an initializer fills.
            Mention(_owner);
            return;
        }
        _namesMapping = !_context.Contracts.OfMethod(method).IsEmpty;
        foreach (var parameter in method.Parameters)
            MentionVariable(parameter, parameter.Type);
    }

    // With a stack of its own: an expression can be deeper than the thread's.
    private void Read(IOperation root)
    {
        _pending.Push(root);
        while (_pending.Count > 0 && !_namesMapping)
        {
            var operation = _pending.Pop();
            Note(operation);
            foreach (var child in operation.ChildOperations)
                _pending.Push(child);
        }
    }

    private void Note(IOperation operation)
    {
        switch (operation)
        {
            case ILocalReferenceOperation { Local: var local }:
                MentionVariable(local, local.Type);
                break;
            case IVariableDeclaratorOperation { Symbol: var local }:
                MentionVariable(local, local.Type);
                break;
            case IParameterReferenceOperation { Parameter: var parameter }:
                MentionVariable(parameter, parameter.Type);
                // A primary constructor's is a field to other members.
                if (!SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, _owner) && parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor })
                    Mention(parameter);
                break;
            case IFieldReferenceOperation { Field: var field }:
                Mention(field);
                NoteKept(field);
                break;
            case IEventReferenceOperation { Event: var listened }:
                NoteKept(listened);
                break;
            case IPropertyReferenceOperation property:
                NoteProperty(property.Property, property.Instance);
                break;
            case IInvocationOperation invocation:
                NoteInvocation(invocation);
                break;
            case IMethodReferenceOperation reference:
                NoteCall(reference.Method, BodyLowering.StaticType(reference.Instance));
                // Whatever it is about: what is handed on may be run by anybody.
                if (_context.TargetOf(reference.Method) is { } handed)
                    _callees.Add(handed);
                break;
            case IObjectCreationOperation { Constructor: { } constructor }:
                NoteCall(constructor, null);
                NoteInitializers(constructor.ContainingType);
                break;
            case IConversionOperation { OperatorMethod: { } method }:
                NoteCall(method, null);
                break;
            case IBinaryOperation { OperatorMethod: { } method }:
                NoteCall(method, null);
                break;
            case IUnaryOperation { OperatorMethod: { } method }:
                NoteCall(method, null);
                break;
            case ICompoundAssignmentOperation { OperatorMethod: { } method }:
                NoteCall(method, null);
                break;
            case IIncrementOrDecrementOperation { OperatorMethod: { } method }:
                NoteCall(method, null);
                break;
            default:
                NoteStatement(operation);
                break;
        }
    }

    /// <summary>A variable is of interest for its type, and for a promise of its own.</summary>
    private void MentionVariable(ISymbol variable, ITypeSymbol type)
    {
        if (!_seen.Add(variable))
            return;
        _namesMapping |= _context.Contracts.Has(variable, Contract.Mapped);
        if (_context.Types.CanCarryMapping(type))
            Mention(type);
    }

    private void Mention(ISymbol? symbol)
    {
        if (symbol is not null)
            _mentions.Add(symbol.OriginalDefinition);
    }

    private void MentionFields(ITypeSymbol type)
    {
        for (ITypeSymbol? declaring = type; declaring is { SpecialType: SpecialType.None }; declaring = declaring.BaseType)
            foreach (var member in declaring.GetMembers())
                if (member is IFieldSymbol or IPropertySymbol)
                    Mention(member);
    }

    private void NoteProperty(IPropertySymbol property, IOperation? instance)
    {
        Mention(property);
        NoteKept(property);
        var receiver = BodyLowering.StaticType(instance);
        if (property.GetMethod is { } getter)
            NoteCall(getter, receiver);
        if (property.SetMethod is { } setter)
            NoteCall(setter, receiver);
    }

    /// <summary>What a delegate runs that the type keeps.</summary>
    private void NoteKept(ISymbol member)
    {
        if (_context.KeptDelegates.Of(member) is not { } kept || !_seen.Add(member))
            return;
        foreach (var target in _context.TargetsOf(kept))
            _callees.Add(target);
        if (kept.Member is null)
            return;
        Mention(kept.Member);
        NoteCall(kept.Methods[0], TypeFacts.TypeOf(kept.Member));
    }

    private void NoteInvocation(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        NoteCall(method, BodyLowering.StaticType(invocation.Instance));
        if (method.MethodKind == MethodKind.Constructor)
            NoteInitializers(method.ContainingType);
        else if (method.Name == "ConfigureAwait" && BodyLowering.StaticType(invocation.Instance ?? invocation.Arguments[0].Value) is { } awaited)
            NoteOwn(awaited, "DisposeAsync");
    }

    /// <summary>The initializers that run before a constructor, and the fields that are 0 until they do.</summary>
    private void NoteInitializers(INamedTypeSymbol type)
    {
        if (!_context.IsOwn(type) || !_seen.Add(type))
            return;
        MentionFields(type);
        foreach (var initializer in _context.InitializersOf(type, _cancel))
            _callees.Add(initializer);
    }

    private void NoteCall(IMethodSymbol method, ITypeSymbol? receiver)
    {
        var call = _context.CallOutlines.Of(method, receiver);
        _namesMapping |= call.NamesMapping;
        if (!call.Callees.IsEmpty && (_seen.Add(call.Runs) || _context.IsOfOwnContract(method, receiver)))
            foreach (var callee in call.Callees)
                _callees.Add(callee);
    }
}
