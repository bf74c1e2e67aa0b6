using DaxSafety.Tour.Toolchain;
using Xunit;

namespace DaxSafety.Package.Tests;

internal sealed record Build(int ExitCode, IReadOnlyList<BuildDiagnostic> Diagnostics)
{
    public IEnumerable<string> Of(string severity) => Diagnostics.Where(found => found.Severity == severity).Select(found => found.Id);
}

/// <summary>A user's project on disk, and the commands a user gives in it.</summary>
internal sealed class Consumer
{
    public const string UnflushedWrite = """
        using System.IO.MemoryMappedFiles;

        internal static class Store
        {
            internal static void Save(string path, int value)
            {
                using var file = MemoryMappedFile.CreateFromFile(path);
                var view = file.CreateViewAccessor();
                view.Write(0, value);
            }
        }
        """;

    public const string FlushedWrite = """
        using System.IO.MemoryMappedFiles;

        internal static class Store
        {
            internal static void Save(string path, int value)
            {
                using var file = MemoryMappedFile.CreateFromFile(path);
                var view = file.CreateViewAccessor();
                view.Write(0, value);
                view.Flush();
            }
        }
        """;

    private readonly DotnetCommand _dotnet;

    private Consumer(string folder, DotnetCommand dotnet)
    {
        Folder = folder;
        _dotnet = dotnet;
    }

    public string Folder { get; }

    public static string Reference(string package) => $"""<ItemGroup><PackageReference Include="{package}" Version="0.1.0" /></ItemGroup>""";

    public static Consumer Create(string folder, string packages, string body, ReadOnlySpan<string> sources)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, Path.GetFileName(folder) + ".csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              {body}
            </Project>
            """);
        for (int at = 0; at < sources.Length; at++)
            File.WriteAllText(Path.Combine(folder, $"Source{at}.cs"), sources[at]);
        var consumer = new Consumer(folder, new DotnetCommand(folder, packages));
        CommandResult restored = consumer._dotnet.Run("restore", "-nologo");
        Assert.True(restored.ExitCode == 0, restored.Text);
        return consumer;
    }

    /// <summary>A build that compiles, whatever was compiled before.</summary>
    public Build Rebuild(params ReadOnlySpan<string> arguments) => Build(["--no-incremental", .. arguments]);

    public Build Build(params ReadOnlySpan<string> arguments) => Run(["build", "--no-restore", "-nologo", .. arguments]);

    /// <summary>The package's own checks alone: what they say of a build with these properties, without the build.</summary>
    public Build Check(params ReadOnlySpan<string> arguments) =>
        Run(["msbuild", "-nologo", "-t:ResolveLockFileAnalyzers", "-t:CheckDaxSafetyMode", "-t:CheckDaxSafetyEnforced", .. arguments]);

    public CommandResult Dotnet(params ReadOnlySpan<string> arguments) => _dotnet.Run(arguments.ToArray());

    /// <summary>A file that is there until the result is disposed.</summary>
    public IDisposable With(string name, string text) => new TemporaryFile(Path.Combine(Folder, name), text);

    private Build Run(string[] arguments)
    {
        CommandResult result = _dotnet.Run(arguments);
        IReadOnlyList<BuildDiagnostic> diagnostics = BuildDiagnostic.Parse(result.Output);
        Assert.DoesNotContain("AD0001", diagnostics.Select(found => found.Id));
        return new Build(result.ExitCode, diagnostics);
    }

    private sealed class TemporaryFile : IDisposable
    {
        private readonly string _path;

        public TemporaryFile(string path, string text)
        {
            _path = path;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        public void Dispose() => File.Delete(_path);
    }
}
