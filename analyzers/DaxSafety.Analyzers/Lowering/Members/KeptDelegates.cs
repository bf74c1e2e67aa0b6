using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What a field, automatic property or event for a delegate runs when it is called.</summary>
/// <param name="Methods">The only one; of an event all that listen, in this order.</param>
/// <param name="Member">The member of the same object whose method it is; null for a method of the object's own.</param>
/// <param name="IsAlwaysSet">It is never null once the object is made.</param>
internal sealed record KeptDelegate(ImmutableArray<IMethodSymbol> Methods, ISymbol? Member, bool IsAlwaysSet);

/// <summary>
/// Delegates that a type keeps: <c>_commit = Commit</c>, where its own text shows all that is ever assigned. Known are its methods, lambdas of its constructors that
/// capture nothing but the object, and the framework's method on another field. Thread safe.
/// </summary>
internal sealed class KeptDelegates(Func<SyntaxTree, SemanticModel> modelOf, Func<ISymbol, bool> isOwn)
{
    private readonly ConcurrentDictionary<ISymbol, KeptDelegate?> _known = new(SymbolEqualityComparer.Default);

    /// <summary>What the member holds; null when nobody knows, or it is for something else.</summary>
    public KeptDelegate? Of(ISymbol member) =>
        (TypeFacts.TypeOf(member) ?? (member as IEventSymbol)?.Type) is { TypeKind: TypeKind.Delegate } && isOwn(member) ? _known.GetOrAdd(member.OriginalDefinition, Find) : null;

    private KeptDelegate? Find(ISymbol member) => IsAssignedByItsType(member) && AssignedTo(member) is { } values ? member is IEventSymbol ? OfEvent(values) : OfField(values) : null;

    private static bool IsAssignedByItsType(ISymbol member) => !member.IsStatic && member.ContainingType.TypeKind is TypeKind.Class or TypeKind.Struct && member switch
    {
        IFieldSymbol { AssociatedSymbol: null } field => field.IsReadOnly || field.DeclaredAccessibility == Accessibility.Private,
        IPropertySymbol { IsVirtual: false, IsOverride: false } property => PropertyShapes.IsAutomatic(property) && property.SetMethod is null or { DeclaredAccessibility: Accessibility.Private, IsInitOnly: false },
        // Whoever else listens is given nothing to flush.
        IEventSymbol { IsVirtual: false, IsOverride: false, Type: INamedTypeSymbol { DelegateInvokeMethod.Parameters: var parameters } } listened => listened.DeclaredAccessibility == Accessibility.Private || parameters.IsEmpty,
        _ => false,
    };

    /// <summary>By the name: where a type's text names one of its delegates. Read once for all of them: bindings to a library have thousands.</summary>
    private readonly ConcurrentDictionary<INamedTypeSymbol, ILookup<string, IdentifierNameSyntax>> _namedBy = new(SymbolEqualityComparer.Default);

    private static ILookup<string, IdentifierNameSyntax> NamesOfDelegates(INamedTypeSymbol type)
    {
        var delegates = new HashSet<string>(type.GetMembers().Where(member => (TypeFacts.TypeOf(member) ?? (member as IEventSymbol)?.Type) is { TypeKind: TypeKind.Delegate }).Select(member => member.Name), StringComparer.Ordinal);
        return type.DeclaringSyntaxReferences.SelectMany(reference => reference.GetSyntax().DescendantNodes()).OfType<IdentifierNameSyntax>()
            .Where(name => delegates.Contains(name.Identifier.ValueText)).ToLookup(name => name.Identifier.ValueText, StringComparer.Ordinal);
    }

