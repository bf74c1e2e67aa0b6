namespace DaxSafety.Tests.Guest;

/// <summary>Which boots of the virtual machine count.</summary>
public sealed class GuestMachineTests
{
    private const string Assertion = "qemu-system-x86_64: system/physmem.c:2678: iotlb_to_section: Assertion `section_index < d->map.sections_nb' failed.";

    private static readonly RigRun s_emulatorFailed = new(RigRun.RigFailed, "", $"\n{Assertion}\ndax-vm: the guest ended without an exit status\n");

    [Fact]
    public void EmulatorThatFailsToBoot_IsBootedAgain()
        => Assert.Equal((0, 3), Boot(s_emulatorFailed, s_emulatorFailed, new(0, "done", "")));

    [Fact]
    public void EmulatorThatAlwaysFails_IsTheOutcome()
        => Assert.Equal((RigRun.RigFailed, 4), Boot(s_emulatorFailed, s_emulatorFailed, s_emulatorFailed, s_emulatorFailed));

    [Theory]
    [InlineData(1, "", Assertion)]
    [InlineData(RigRun.PowerCut, "", Assertion)]
    [InlineData(RigRun.RigFailed, "done 1", Assertion)]
    [InlineData(RigRun.RigFailed, "", "dax-vm: the guest ended without an exit status")]
    [InlineData(RigRun.RigFailed, "", "Assertion failed.")]
    public void AnythingElse_IsTheOutcome(int exitCode, string output, string errors)
        => Assert.Equal((exitCode, 1), Boot(new RigRun(exitCode, output, errors)));

    private static (int ExitCode, int Boots) Boot(params RigRun[] runs)
    {
        int boots = 0;
        return (GuestMachine.Booted(() => runs[boots++]).ExitCode, boots);
    }
}
