using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Policies;

/// <summary>
/// A process with the just-in-time compiler whose system refuses what the cache-line code is published by, really and for good. Native
/// programs under the same policies are in NativeAotTests.
/// </summary>
public sealed class PolicyTests
{
    private static readonly string s_instruction = PersistentMemory.Instruction.ToString();

    [PolicyFact]
    public void NoPolicy_PublishesBothWays()
        => Assert.Equal([$"published {s_instruction}, by protection True, used {s_instruction}, Page, written"], Run(PolicyProcess.Free, []));

    /// <summary>The compiler starts before the policy, since .NET cannot start under it; without tiers, so that it has no more to do later.</summary>
    [PolicyFact]
    public void MemoryThatIsNeverMadeExecutable_LeavesTheMemoryFile()
    {
        string[] lines = Run(PolicyProcess.WriteXorExecute, new() { ["DOTNET_TieredCompilation"] = "0" });
        Assert.Equal($"published {s_instruction}, by protection True, used {s_instruction}, Page, written", lines[0]);
        if (lines[1] != "no such policy")
            Assert.Equal($"published {s_instruction}, by protection False, used {s_instruction}, Page, written", lines[1]);
    }

    [PolicyFact]
    public void NoWayToPublishCode_PersistsByPages()
        => Assert.Equal(
            ["published None, by protection False, used None, Page, written"],
            Run(PolicyProcess.NoPublishedCode, new() { ["DOTNET_EnableWriteXorExecute"] = "0" }));

    private static string[] Run(string policy, Dictionary<string, string> environment)
    {
        using TemporaryFolder folder = new();
        RigRun run = Rig.Run("dotnet", [typeof(PolicyTests).Assembly.Location, "policy", policy, Path.Combine(folder.Path, "map")], environment);
        Assert.True(run.ExitCode == 0, run.ToString());
        return run.Output.Trim().Split('\n');
    }

    /// <summary>The filters name system calls by their numbers on Linux for x64.</summary>
    private sealed class PolicyFactAttribute : FactAttribute
    {
        public PolicyFactAttribute()
            => Skip = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? null : "the policies are set on Linux for x64";
    }
}
