namespace DaxSafety;

/// <summary>
/// Says that a member writes to mapped memory and does not flush it: the caller owes the flush. On a parameter it speaks of
/// what that argument maps, on a member of its receiver and of everything it was handed.
/// </summary>
/// <remarks>
/// It is read by the analyzer, also across assemblies, and does nothing at run time. DAX1009 checks that bodies keep it.
/// </remarks>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Constructor | AttributeTargets.Property | AttributeTargets.Parameter
    | AttributeTargets.ReturnValue | AttributeTargets.Delegate)]
public sealed class LeavesDirtyAttribute : Attribute;
