namespace DaxSafety.Tests;

/// <summary>A theory in one of the <see cref="Rig"/>s, and says why when it does not run.</summary>
internal sealed class RigTheoryAttribute : TheoryAttribute
{
    public RigTheoryAttribute(string rig, string? script = null) => Skip = Rig.WhyNot(rig, script);
}
