using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Disposal at the end of an <c>await using</c> that says how it is awaited: what runs is the disposed object's own.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>What a capture or local that holds <c>x.ConfigureAwait(false)</c> disposes of.</summary>
    private readonly Dictionary<object, ITypeSymbol> _configured = new();

    private void NoteConfigured(object holder, IOperation value)
    {
        if (Unconverted(value) is IInvocationOperation { TargetMethod: { Name: "ConfigureAwait", ReturnType.Name: Configured } } call
            && Unconverted(call.Instance ?? call.Arguments[0].Value).Type is { } type)
            _configured[holder] = type;
    }

    private ITypeSymbol? ConfiguredBehind(IOperation? instance) => instance switch
    {
        { Type: not { Name: Configured } } or null => null,
        IFlowCaptureReferenceOperation capture => _configured.TryGetValue(capture.Id, out var type) ? type : null,
        ILocalReferenceOperation local => _configured.TryGetValue(local.Local, out var type) ? type : null,
        _ => null,
    };

    /// <summary>The DisposeAsync of the program's own type that is called by the one of the framework's wrapper.</summary>
    private static IMethodSymbol? DisposeAsyncOf(ITypeSymbol type) =>
        type.AllInterfaces.FirstOrDefault(found => found is { Name: "IAsyncDisposable", ContainingNamespace.Name: "System" })?.GetMembers("DisposeAsync").FirstOrDefault() is { } member
            ? type.FindImplementationForInterfaceMember(member) as IMethodSymbol
            : null;

    private const string Configured = "ConfiguredAsyncDisposable";
}
