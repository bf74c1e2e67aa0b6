using System.Diagnostics;
using System.Text;

namespace DaxSafety.Tests;

/// <summary>
/// The slow testing rigs: a virtual machine, Wine, an ARM64 emulator, the native compiler. Each takes minutes, and some install
/// what they need, so they run only where <see cref="Variable"/> names them; what is not run says so and why.
/// </summary>
internal static class Rig
{
    /// <summary>Names the rigs to run, separated by commas, or is "all".</summary>
    public const string Variable = "DAX_SAFETY_RIGS";

    public const string Guest = "guest", Wine = "wine", Arm64 = "arm64", NativeAot = "aot";

    /// <summary>The test collection of all of them: one at a time.</summary>
    public const string Collection = "rigs";

    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The folder with the rigs' scripts, beside the repository.</summary>
    public static string Scripts { get; } = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "dax-vm"));

    /// <summary>Why a rig does not run here, or null when it does.</summary>
    public static string? WhyNot(string rig, string? script)
    {
        string[] chosen = (Environment.GetEnvironmentVariable(Variable) ?? "").Split(',', StringSplitOptions.TrimEntries);
        if (!chosen.Contains(rig) && !chosen.Contains("all"))
            return $"takes minutes; set {Variable}={rig} to run it";
        if (!OperatingSystem.IsLinux())
            return "the rigs run on Linux";
        return script is null || File.Exists(Path.Combine(Scripts, script)) ? null : $"there is no {script} in {Scripts}";
    }

    /// <summary>Runs one of the rigs' scripts.</summary>
    public static RigRun RunScript(string script, params string[] arguments)
        => Run("bash", [Path.Combine(Scripts, script), .. arguments]);

    /// <summary>Runs a program to its end.</summary>
    public static RigRun Run(string program, params string[] arguments) => Run(program, arguments, []);

    /// <summary>Runs a program to its end, with more in its environment.</summary>
    public static RigRun Run(string program, string[] arguments, Dictionary<string, string> environment)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };

        // In the virtual machine: one processor for each busy thread and one for whoever interrupts them.
        start.Environment["DAXVM_SMP"] = "3";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new RigRun(process.ExitCode, output, errors.ToString());
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
