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

    /// <summary>What a member of an interface is on a class or structure: <c>using</c> disposes of everything as an IDisposable. The member itself for any other.</summary>
    public static IMethodSymbol OnType(ITypeSymbol? type, IMethodSymbol method) =>
        type is { TypeKind: TypeKind.Class or TypeKind.Struct } && method.ContainingType is { TypeKind: TypeKind.Interface } ? type.FindImplementationForInterfaceMember(method) as IMethodSymbol ?? method : method;
}
