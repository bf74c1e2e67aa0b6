using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>A method called on a receiver of a known type.</summary>
internal readonly struct CallOn(IMethodSymbol method, ITypeSymbol receiver) : IEquatable<CallOn>
{
    public IMethodSymbol Method { get; } = method;

    public ITypeSymbol Receiver { get; } = receiver;

    public bool Equals(CallOn other) =>
        SymbolEqualityComparer.Default.Equals(Method, other.Method) && SymbolEqualityComparer.Default.Equals(Receiver, other.Receiver);

    public override bool Equals(object? obj) => obj is CallOn other && Equals(other);

    public override int GetHashCode() =>
        SymbolEqualityComparer.Default.GetHashCode(Method) * 31 + SymbolEqualityComparer.Default.GetHashCode(Receiver);
}
