namespace DaxSafety.Tests.Guest;

/// <summary>The virtual machine of ../shared/dax-vm: real direct access, and a power switch. It runs this very assembly.</summary>
internal static class GuestMachine
{
    public const string Script = "run.sh";

    private const int Boots = 4;

    private static readonly Lazy<string> s_application = new(CopyApplication);

    /// <summary>Runs this assembly in the guest.</summary>
    /// <param name="options">Options of run.sh.</param>
    /// <param name="arguments">What the assembly is called with.</param>
    public static RigRun Run(string[] options, params string[] arguments)
        => RunOn("max", options, arguments);

    /// <summary>Runs this assembly in the guest, on a processor of QEMU's ("max,-clwb": the best there is, without clwb).</summary>
    public static RigRun RunOn(string processor, string[] options, params string[] arguments)
        => Booted(() => Rig.Run(
            "bash",
            [Path.Combine(Rig.Scripts, Script), .. options, s_application.Value, "dotnet", "DaxSafety.Runtime.Tests.dll", .. arguments],
            new() { ["DAXVM_CPU"] = processor }));

    /// <summary>
    /// Boots again when the emulator ended by an assertion of its own before the guest's program had said a word, which is nothing
    /// that this assembly did: with several processors, QEMU 10 now and then loses a race with a change of its memory map while
    /// Linux boots (iotlb_to_section; qemu-project issue 1921). Whatever else goes wrong is the outcome.
    /// </summary>
    internal static RigRun Booted(Func<RigRun> boot)
    {
        RigRun run = boot();
        for (int boots = 1; boots < Boots && run.EmulatorFailedToBoot; boots++)
            run = boot();
        return run;
    }

    /// <summary>The guest's image is made of a folder that no other test writes to.</summary>
    private static string CopyApplication()
    {
        string target = Path.Combine(Rig.RepositoryRoot, "artifacts", "guest-application");
        Directory.CreateDirectory(target);
        foreach (string source in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            if (Path.GetExtension(source) is ".dll" or ".json")
                File.Copy(source, Path.Combine(target, Path.GetFileName(source)), overwrite: true);
        }

        return target;
    }
}
