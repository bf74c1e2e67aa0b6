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
    public ImmutableArray<CallTarget> TargetsOf(IMethodSymbol method, bool isVirtual, bool receiverIsAddress)
    {
        if (isVirtual || method.IsAbstract)
        {
            // A member that half a program implements is as good as unknown.
            var implementations = Implementations.Of(method);
            return implementations.Length > MostImplementations
                ? ImmutableArray<CallTarget>.Empty
                : implementations.Where(found => receiverIsAddress || IsFollowed(found)).Select(found => new CallTarget(found)).ToImmutableArray();
        }
        if (!receiverIsAddress && !IsFollowed(method))
            return ImmutableArray<CallTarget>.Empty;
        return TargetOf(method) is { } target ? ImmutableArray.Create(target) : ImmutableArray<CallTarget>.Empty;
    }

    /// <summary>The body behind a method symbol that is no local function, if it is in source.</summary>
    public CallTarget? TargetOf(IMethodSymbol method)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        return IsOwn(method) && !method.IsAbstract && !method.IsExtern ? new CallTarget(method) : null;
    }

    /// <summary>An interface's member, called on what is known to be a class: <c>using</c> disposes of everything as an IDisposable.</summary>
    public IMethodSymbol? ImplementedBy(ITypeSymbol? type, IMethodSymbol method) =>
        type is { TypeKind: TypeKind.Class or TypeKind.Struct } && method.ContainingType is { TypeKind: TypeKind.Interface }
        && type.FindImplementationForInterfaceMember(method) is IMethodSymbol found && IsOwn(found) ? found : null;
}