    /// <summary>The values of all assignments; null when the member is changed in another way, or by another object.</summary>
    private List<(IOperation Value, bool IsAlwaysRun)>? AssignedTo(ISymbol member)
    {
        var values = new List<(IOperation, bool)>();
        foreach (var name in _namedBy.GetOrAdd(member.ContainingType, NamesOfDelegates)[member.Name])
        {
            var target = name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access && access.Name == name ? (ExpressionSyntax)access : name;
            if (target.Parent is ArgumentSyntax { RefKindKeyword.RawKind: not 0 } or ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax } } or RefExpressionSyntax
                || target.Parent is MemberAccessExpressionSyntax { Parent: AssignmentExpressionSyntax changed } other && other.Name == target && changed.Left == other)
                return null;
            if (target.Parent is not AssignmentExpressionSyntax assignment || assignment.Left != target)
                continue;
            var isListening = member is IEventSymbol;
            if (!assignment.IsKind(isListening ? SyntaxKind.AddAssignmentExpression : SyntaxKind.SimpleAssignmentExpression) || (isListening && !IsAlwaysRun(assignment))
                || modelOf(name.SyntaxTree).GetOperation(assignment.Right) is not { } value)
                return null;
            values.Add((value, IsAlwaysRun(assignment)));
        }
        return member.DeclaringSyntaxReferences.Any(declared => InitializerOf(declared.GetSyntax()) is { Value.RawKind: not ((int)SyntaxKind.NullLiteralExpression or (int)SyntaxKind.SuppressNullableWarningExpression) }) ? null : values;
    }

    private static EqualsValueClauseSyntax? InitializerOf(SyntaxNode declared) => declared switch
    {
        VariableDeclaratorSyntax variable => variable.Initializer,
        PropertyDeclarationSyntax property => property.Initializer,
        _ => null,
    };

    /// <summary>A statement of the only constructor, behind no condition and in nothing that swallows what it throws.</summary>
    private static bool IsAlwaysRun(AssignmentExpressionSyntax assignment) =>
        assignment.Parent is ExpressionStatementSyntax statement && PassedThrough.Deciding(statement) is ConstructorDeclarationSyntax { Parent: TypeDeclarationSyntax type }
        && type.Members.OfType<ConstructorDeclarationSyntax>().Count() == 1 && type.ParameterList is null && !type.Modifiers.Any(SyntaxKind.PartialKeyword);

    private static KeptDelegate? OfEvent(List<(IOperation Value, bool IsAlwaysRun)> handlers)
    {
        var methods = handlers.ConvertAll(handler => MethodOf(Plain(handler.Value)));
        return methods.Count > 0 && methods.TrueForAll(method => method is not null) ? new KeptDelegate(methods.ToImmutableArray()!, null, IsAlwaysSet: true) : null;
    }

    private static KeptDelegate? OfField(List<(IOperation Value, bool IsAlwaysRun)> values)
    {
        var all = values.SelectMany(assigned => Choices(assigned.Value)).ToList();
        var plain = all.FindAll(value => value.ConstantValue is not { HasValue: true, Value: null });
        var isAlwaysSet = plain.Count == all.Count && values.Exists(assigned => assigned.IsAlwaysRun);
        if (plain.Count == 1 && plain[0] is IMethodReferenceOperation { Instance: IMemberReferenceOperation { Instance: IInstanceReferenceOperation, Member: IFieldSymbol { AssociatedSymbol: null } } holder, Method: var called })
            return new KeptDelegate(ImmutableArray.Create(called), holder.Member, isAlwaysSet);
        // One of several is chosen by a policy.
        var methods = plain.Select(MethodOf).Distinct<IMethodSymbol?>(SymbolEqualityComparer.Default).ToList();
        return methods.Count == 1 && methods[0] is { } method ? new KeptDelegate(ImmutableArray.Create(method), null, isAlwaysSet) : null;
    }

    private static IEnumerable<IOperation> Choices(IOperation value) => Plain(value) switch
    {
        IConditionalOperation { WhenFalse: { } other } choice => Choices(choice.WhenTrue).Concat(Choices(other)),
        var plain => new[] { plain },
    };

    private static IOperation Plain(IOperation value)
    {
        while (true)
            switch (value)
            {
                case IConversionOperation { OperatorMethod: null } conversion:
                    value = conversion.Operand;
                    break;
                case IDelegateCreationOperation creation:
                    value = creation.Target;
                    break;
                case IParenthesizedOperation parenthesized:
                    value = parenthesized.Operand;
                    break;
                default:
                    return value;
            }
    }

    private static IMethodSymbol? MethodOf(IOperation value) => value switch
    {
        IMethodReferenceOperation { Instance: null or IInstanceReferenceOperation, Method: { MethodKind: MethodKind.Ordinary, IsExtensionMethod: false } method } => method,
        IAnonymousFunctionOperation { Symbol: { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } lambda } code when !CapturesVariables(code) => lambda,
        _ => null,
    };

    private static bool CapturesVariables(IAnonymousFunctionOperation code) => code.Descendants().Any(operation => operation switch
    {
        ILocalReferenceOperation { Local: var local } => IsOutside(local, code),
        IParameterReferenceOperation { Parameter: var parameter } => IsOutside(parameter, code),
        _ => false,
    });

    private static bool IsOutside(ISymbol variable, IAnonymousFunctionOperation code) => !variable.DeclaringSyntaxReferences.Any(reference => code.Syntax.Span.Contains(reference.Span));
}
