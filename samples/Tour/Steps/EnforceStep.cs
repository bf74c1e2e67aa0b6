using DaxSafety.Tour.Terminal;
using DaxSafety.Tour.Toolchain;

namespace DaxSafety.Tour.Steps;

/// <summary>Builds with DaxSafetyMode = Enforce: what was a warning is an error, so that the mistake cannot come back.</summary>
internal abstract class EnforceStep : Step
{
    public override Outcome Show(Screen screen, Workshop workshop)
    {
        CommandResult result = screen.During("dotnet build -p:DaxSafetyMode=Enforce", () => workshop.Dotnet.Run("build", "-nologo", "-p:DaxSafetyMode=Enforce"));
        IReadOnlyList<BuildDiagnostic> found = BuildDiagnostic.Parse(result.Output);
        Outcome outcome = Judge(result.ExitCode, found);
        if (outcome.Verdict == Verdict.Broken)
            CommandOutput.Show(screen, result);
        else
            screen.Line("   ", Run.Verdict(found.Count == 0, result.ExitCode == 0 ? "Build succeeded." : "Build FAILED."),
                $"  {found.Count(one => one.Severity == "warning")} warnings, {found.Count(one => one.Severity == "error")} errors");
        return outcome;
    }

    internal abstract Outcome Judge(int exitCode, IReadOnlyList<BuildDiagnostic> found);
}

/// <summary>The program as it was written does not build any more.</summary>
internal sealed class EnforceUnsafeStep : EnforceStep
{
    public override string Title => "Enforce it: the unsafe program fails";

    internal override Outcome Judge(int exitCode, IReadOnlyList<BuildDiagnostic> found)
    {
        int errors = found.Count(one => one.Severity == "error" && one.Id.StartsWith("DAX1", StringComparison.Ordinal));
        return Outcome.Of(exitCode != 0 && errors > 0 && errors == found.Count, $"exit code {exitCode}, {errors} durability errors, {found.Count - errors} others");
    }
}

/// <summary>The fixed one does, without a warning.</summary>
internal sealed class EnforceFixedStep : EnforceStep
{
    public override string Title => "Enforce it: the fixed program builds";

    public override bool OthersNeedIt => true;

    internal override Outcome Judge(int exitCode, IReadOnlyList<BuildDiagnostic> found) =>
        Outcome.Of(exitCode == 0 && found.Count == 0, $"exit code {exitCode}, {found.Count} warnings and errors");
}
