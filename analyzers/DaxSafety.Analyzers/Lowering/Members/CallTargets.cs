using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Which bodies a call may run, and which of them are worth a look.</summary>
internal sealed partial class LoweringContext
{
    private const int MostImplementations = 12;

    /// <param name="method">Called; not a local function, which only its own body knows.</param>
    /// <param name="isVirtual">Whether what overrides or implements it may run in its place.</param>
    /// <param name="receiverIsAddress">Whether the receiver is a structure in memory, which any member of it may write.</param>
    /// <param name="receiver">The type of what it is called on, where that is known.</param>
    public ImmutableArray<CallTarget> TargetsOf(IMethodSymbol method, bool isVirtual, bool receiverIsAddress, ITypeSymbol? receiver = null)
    {
        if (isVirtual || method.IsAbstract)
        {
            // A member that half a program implements is as good as unknown.
            var implementations = IsOfOwnContract(method, receiver) ? Implementations.Of(method, (INamedTypeSymbol)receiver!) : Implementations.Of(method);
            return implementations.Length > MostImplementations
                ? ImmutableArray<CallTarget>.Empty
                : implementations.Where(found => receiverIsAddress || IsFollowed(found)).Select(found => new CallTarget(found)).ToImmutableArray();
        }
        return TargetOf(method) is { } target && (receiverIsAddress || IsFollowed(method)) ? ImmutableArray.Create(target) : ImmutableArray<CallTarget>.Empty;
    }

    /// <summary>
    /// A member of a library's interface that is called on an interface of the compilation's own, such as the <c>Dispose</c> of an <c>IStore : IDisposable</c>:
    /// what it does is what the types that implement the latter do, and the tables know nothing of those.
    /// </summary>
    public bool IsOfOwnContract(IMethodSymbol method, ITypeSymbol? receiver) =>
        receiver is { TypeKind: TypeKind.Interface } && method.ContainingType is { TypeKind: TypeKind.Interface } && IsOwn(receiver) && !IsOwn(method);

    /// <summary>The body behind a method symbol that is no local function, if it is in source.</summary>
    public CallTarget? TargetOf(IMethodSymbol method)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        return IsOwn(method) && !method.IsAbstract && !method.IsExtern ? new CallTarget(method) : null;
    }

    /// <summary>A lambda that somebody else's code keeps and runs: found in the body that it stands in.</summary>
    private LoweredBody? BodyOfLambda(IMethodSymbol lambda, CancellationToken cancel)
    {
        var syntax = lambda.DeclaringSyntaxReferences[0];
        return BodyOf(lambda.ContainingSymbol, cancel)?.Nested.FirstOrDefault(nested => nested.Syntax.SyntaxTree == syntax.SyntaxTree && nested.Syntax.Span == syntax.Span);
    }

    /// <summary>What a call of a delegate that the type keeps may run, and is followed.</summary>
    public ImmutableArray<CallTarget> TargetsOf(KeptDelegate kept) => kept.Member is not null ? ImmutableArray<CallTarget>.Empty : kept.Methods.SelectMany(method => method.MethodKind == MethodKind.AnonymousFunction
        ? ImmutableArray.Create(new CallTarget(method))
        : TargetsOf(method, method.IsVirtual || method.IsOverride, receiverIsAddress: false)).ToImmutableArray();

    /// <summary>
    /// What a member of an interface is on a class or structure: <c>using</c> disposes of everything as an IDisposable. Of a library's member, what
    /// the program's type overrides of it. The member itself for any other.
    /// </summary>
    public IMethodSymbol OnType(ITypeSymbol? type, IMethodSymbol method)
    {
        if (type is not { TypeKind: TypeKind.Class or TypeKind.Struct })
            return method;
        if (method.ContainingType is { TypeKind: TypeKind.Interface })
            method = type.FindImplementationForInterfaceMember(method) as IMethodSymbol ?? method;
        return !method.IsStatic && type is { TypeKind: TypeKind.Class, BaseType.SpecialType: SpecialType.None } && !IsOwn(method) && IsOwn(type) ? OwnPartOf(method, type) ?? method : method;
    }

    /// <summary>
    /// The override that a library's base class calls from a member that cannot be overridden, or is not: <c>Dispose(bool)</c> from Dispose and Close,
    /// <c>Flush</c> from FlushAsync, one Write from another.
    /// </summary>
    private IMethodSymbol? OwnPartOf(IMethodSymbol method, ITypeSymbol type)
    {
        var name = method.Name.Substring(method.Name.LastIndexOf('.') + 1);
        var part = name == "Close" ? "Dispose" : name.EndsWith("Async", StringComparison.Ordinal) ? name.Substring(0, name.Length - "Async".Length) : name;
        IMethodSymbol? found = null;
        for (var declaring = type; declaring is not null && IsOwn(declaring); declaring = declaring.BaseType)
            foreach (var member in declaring.GetMembers())
                if (member is IMethodSymbol { IsOverride: true } candidate && (candidate.Name == name || candidate.Name == part))
                    if (SymbolEqualityComparer.Default.Equals(candidate.OverriddenMethod, method))
                        return candidate;
                    // Overloads that can be overridden each do their own part, but for those that all come to an abstract one.
                    else if (candidate.Name != name || method is { IsVirtual: false, IsOverride: false } || candidate.OverriddenMethod is { IsAbstract: true })
                        found ??= candidate;
        return found;
    }
}
