using System.Diagnostics;

namespace DaxSafety.Tests.Guest;

/// <summary>Prints, in the guest, what happens on a disk that is too small and on one that is read-only.</summary>
internal static class GuestLimits
{
    private const long TooMuch = 1L << 32;

    public static int Print(string folder)
    {
        string path = Path.Combine(folder, "limits"), huge = path + ".huge";
        string outcome = Errno(() => DurableMap.Create(huge, TooMuch).Dispose());
        Console.WriteLine($"create more than there is: {outcome}, file {File.Exists(huge)}");

        using (DurableMap map = DurableMap.Create(path, 4096))
        {
            map.Write(8, 7);
            outcome = Errno(() => map.Resize(TooMuch));
            map.Write(100, 1);
            map.Persist();
            Console.WriteLine($"grow beyond what there is: {outcome}, length {map.Length}, value {map.Read<int>(8)}, persisted");
        }

        FillUp(folder);

        using (Process mount = Process.Start("mount", ["-o", "remount,ro", folder]))
            mount.WaitForExit();
        Console.WriteLine($"read-only disk, open: {Refused(() => DurableMap.Open(path).Dispose())}");
        Console.WriteLine($"read-only disk, create: {Refused(() => DurableMap.Create(huge, 1).Dispose())}, file {File.Exists(huge)}");
        using DurableMap readOnly = DurableMap.Open(path, new() { ReadOnly = true });
        Console.WriteLine($"read-only disk, read: {readOnly.Read<int>(8)}");
        return 0;
    }

    /// <summary>A sparse file on a disk with no room left: a store into a hole ends the process.</summary>
    private static void FillUp(string folder)
    {
        string sparse = Path.Combine(folder, "sparse"), rest = Path.Combine(folder, "rest");
        using (FileStream file = new(sparse, FileMode.CreateNew))
            file.SetLength(1 << 20);
        using (FileStream file = new(rest, FileMode.CreateNew))
        {
            byte[] some = new byte[1 << 16];
            while (Errno(() => { file.Write(some); file.Flush(); }) == "done")
            {
            }
        }

        using Process toucher = Toucher.Start(sparse, offset: 8192);
        toucher.StandardInput.WriteLine();
        string said = toucher.StandardOutput.ReadToEnd();
        Console.WriteLine($"store into a hole on a full disk: {(said.Contains("stored") ? "stored" : "killed")}");
        File.Delete(rest);
    }

    private static string Errno(Action action)
    {
        try
        {
            action();
            return "done";
        }
        catch (IOException e)
        {
            return $"errno {e.HResult}";
        }
    }

    private static string Refused(Action action)
    {
        try
        {
            action();
            return "done";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "refused";
        }
    }
}
