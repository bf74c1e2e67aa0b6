namespace DaxSafety.Tests.Arm64;

/// <summary>
/// The ARM64 functions are what an assembler makes of their source, and run on an emulated processor that has the instructions. What
/// dc cvap does to real media no emulator can show.
/// </summary>
[Collection(Rig.Collection)]
public sealed class Arm64CodeTests
{
    private const string Script = "arm64-code.sh";

    private const string Source = """
        .arch armv8.2-a
            mrs  x2, ctr_el0
            ubfx x2, x2, #16, #4
            mov  x3, #4
            lsl  x3, x3, x2
            add  x1, x0, x1
            sub  x2, x3, #1
            bic  x0, x0, x2
        1:  dc   cvap, x0
            add  x0, x0, x3
            cmp  x0, x1
            b.lo 1b
            ret
            dsb  sy
            ret
            mrs  x0, ctr_el0
            ubfx x0, x0, #16, #4
            mov  x1, #4
            lsl  x0, x1, x0
            ret

        """;

    [RigFact(Rig.Arm64, Script)]
    public void Functions_RunWhereTheProcessorHasTheInstruction_AndOnlyThere()
    {
        string writeBack = Convert.ToHexString(Arm64LineCode.WriteBack), fence = Convert.ToHexString(Arm64LineCode.Fence);
        string lineSize = Convert.ToHexString(Arm64LineCode.LineSize);
        RigRun newer = Rig.RunScript(Script, writeBack, fence, lineSize);
        Assert.True(newer.ExitCode == 0, newer.ToString());
        Assert.Equal(["ok", "ok", "ok"], newer.Lines.Where(line => line == "ok"));

        // Without HWCAP_DCPOP the library declines; this is what it declines for.
        RigRun older = Rig.RunScript(Script, "--cpu", "cortex-a57", writeBack, fence, lineSize);
        Assert.Equal(1, older.ExitCode);
        Assert.Equal(["signal 4", "ok", "ok"], older.Lines.Where(line => line.StartsWith("signal", StringComparison.Ordinal) || line == "ok"));
    }

    [RigFact(Rig.Arm64, Script)]
    public void Bytes_AreTheAssemblersOutput()
    {
        // The other test of the rig has installed the assembler, or this run does.
        Rig.RunScript(Script, Convert.ToHexString(Arm64LineCode.Fence));
        using TemporaryFolder folder = new();
        string source = Path.Combine(folder.Path, "lines.s"), code = Path.Combine(folder.Path, "lines.o"), text = Path.Combine(folder.Path, "lines.bin");
        File.WriteAllText(source, Source);
        RigRun assembler = Rig.Run("aarch64-linux-gnu-as", source, "-o", code);
        Assert.True(assembler.ExitCode == 0, assembler.ToString());
        Rig.Run("aarch64-linux-gnu-objcopy", "-O", "binary", "-j", ".text", code, text);
        byte[] ours = [.. Arm64LineCode.WriteBack, .. Arm64LineCode.Fence, .. Arm64LineCode.LineSize];
        Assert.Equal(Convert.ToHexString(File.ReadAllBytes(text)), Convert.ToHexString(ours));
    }
}
