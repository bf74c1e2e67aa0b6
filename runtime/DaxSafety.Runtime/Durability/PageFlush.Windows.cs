using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <content>
/// Windows: FlushViewOfFile only hands the pages to the file system; FlushFileBuffers on a handle with write access waits for
/// the medium. A view does not lead back to the handle it was made from, so where none is given the file is opened again by
/// the name that the kernel has for the mapping.
/// Source: the remarks of both functions in the Windows API reference.
/// </content>
internal static unsafe partial class PageFlush
{
    private const int LockViolationRetries = 300;

    private static void FlushOnWindows(AddressRange range, SafeFileHandle? file)
    {
        WriteViewOut(range);
        if (file is not null)
        {
            FileFlush.Flush(file, Describe(range));
            return;
        }

        using SafeFileHandle reopened = ReopenMappedFile(range);
        FileFlush.Flush(reopened, Describe(range));
    }

    private static void WriteViewOut(AddressRange range)
    {
        for (int attempt = 0; !Kernel32.FlushViewOfFile(range.Start, range.Length); attempt++)
        {
            // NTFS's transaction log makes this fail now and then for a moment; it passes by itself.
            int error = Marshal.GetLastPInvokeError();
            if (error != Kernel32.ErrorLockViolation || attempt == LockViolationRetries)
                throw FlushFailure.Of("FlushViewOfFile", range.ToString(), error);
            Thread.Sleep(attempt / 20);
        }
    }

    private static SafeFileHandle ReopenMappedFile(AddressRange range)
    {
        string name = NameOf(range);
        SafeFileHandle file = MappedFileName.Open(name, Kernel32.GenericWrite);
        if (file.IsInvalid)
        {
            int error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw new FileOutOfReachException(
                $"The pages of '{name}' were written out, but its disk cache cannot be flushed: opening the file again for that "
                + $"failed ({Marshal.GetPInvokeErrorMessage(error)}, Win32 error {error}). Pass the file's handle to Persist, or "
                + "open the file with FileShare.ReadWrite. Nothing of it may be taken as durable.",
                unchecked((int)0x80070000) | error);
        }

        // Were the file renamed and another put in its place while we opened it, we would flush the wrong one.
        if (NameOf(range) == name)
            return file;
        file.Dispose();
        throw new FileOutOfReachException(
            $"The mapped file '{name}' was renamed while it was flushed. Nothing of it may be taken as durable.", 0);
    }

    private static string NameOf(AddressRange range)
        => MappedFileName.TryGet(range.Start) ?? throw FlushFailure.OfLastCall("GetMappedFileName", $"the mapping at 0x{(nuint)range.Start:x}");
}
