using System.Runtime.CompilerServices;

namespace DaxSafety.Tests;

/// <summary>
/// Compares a text with <c>Class.Method.verified.txt</c> beside the test, and leaves <c>.received.txt</c> there when they differ: the
/// file convention of Verify. To approve, rename received to verified.
/// </summary>
internal static class Snapshot
{
    public static void Verify(string text, [CallerFilePath] string file = "", [CallerMemberName] string method = "")
    {
        string stem = Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}.{method}");
        string verified = $"{stem}.verified.txt", received = $"{stem}.received.txt";
        string expected = File.Exists(verified) ? File.ReadAllText(verified).ReplaceLineEndings("\n").TrimEnd() : "";
        File.Delete(received);
        if (text.ReplaceLineEndings("\n").TrimEnd() == expected)
            return;
        File.WriteAllText(received, text);
        Assert.Fail($"differs from {verified}; what it is now is in {received}");
    }
}
