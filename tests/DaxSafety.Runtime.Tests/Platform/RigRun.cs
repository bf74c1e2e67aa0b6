using System.Text.RegularExpressions;

namespace DaxSafety.Tests;

/// <summary>What came of a run in a rig.</summary>
/// <param name="ExitCode">The command's; 137 after a power cut that was asked for.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error, and what the rig had to say.</param>
internal sealed record RigRun(int ExitCode, string Output, string Errors)
{
    public const int PowerCut = 137, RigFailed = 125;

    public string[] Lines => Output.Split('\n', StringSplitOptions.TrimEntries);

    /// <summary>Whether the virtual machine's emulator gave itself up before the program in it wrote anything.</summary>
    public bool EmulatorFailedToBoot
        => ExitCode == RigFailed && Output.Length == 0 && Regex.IsMatch(Errors, "(?m)^qemu-system-[^:]*: .*: Assertion .* failed[.]");

    /// <summary>Fails with everything the run said when a line is missing.</summary>
    public void Has(params string[] lines)
    {
        foreach (string line in lines)
            Assert.True(Lines.Contains(line), $"missing: {line}\n{this}");
    }

    public override string ToString() => $"exit {ExitCode}\n{Output}\n{Errors}";
}
