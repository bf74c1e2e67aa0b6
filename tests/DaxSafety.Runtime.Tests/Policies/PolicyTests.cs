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
        => Run(PolicyProcess.Free, []).Has($"published {s_instruction}, by protection True, used {s_instruction}, Page, written");

    /// <summary>
    /// The compiler starts before the policy, since .NET cannot start under it; without tiers, so that it has little to do later. How
    /// the process ends is not looked at: what it does last may need the compiler once more.
    /// </summary>
    [PolicyFact]
    public void MemoryThatIsNeverMadeExecutable_LeavesTheMemoryFile()
    {
        RigRun run = Run(PolicyProcess.WriteXorExecute, new() { ["DOTNET_TieredCompilation"] = "0" });
        run.Has($"published {s_instruction}, by protection True, used {s_instruction}, Page, written");
        if (!run.Lines.Contains("no such policy"))
            run.Has($"published {s_instruction}, by protection False, used {s_instruction}, Page, written");
    }

    [PolicyFact]
    public void NoWayToPublishCode_PersistsByPages()
        => Run(PolicyProcess.NoPublishedCode, new() { ["DOTNET_EnableWriteXorExecute"] = "0" })
            .Has("published None, by protection False, used None, Page, written");

    private static RigRun Run(string policy, Dictionary<string, string> environment)
    {
        using TemporaryFolder folder = new();
        return Rig.Run("dotnet", [typeof(PolicyTests).Assembly.Location, "policy", policy, Path.Combine(folder.Path, "map")], environment);
    }

    /// <summary>The filters name system calls by their numbers on Linux for x64.</summary>
    private sealed class PolicyFactAttribute : FactAttribute
    {
        public PolicyFactAttribute()
            => Skip = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? null : "the policies are set on Linux for x64";
    }
}
