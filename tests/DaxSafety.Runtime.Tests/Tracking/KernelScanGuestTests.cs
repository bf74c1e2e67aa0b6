using DaxSafety.Tests.Guest;

namespace DaxSafety.Tests.Tracking;

/// <summary>
/// The kernel scan where an ordinary run cannot go: on direct access, where it would lose stores or hang and must be refused,
/// on another file system, and on kernels old and new.
/// </summary>
[Collection(Rig.Collection)]
public sealed class KernelScanGuestTests
{
    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void Linux6Point12_ScanIsExactOnThePageCache_AndRefusedOnDirectAccess()
    {
        RigRun run = GuestMachine.Run(["--kernel", "backports"], "scan", "/mnt/disk", "/mnt/dax", "/tmp");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("/mnt/disk view KernelScan Page", "/mnt/disk view 40 epochs exact", "/mnt/disk mmap 40 epochs exact");
        run.Has("/tmp view 40 epochs exact", "/tmp mmap 40 epochs exact");
        run.Has("/mnt/dax view WholeRange Page", "/mnt/dax mmap WholeRange Page", "/mnt/dax map-sync WholeRange CacheLine");
        run.Has("/mnt/dax view refused by name, persisted", "/mnt/dax mmap refused by name, persisted", "/mnt/dax map-sync refused by name, persisted");
        Assert.Contains("the mapping is direct access", run.Output);
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void Xfs_AndDirectAccessWithoutMapSync_AreTheSame()
    {
        RigRun run = GuestMachine.Run(["--kernel", "backports", "--fs", "xfs", "--dax", "virtio-pmem"], "scan", "/mnt/disk", "/mnt/dax");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("/mnt/disk view 40 epochs exact", "/mnt/disk mmap 40 epochs exact");
        run.Has("/mnt/dax view refused by name, persisted", "/mnt/dax mmap refused by name, persisted", "/mnt/dax map-sync not here");
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void Linux6Point1_HasNoScan_AndPersistsWholeRanges()
    {
        RigRun run = GuestMachine.Run([], "scan", "/mnt/disk");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("/mnt/disk view WholeRange Page", "/mnt/disk view refused by name, persisted");
        Assert.Contains("no asynchronous write protection", run.Output);
    }
}
