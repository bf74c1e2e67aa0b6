using System.Text.RegularExpressions;

namespace DaxSafety.Tests.Guest;

/// <summary>
/// The power goes while records are written and acknowledged, and takes the processor's caches with it. Nothing acknowledged may be
/// missing afterwards; and the twins, which leave one step out, must miss something, or the test would prove nothing.
/// </summary>
[Collection(Rig.Collection)]
public sealed class PowerCutGuestTests
{
    private const string Dax = "/mnt/dax/records", Disk = "/mnt/disk/records";

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void MapPersist_LosesNothing()
    {
        using TemporaryFolder state = new();
        Cut(state, PersistWay.Map, []);
        Cut(state, PersistWay.Map, ["--evict", "1"]);
        Assert.Equal((0, 0), Lost(state));
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void CopyAndPersist_LosesNothing()
    {
        using TemporaryFolder state = new();
        Cut(state, PersistWay.Copy, ["--evict", "2"]);
        Assert.Equal((0, 0), Lost(state));
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void TwinWithoutTheWriteBack_LosesRecords() => Assert.True(LosesRecords(PersistWay.NoWriteBack, attempts: 1));

    /// <summary>An interrupt just before the cut may have done what the twin leaves out, so it has a few chances to lose.</summary>
    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void TwinWithoutTheFence_LosesRecords() => Assert.True(LosesRecords(PersistWay.NoFence, attempts: 5));

    private static bool LosesRecords(PersistWay way, int attempts)
    {
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            using TemporaryFolder state = new();
            Cut(state, way, []);
            (int lost, int lostOnDisk) = Lost(state);
            Assert.Equal(0, lostOnDisk);
            if (lost > 0)
                return true;
        }

        return false;
    }

    private static void Cut(TemporaryFolder state, PersistWay way, string[] options)
    {
        RigRun run = GuestMachine.Run(
            ["--state", state.Path, "--cpu-cache", .. options, "--kill-on", "^done@25", "--timeout", "120"], "records", Dax, Disk, $"{way}");
        Assert.True(run.ExitCode == RigRun.PowerCut, run.ToString());
    }

    private static (int Lost, int LostOnDisk) Lost(TemporaryFolder state)
    {
        RigRun run = GuestMachine.Run(["--state", state.Path, "--timeout", "120"], "check", Dax, Disk);
        Match found = Regex.Match(run.Output, @"acknowledged (\d+) lost (\d+); on disk (\d+) lost (\d+)");
        Assert.True(found.Success, run.ToString());
        Assert.True(int.Parse(found.Groups[1].Value) > 0 && int.Parse(found.Groups[3].Value) > 0, run.ToString());
        return (int.Parse(found.Groups[2].Value), int.Parse(found.Groups[4].Value));
    }
}
