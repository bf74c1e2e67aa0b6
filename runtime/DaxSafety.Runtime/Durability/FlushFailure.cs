using System.Runtime.InteropServices;

namespace DaxSafety;

/// <summary>
/// Makes the exceptions of a flush that the operating system refused: what was tried, on what, and its own word and number.
/// </summary>
internal static class FlushFailure
{
    /// <summary>The failure of the system call made just before, whose error the platform kept for this thread.</summary>
    public static IOException OfLastCall(string call, string what)
        => Of(call, what, Marshal.GetLastPInvokeError());

    public static IOException Of(string call, string what, int error)
    {
        string kind = OperatingSystem.IsWindows() ? "Win32 error" : "errno";
        return new IOException(
            $"{call} of {what} failed: {Marshal.GetPInvokeErrorMessage(error)} ({kind} {error}). Nothing of it may be taken as durable.",
            OperatingSystem.IsWindows() ? unchecked((int)0x80070000) | (error & 0xFFFF) : error);
    }
}
