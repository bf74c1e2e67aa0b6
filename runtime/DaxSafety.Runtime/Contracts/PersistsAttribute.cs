namespace DaxSafety;

/// <summary>
/// Says that a member returns clean: whatever was written to the mapping before the call, or by it, is durable when it
/// returns normally. On a parameter it speaks of what that argument maps, on a member of its receiver.
/// </summary>
/// <remarks>
/// It is read by the analyzer, also across assemblies, and does nothing at run time. DAX1009 checks that bodies keep it.
/// </remarks>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Constructor | AttributeTargets.Property | AttributeTargets.Parameter
    | AttributeTargets.ReturnValue | AttributeTargets.Delegate)]
public sealed class PersistsAttribute : Attribute;
