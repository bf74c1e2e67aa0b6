namespace DaxSafety.Tests.Guest;

/// <summary>What the library makes of real direct access, and of what only looks like it.</summary>
[Collection(Rig.Collection)]
public sealed class DirectAccessGuestTests
{
    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void NvdimmWithVolatileCaches_IsPersistedByCacheLine_WithoutTheSystem()
    {
        RigRun run = GuestMachine.Run([], "facts", "/mnt/dax", "/mnt/disk");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("/mnt/dax map CacheLine", "/mnt/dax address CacheLine", "/mnt/dax smaps CacheLine", "/mnt/dax adopted CacheLine");
        run.Has("/mnt/dax without-flushes map persisted", "/mnt/dax without-flushes address persisted");
        run.Has("/mnt/disk map Page", "/mnt/disk address Page", "/mnt/disk smaps Page", "/mnt/disk adopted refused");
        run.Has("/mnt/disk without-flushes map failed", "/mnt/disk without-flushes address failed");
        Assert.Contains("/mnt/disk finding the page cache is in between", run.Output);
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void NvdimmWithDurableCaches_NeedsAFenceOnly()
    {
        RigRun run = GuestMachine.Run(["--persistence", "cpu"], "facts", "/mnt/dax");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("/mnt/dax map Byte", "/mnt/dax address Byte", "/mnt/dax smaps Byte", "/mnt/dax adopted Byte");
        run.Has("/mnt/dax without-flushes map persisted", "/mnt/dax without-flushes address persisted");
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void DirectAccessWithoutMapSync_StaysAtThePage()
    {
        RigRun run = GuestMachine.Run(["--dax", "virtio-pmem"], "facts", "/mnt/dax");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("/mnt/dax map Page", "/mnt/dax address Page", "/mnt/dax smaps Page", "/mnt/dax adopted refused");
        run.Has("/mnt/dax without-flushes map failed", "/mnt/dax without-flushes address failed");
        Assert.Contains("EOPNOTSUPP", run.Output);
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void ProcessorWithoutTheNewerInstructions_UsesTheOneItHas()
    {
        RigRun run = GuestMachine.RunOn("max,-clwb,-clflushopt", [], "facts", "/mnt/dax");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("instruction ClFlush", "/mnt/dax map CacheLine", "/mnt/dax without-flushes map persisted");
    }

    [RigFact(Rig.Guest, GuestMachine.Script)]
    public void FullDiskAndReadOnlyDisk_FailBeforeAnythingIsTouched()
    {
        RigRun run = GuestMachine.Run([], "limits", "/mnt/disk");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("create more than there is: errno 28, file False", "grow beyond what there is: errno 28, length 4096, value 7, persisted");
        run.Has("read-only disk, open: refused", "read-only disk, create: refused, file False", "read-only disk, read: 7");
        run.Has("store into a hole on a full disk: killed");
    }

    [RigTheory(Rig.Guest, GuestMachine.Script)]
    [InlineData("6.1")]
    [InlineData("backports")]
    public void DiskThatDies_IsReportedByEveryPersist_AndPoisons(string kernel)
    {
        RigRun run = GuestMachine.Run(kernel == "backports" ? ["--kernel", kernel] : [], "broken-disk", "/mnt/disk");
        Assert.True(run.ExitCode == 0, run.ToString());
        run.Has("with the disk: persisted", "map: errno 5", "map again: refused after errno 5, marked 1", "map, to grow: refused after errno 5, length 1048576");
        run.Has("tracker: errno 5", "tracker again: refused after errno 5, marked 1");
        run.Has("view: errno 5", "view again: refused after errno 5", "address: errno 5", "file: errno 5");
    }
}
