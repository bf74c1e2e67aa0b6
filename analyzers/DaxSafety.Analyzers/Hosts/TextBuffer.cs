namespace DaxSafety.Analyzers.Hosts;

/// <summary>Room to copy a part of a text to: one array for each thread, since one text is searched after the other. (The framework's pool of arrays is not part of every host.)</summary>
internal static class TextBuffer
{
    [ThreadStatic]
    private static char[]? buffer;

    /// <summary>For the caller alone until it returns.</summary>
    public static char[] OfAtLeast(int length) => buffer is { } present && present.Length >= length ? present : buffer = new char[length];
}
