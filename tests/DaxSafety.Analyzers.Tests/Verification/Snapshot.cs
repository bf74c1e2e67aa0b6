using System.Runtime.CompilerServices;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>
/// Compares a text with <c>Type.Method.verified.txt</c> beside the test, by the file convention of Verify: on a mismatch
/// what came lies beside it as <c>.received.txt</c>, and accepting it is renaming it.
/// </summary>
internal static class Snapshot
{
    public static async Task Match(string text, [CallerFilePath] string testFile = "", [CallerMemberName] string method = "")
    {
        var stem = Path.Combine(Path.GetDirectoryName(testFile)!, $"{Path.GetFileNameWithoutExtension(testFile)}.{method}");
        var (verified, received) = (stem + ".verified.txt", stem + ".received.txt");
        var actual = text.ReplaceLineEndings("\n");

        if (!File.Exists(verified))
        {
            await File.WriteAllTextAsync(received, actual);
            throw new VerificationFailure($"There is no {Path.GetFileName(verified)} yet. Read {received}, and rename it if it is right.");
        }

        var expected = (await File.ReadAllTextAsync(verified)).ReplaceLineEndings("\n");
        if (expected == actual)
        {
            File.Delete(received);
            return;
        }

        await File.WriteAllTextAsync(received, actual);
        throw new VerificationFailure($"{Path.GetFileName(verified)} differs (- verified, + received, which is in {received}):\n{TextDiff.Of(expected, actual)}");
    }
}
