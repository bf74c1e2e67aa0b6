namespace DaxSafety.Tests;

/// <summary>A test in one of the <see cref="Rig"/>s, and says why when it does not run.</summary>
internal sealed class RigFactAttribute : FactAttribute
{
    public RigFactAttribute(string rig, string? script = null) => Skip = Rig.WhyNot(rig, script);
}
