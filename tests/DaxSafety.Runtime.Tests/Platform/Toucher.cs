using System.Diagnostics;

namespace DaxSafety.Tests;

/// <summary>A process that stores to a mapped file when it is told to, and says so if it lives to tell.</summary>
internal static class Toucher
{
    public static Process Start(string path, long offset)
    {
        ProcessStartInfo start = new("dotnet", [typeof(Toucher).Assembly.Location, "touch", path, $"{offset}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process toucher = Process.Start(start)!;
        toucher.BeginErrorReadLine();
        if (toucher.StandardOutput.ReadLine() != "mapped")
            throw new InvalidOperationException($"'{path}' cannot be mapped by another process.");
        return toucher;
    }

    public static int Run(string path, long offset)
    {
        using DurableMap map = DurableMap.Open(path);
        Console.WriteLine("mapped");
        Console.ReadLine();
        map.Write(offset, 1);
        Console.WriteLine("stored");
        return 0;
    }
}
