namespace DaxSafety;

/// <summary>
/// Says that a pointer, span, ref, stream or wrapper is memory of a mapped file: what is written through it is durable only
/// after a flush. It is read by the analyzer, also across assemblies, and does nothing at run time.
/// </summary>
/// <remarks>
/// On a method or property it speaks of what is returned, like <c>[return: Mapped]</c>. The analyzer matches the contracts by
/// name and namespace, so a library that does not want this reference may declare internal copies.
/// </remarks>
[AttributeUsage(
    AttributeTargets.Parameter | AttributeTargets.ReturnValue | AttributeTargets.Field | AttributeTargets.Property
    | AttributeTargets.Method)]
public sealed class MappedAttribute : Attribute;
