namespace DaxSafety.Tests.Aot;

/// <summary>
/// The library compiled to native code: without a warning of the trimmer or the compiler, and right under policies that forbid what
/// the cache-line stub would like to do.
/// </summary>
[Collection(Rig.Collection)]
public sealed class NativeAotTests
{
    [RigTheory(Rig.NativeAot)]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    public void NativeProgram_WritesDurably_UnderEveryPolicy(string framework)
    {
        using TemporaryFolder folder = new();
        string program = Path.Combine(Rig.RepositoryRoot, "artifacts", "aot-probe", framework);
        RigRun publish = Rig.Run(
            "dotnet", "publish", Path.Combine(Rig.RepositoryRoot, "tests/DaxSafety.Runtime.Tests/Aot/Probe/AotProbe.csproj"),
            "-c", "Release", "-r", "linux-x64", $"-p:ProbeFramework={framework}", "-o", program);
        Assert.True(publish.ExitCode == 0, publish.ToString());
        Assert.DoesNotContain("warning", publish.Output);

        string free = Run(program, folder, "free");
        Assert.Equal($"instruction {PersistentMemory.Instruction}", free);
        string strict = Run(program, folder, "write-xor-execute");
        Assert.True(strict == free || strict == "no such policy", strict);
        Assert.Equal("instruction None", Run(program, folder, "no-execute"));
    }

    private static string Run(string program, TemporaryFolder folder, string policy)
    {
        RigRun run = Rig.Run(Path.Combine(program, "DaxSafety.AotProbe"), policy, Path.Combine(folder.Path, policy));
        Assert.True(run.ExitCode == 0, run.ToString());
        if (run.Lines[0] != "no such policy")
            run.Has("granularity Page", "written");
        return run.Lines[0];
    }
}
