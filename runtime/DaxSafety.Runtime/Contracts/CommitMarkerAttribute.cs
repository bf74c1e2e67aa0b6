namespace DaxSafety;

/// <summary>
/// Marks the value whose write publishes everything written before it: a valid flag, a sequence number, the root of a new
/// version. The data must be durable before the marker is written (DAX2001), and the marker itself must be one aligned
/// write of at most 8 bytes, so that no power cut can tear it (DAX2002).
/// </summary>
/// <remarks>It is read by the analyzer, also across assemblies, and does nothing at run time.</remarks>
[AttributeUsage(
    AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.ReturnValue
    | AttributeTargets.Method)]
public sealed class CommitMarkerAttribute : Attribute;
