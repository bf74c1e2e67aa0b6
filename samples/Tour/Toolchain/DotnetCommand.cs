using System.Diagnostics;

namespace DaxSafety.Tour.Toolchain;

internal sealed record CommandResult(int ExitCode, IReadOnlyList<string> Output)
{
    public string Text => string.Join('\n', Output);
}

/// <summary>
/// The <c>dotnet</c> command, run as a user's shell would run it: without what this process's own build put into the environment,
/// in English, and with a package folder of its own where one is given.
/// </summary>
internal sealed class DotnetCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly string _folder;
    private readonly string? _packages;

    public DotnetCommand(string folder, string? packages = null)
    {
        _folder = folder;
        _packages = packages;
    }

    public CommandResult Run(params IEnumerable<string> arguments)
    {
        using Process process = Start(arguments);
        process.StandardInput.Close();
        var output = new List<string>();
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            return new CommandResult(-1, [.. output, $"dotnet {string.Join(' ', arguments)} did not end within {Patience.TotalMinutes} minutes."]);
        }

        process.WaitForExit();
        return new CommandResult(process.ExitCode, output);
    }

    /// <summary>Starts the command with its streams open.</summary>
    public Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(IsOfTheOuterBuild).ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Nothing may outlive the command and hold on to a folder that is about to be deleted.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (_packages is not null)
            start.Environment["NUGET_PACKAGES"] = _packages;
        return Process.Start(start) ?? throw new InvalidOperationException("The dotnet command did not start.");
    }

    private static bool IsOfTheOuterBuild(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase);

    private static void Add(List<string> output, string? line)
    {
        if (line is null)
            return;
        lock (output)
            output.Add(line);
    }
}
