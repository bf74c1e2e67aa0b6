using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// The one flush of an open file that reaches the medium on each system. The framework's own turns an unsupported flush
/// into success; here it is a failure, because nobody has then been told to keep the bytes.
/// </summary>
internal static class FileFlush
{
    /// <summary>Returns when contents, size and attributes survive a power cut.</summary>
    public static void Flush(SafeFileHandle file, string what)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!Kernel32.FlushFileBuffers(file))
                throw FlushFailure.OfLastCall("FlushFileBuffers", what);
            return;
        }

        bool taken = false;
        try
        {
            file.DangerousAddRef(ref taken);
            Flush((int)file.DangerousGetHandle(), what);
        }
        finally
        {
            if (taken)
                file.DangerousRelease();
        }
    }

    private static void Flush(int descriptor, string what)
    {
        bool full = OperatingSystem.IsMacOS();
        while ((full ? Libc.Fcntl(descriptor, Libc.MacOS.FullFsync) : Libc.Fsync(descriptor)) == -1)
        {
            if (Marshal.GetLastPInvokeError() != Libc.Eintr)
                throw FlushFailure.OfLastCall(full ? "fcntl(F_FULLFSYNC)" : "fsync", what);
        }
    }
}
